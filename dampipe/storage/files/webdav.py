"""Footage on WebDAV servers (Nextcloud, a NAS): `webdavs://host/folder`, and `webdav://` without TLS.

An entity tag is the token of a file; where a server has none, the time in whole seconds tells a change.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Self, TypeVar

import httpx

from dampipe.kernel.errors import (
    Conflict,
    DampipeError,
    InvalidInput,
    NotFound,
    Permanent,
    StorageFull,
    Transient,
)
from dampipe.kernel.paths import is_valid, normal_path, printable
from dampipe.storage.files.base import Content, FileEntry, Traits, Unread, temporary_name
from dampipe.storage.files.connections import StoreConfig
from dampipe.storage.files.errors import (
    FILE_CHANGED,
    FILE_EXISTS,
    FILE_NOT_FOUND,
    STORE_DENIED,
    STORE_FAILED,
    STORE_FULL,
    STORE_UNREACHABLE,
    URL_INVALID,
)
from dampipe.storage.files.passwords import keyring_password
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.stream import limited, stream_of
from dampipe.storage.files.walk import Listed, clean, walk
from dampipe.storage.files.webdav_client import (
    PORTS,
    REDIRECTS,
    Answer,
    NotWebdav,
    Resource,
    WebdavClient,
    WebdavLogin,
    is_strong,
    netrc_login,
    same_etag,
)

CHUNK = 2**20
_TRANSIENT = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
_BUSY = frozenset({423})
_FULL = frozenset({413, 507})
T = TypeVar("T")


class WebdavFiles:
    """A folder of a WebDAV server."""

    traits = Traits()

    def __init__(self, url: str, login: WebdavLogin, folder: str) -> None:
        """folder: the path of the root on the server, without "/" at both ends."""
        self._url = url
        self._folder = folder
        self._client: PerProcess[WebdavClient] = PerProcess(lambda: WebdavClient(login))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root` and the connection that it uses."""
        settings = StoreConfig.model_validate(config)
        address = settings.address
        if address.path and not _is_key(address.path):
            raise InvalidInput(URL_INVALID, url=settings.root, problem="its path has empty names, . or ..")
        user, password = settings.user, settings.password.get_secret_value()
        if user and not password:
            password = keyring_password(address, user) or ""
        if not password and (found := netrc_login(address.host, user)):
            user, password = found
        login = WebdavLogin(
            address.scheme == "webdavs",
            address.host,
            address.port or PORTS[address.scheme],
            user,
            password,
            settings.verify,
        )
        return cls(normal_path(settings.root), login, address.path)

    @property
    def url(self) -> str:
        """The root."""
        return self._url

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """Folder by folder, by PROPFIND of depth 1."""
        folder = prefix.rpartition("/")[0]
        if folder and not _is_key(folder):
            return
        yield from walk(self._list_folder, prefix, after)

    def stat(self, key: str) -> FileEntry:
        """The file as PROPFIND states it."""
        found = self._find(key) if _is_key(key) else None
        if found is None or found.is_folder:
            raise self._not_found(key)
        return _entry(key, found)

    def is_folder(self, key: str) -> bool:
        """Whether there is such a folder."""
        if key and not _is_key(key):
            return False
        found = self._find(key)
        if not key and (found is None or not found.is_folder):
            raise self._away()
        return found is not None and found.is_folder

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A stream of one answer from the position on, which is asked for again where the connection breaks."""
        entry = self.stat(key)
        if expected is not None and not _is_same(entry, expected):
            raise self.changed(key)
        size = limited(entry.size, end)
        return stream_of(size, _Blocks(self, key, entry, size), lambda: self.changed(key))

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """None: WebDAV has no such thing."""
        return None

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Upload under a temporary name, and move without overwriting."""
        if not _is_key(key):
            problem = "it is not a path below the source"
            raise InvalidInput(URL_INVALID, url=f"{self._url}/{printable(key)}", problem=problem)
        with file.open("rb") as source:
            if self._find(key) is not None:
                raise self._exists(key)
            folder, slash, _ = key.rpartition("/")
            self._make_folders(folder)
            temporary = f"{folder}{slash}{temporary_name()}"
            try:
                self._upload(temporary, source, file.stat())
                self._move(temporary, key)
            except BaseException:
                self._discard(temporary)
                raise
        return self.stat(key)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Delete a file; never a folder, with which everything in it would go."""
        found = self._find(key) if _is_key(key) else None
        if found is None or found.is_folder:
            return
        if expected is not None and not _is_same(_entry(key, found), expected):
            raise self.changed(key)
        headers = {"If-Match": found.etag} if is_strong(found.etag) else {}
        try:
            self._do(key, lambda client: client.request("DELETE", self.path(key), headers=headers))
        except NotFound:
            return

    def clean(self, folder: str, seconds: float) -> int:
        """See CleanedStore."""
        return clean(self._list_folder, self.delete, folder, seconds)

    def close(self) -> None:
        """Close the connections."""
        client = self._client.take()
        if client is not None:
            client.close()

    # Requests

    def path(self, key: str) -> bytes:
        """The path of a key on the server."""
        return b"/" + os.fsencode("/".join(filter(None, (self._folder, key))))

    def changed(self, key: str) -> Conflict:
        """The error for another file than the expected one."""
        return Conflict(FILE_CHANGED, store=self._url, key=printable(key))

    def get(self, key: str, headers: dict[str, str]) -> httpx.Response:
        """The answer to GET, to be closed."""
        with self.translated(key):
            return self._client.get().get(self.path(key), headers)

    @contextmanager
    def translated(self, key: str) -> Iterator[None]:
        """Translate what httpx and the client raise; errors of dampipe pass."""
        try:
            yield
        except Answer as error:
            raise self._error(error, key) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise Transient(STORE_UNREACHABLE, store=self._url, reason=reason) from error
        except NotWebdav as error:
            raise Permanent(STORE_FAILED, store=self._url, reason=str(error)) from error

    def _do(self, key: str, operation: Callable[[WebdavClient], T]) -> T:
        with self.translated(key):
            client = self._client.get()
            try:
                return operation(client)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # An idle connection that the server has closed meanwhile.
                return operation(client)

    def _propfind(self, key: str, depth: int, *, folder: bool) -> Sequence[Resource]:
        path = self.path(key)
        if folder and not path.endswith(b"/"):
            path += b"/"
        try:
            return self._do(key, lambda client: client.propfind(path, depth))
        except NotFound:
            raise
        except Permanent as error:
            answer = error.__cause__
            if folder or not isinstance(answer, Answer) or answer.status not in REDIRECTS:
                raise
        return self._propfind(key, depth, folder=True)  # so do servers that have a folder of that name

    def _find(self, key: str) -> Resource | None:
        """The file or folder of a key. Raises Transient where the root is missing."""
        try:
            found = self._propfind(key, 0, folder=not key)
        except NotFound:
            if not key:
                return None
            self.is_folder("")
            return None
        if not found or found[0].status == 404:
            return None
        if found[0].status != 200:
            raise self._error(Answer(found[0].status), key)
        return found[0]

    def _list_folder(self, key: str) -> Sequence[Listed]:
        try:
            found = self._propfind(key, 1, folder=True)
        except NotFound:
            if not key:
                raise self._away() from None
            self.is_folder("")
            raise
        if not found:
            raise Permanent(STORE_FAILED, store=self._url, reason="its listing of a folder is empty")
        # The folder itself is in its own listing; a server behind a proxy may state paths with another beginning.
        above = min(resource.path.count(b"/") for resource in found)
        own = [resource for resource in found if resource.path.count(b"/") == above]
        if len(own) != 1 or not own[0].is_folder:
            raise self._not_found(key)
        return [_listed(resource) for resource in found if resource is not own[0] and resource.status != 404]

    def _make_folders(self, folder: str) -> None:
        if not folder or self.is_folder(folder):
            return
        self._make_folders(folder.rpartition("/")[0])
        path = self.path(folder) + b"/"
        try:
            self._do(folder, lambda client: client.request("MKCOL", path))
        except Permanent as error:
            answer = error.__cause__
            if not isinstance(answer, Answer) or answer.status != 405:  # another one has made it
                raise

    def _upload(self, key: str, source: BinaryIO, facts: os.stat_result) -> None:
        headers = {
            "Content-Length": str(facts.st_size),
            "Content-Type": "application/octet-stream",
            "If-None-Match": "*",
            "X-OC-Mtime": str(int(facts.st_mtime)),  # Nextcloud keeps it
        }

        def blocks() -> Generator[bytes, None, None]:
            while block := source.read(CHUNK):
                yield block

        with self.translated(key):
            self._client.get().request("PUT", self.path(key), headers=headers, content=blocks())

    def _move(self, temporary: str, key: str) -> None:
        def move(client: WebdavClient) -> None:
            headers = {"Destination": str(client.url(self.path(key))), "Overwrite": "F"}
            client.request("MOVE", self.path(temporary), headers=headers)

        try:
            self._do(key, move)
        except Conflict as error:
            raise self._exists(key) from error

    def _discard(self, key: str) -> None:
        try:
            self._do(key, lambda client: client.request("DELETE", self.path(key)))
        except DampipeError:  # what went wrong before is the error to report
            return

    # Errors

    def _error(self, answer: Answer, key: str) -> DampipeError:
        if answer.status in (404, 409, 410):
            return self._not_found(key)
        if answer.status in (401, 403):
            what = "wrong user or password" if answer.status == 401 else f"{printable(key)}: {answer}"
            return Permanent(STORE_DENIED, store=self._url, reason=what)
        if answer.status in (412, 416):
            return self.changed(key)
        if answer.status in _FULL:
            return StorageFull(STORE_FULL, store=self._url)
        if answer.status in _TRANSIENT:
            return Transient(STORE_UNREACHABLE, store=self._url, reason=str(answer))
        if answer.status in REDIRECTS:
            reason = f"it redirects to another address: {answer.location}"
            return Permanent(STORE_FAILED, store=self._url, reason=reason)
        return Permanent(STORE_FAILED, store=self._url, reason=str(answer))

    def _not_found(self, key: str) -> NotFound:
        return NotFound(FILE_NOT_FOUND, store=self._url, key=printable(key))

    def _exists(self, key: str) -> Conflict:
        return Conflict(FILE_EXISTS, store=self._url, key=printable(key))

    def _away(self) -> Transient:
        reason = "there is no such folder"  # as where a disk is not mounted
        return Transient(STORE_UNREACHABLE, store=self._url, reason=reason)


class _Blocks:
    """The answers to GET of one file; see `Blocks`."""

    def __init__(self, store: WebdavFiles, key: str, entry: FileEntry, end: int) -> None:
        self._store = store
        self._key = key
        self._entry = entry
        self._end = end

    def read_from(self, offset: int) -> Generator[bytes, None, None]:
        """See `Blocks`."""
        response = self._ask(offset)
        try:
            skip = offset if response.status_code == 200 else 0  # the server knows no ranges
            with self._store.translated(self._key):
                for block in response.iter_bytes():
                    if skip >= len(block):
                        skip -= len(block)
                        continue
                    piece, skip = block[skip:], 0
                    offset += len(piece)
                    if offset >= self._end and not _is_same(self._store.stat(self._key), self._entry):
                        raise self._store.changed(self._key)  # while it was sent
                    yield piece
        finally:
            response.close()

    def close(self) -> None:
        """See `Blocks`; there is nothing between two requests."""

    def _ask(self, offset: int) -> httpx.Response:
        last = self._end - 1 if self._end < self._entry.size else ""
        headers = {"Range": f"bytes={offset}-{last}"} if offset or last != "" else {}
        if is_strong(self._entry.token):
            headers["If-Match"] = self._entry.token
        response = self._store.get(self._key, headers)
        if not self._is_expected(response, offset):
            response.close()
            raise self._store.changed(self._key)
        return response

    def _is_expected(self, response: httpx.Response, offset: int) -> bool:
        etag = response.headers.get("etag", "")
        if etag and self._entry.token and not same_etag(etag, self._entry.token):
            return False
        if response.status_code == 206:
            place, _, size = response.headers.get("content-range", "").partition("/")
            return place.startswith(f"bytes {offset}-") and size in ("*", str(self._entry.size))
        length = response.headers.get("content-length", "")
        return not length or length == str(self._entry.size)


def _is_same(entry: FileEntry, expected: FileEntry) -> bool:
    if entry.size != expected.size:
        return False
    if entry.token and expected.token:
        return same_etag(entry.token, expected.token)
    return entry.mtime_ns // 10**9 == expected.mtime_ns // 10**9


def _entry(key: str, resource: Resource) -> FileEntry:
    return FileEntry(key, resource.size or 0, resource.mtime * 10**9, token=resource.etag)


def _listed(resource: Resource) -> Listed:
    name = os.fsdecode(resource.name)
    if resource.status != 200:
        return Listed(name, problem=str(Answer(resource.status)))
    if resource.is_folder:
        return Listed(name, is_folder=True)
    return Listed(name, False, resource.size or 0, resource.mtime * 10**9, token=resource.etag)


def _is_key(key: str) -> bool:
    """Whether a file of this key can exist: segments are names, and none is empty."""
    return (
        is_valid(key)
        and len(os.fsencode(key)) < 4096
        and all(n not in ("", ".", "..") for n in key.split("/"))
    )
