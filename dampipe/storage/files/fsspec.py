"""Footage on whatever else fsspec opens, by URL: `ftp://host/folder`, `gs://bucket/folder`, …

fsspec promises little for all of its file systems, so such a root is only read: nothing in it writes without replacing.
Names with empty segments are not listed. Where a file system states neither a time nor a tag, only its size tells that a
file has changed.
"""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, Self

import fsspec

from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, Permanent, Transient
from dampipe.kernel.paths import is_valid, normal_path, printable
from dampipe.storage.files.base import Content, FileEntry, Traits, Unread, is_same
from dampipe.storage.files.connections import StoreConfig, without_secrets
from dampipe.storage.files.errors import (
    FILE_CHANGED,
    FILE_NOT_FOUND,
    READ_ONLY,
    STORE_DENIED,
    STORE_FAILED,
    STORE_UNREACHABLE,
    URL_INVALID,
)
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.stream import limited, stream_of
from dampipe.storage.files.walk import Listed, walk

BLOCK = 4 * 2**20
"""Bytes of a request."""
OBJECT_STORES = frozenset({"gs", "gcs", "abfs", "abfss", "az", "oss", "cos", "obs"})
"""They show an object only once it is complete."""
_TIMES = (
    "mtime",
    "last_write_time",
    "LastModified",
    "last_modified",
    "modify",
    "modified",
    "updated",
    "created",
)
_TOKENS = ("ETag", "etag", "generation", "content_md5", "md5Hash")
_DENIED = frozenset(
    {"AuthenticationException", "ClientAuthenticationError", "DefaultCredentialsError", "error_perm"}
)
"""Names of exception classes and their bases, so that optional packages need not be imported."""
_LOCAL = frozenset({"file", "local", "http", "https"})
"""What is reached otherwise, or has no listings."""


class FsspecFiles:
    """A folder of a file system of fsspec."""

    def __init__(self, url: str, path: str, options: Mapping[str, Any], settings: StoreConfig) -> None:
        """path: the URL that fsspec opens. options: of the file system."""
        self._url = url
        self._settings = settings
        scheme = url.partition("://")[0]
        self.traits = Traits(appears_complete=scheme in OBJECT_STORES)
        self._opened: PerProcess[tuple[Any, str]] = PerProcess(lambda: fsspec.core.url_to_fs(path, **options))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root` and the connection that it uses. Raises ImportError where a package is missing."""
        settings = StoreConfig.model_validate(config)
        address = settings.address
        if address.scheme in _LOCAL or "::" in settings.root:
            raise InvalidInput(
                URL_INVALID, url=settings.root, problem=f"{address.scheme} is not a kind of storage"
            )
        try:
            fsspec.get_filesystem_class(address.scheme)
        except ValueError as error:
            problem = f"{address.scheme} is not a kind of storage"
            raise InvalidInput(URL_INVALID, url=settings.root, problem=problem) from error
        except ImportError as error:
            cause = error.__cause__ or error.__context__
            raise (cause if isinstance(cause, ImportError) and error.name is None else error) from None
        login = {"username": settings.user, "password": settings.password.get_secret_value()}
        options: dict[str, Any] = {
            "skip_instance_cache": True,
            "use_listings_cache": False,
            **{name: value for name, value in login.items() if value},
            **settings.options,
        }
        path = f"{address.scheme}://{address.authority}/{address.path}"
        return cls(normal_path(settings.root), path, options, settings)

    @property
    def url(self) -> str:
        """The root."""
        return self._url

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """Folder by folder."""
        folder = prefix.rpartition("/")[0]
        if folder and not self.is_folder(folder):
            return
        yield from walk(self._list_folder, prefix, after)

    def stat(self, key: str) -> FileEntry:
        """The file as the file system states it."""
        found = self._info(key) if _is_key(key) else None
        if found is None or found.is_folder:
            raise self._not_found(key)
        return found.entry(key)

    def is_folder(self, key: str) -> bool:
        """Whether there is such a folder."""
        if key and not _is_key(key):
            return False
        found = self._info(key)
        return found is not None and found.is_folder

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A stream that asks for one block at a time."""
        entry = self.stat(key)
        if expected is not None and not is_same(entry, expected):
            raise self.changed(key)
        return stream_of(limited(entry.size, end), _Blocks(self, key, entry), lambda: self.changed(key))

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """None: not all file systems have one, and those that have differ in what it allows."""
        return None

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Refused: such a root is only read."""
        raise Permanent(READ_ONLY, store=self._url)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Refused: such a root is only read."""
        raise Permanent(READ_ONLY, store=self._url)

    def close(self) -> None:
        """Forget the file system."""
        self._opened.take()

    def raw(self, key: str) -> Any:
        """The open file of fsspec."""
        with self.translated(key):
            system, root = self._opened.get()
            return system.open(_path(root, key), "rb", block_size=BLOCK, cache_type="readahead")

    @contextmanager
    def translated(self, key: str) -> Iterator[None]:
        """Translate what file systems raise; errors of dampipe pass."""
        try:
            yield
        except DampipeError:
            raise
        except Exception as error:
            raise self._error(error, key) from error

    def _error(self, error: Exception, key: str) -> DampipeError:
        if isinstance(error, (FileNotFoundError, NotADirectoryError, IsADirectoryError)):
            return self._not_found(key)
        text = str(error).partition("\n")[0] or type(error).__name__
        reason = without_secrets(text, self._settings)
        names = {kind.__name__ for kind in type(error).__mro__}
        if isinstance(error, PermissionError) or names & _DENIED:
            return Permanent(STORE_DENIED, store=self._url, reason=reason)
        if isinstance(error, (OSError, EOFError)):
            return Transient(STORE_UNREACHABLE, store=self._url, reason=reason)
        return Permanent(STORE_FAILED, store=self._url, reason=f"{type(error).__name__}: {reason}")

    def changed(self, key: str) -> Conflict:
        """The error for another file than the expected one."""
        return Conflict(FILE_CHANGED, store=self._url, key=printable(key))

    def _not_found(self, key: str) -> NotFound:
        return NotFound(FILE_NOT_FOUND, store=self._url, key=printable(key))

    def _info(self, key: str) -> Listed | None:
        """The file or folder of a key. Raises Transient where the root is missing."""
        try:
            with self.translated(key):
                system, root = self._opened.get()
                system.invalidate_cache()
                return _listed(system.info(_path(root, key)))
        except NotFound as error:
            if not key:
                reason = "there is no such folder"
                raise Transient(STORE_UNREACHABLE, store=self._url, reason=reason) from error
            self._info("")
            return None

    def _list_folder(self, key: str) -> Sequence[Listed]:
        if not key and not self.is_folder(""):
            raise Transient(STORE_UNREACHABLE, store=self._url, reason="the root is a file")
        with self.translated(key):
            system, root = self._opened.get()
            path = _path(root, key)
            system.invalidate_cache(path)
            found = [
                info for info in system.ls(path, detail=True) if info["name"].strip("/") != path.strip("/")
            ]
        listed = [_listed(info) for info in found]
        return [item for item in listed if item is not None and item.name]


class _Blocks:
    """An open file of fsspec; see `Blocks`."""

    def __init__(self, store: FsspecFiles, key: str, entry: FileEntry) -> None:
        self._store = store
        self._key = key
        self._entry = entry

    def read_from(self, offset: int) -> Generator[bytes, None, None]:
        """See `Blocks`."""
        if not is_same(self._store.stat(self._key), self._entry):
            raise self._store.changed(self._key)
        raw = self._store.raw(self._key)
        try:
            with self._store.translated(self._key):
                raw.seek(offset)
                while block := raw.read(BLOCK):
                    offset += len(block)
                    if offset >= self._entry.size and not is_same(self._store.stat(self._key), self._entry):
                        raise self._store.changed(self._key)  # while it was read
                    yield block
        finally:
            with suppress(Exception):  # the connection is gone
                raw.close()

    def close(self) -> None:
        """See `Blocks`; each run of requests has a file of its own."""


def _path(root: str, key: str) -> str:
    return f"{root.rstrip('/')}/{key}" if key else root


def _listed(info: Mapping[str, Any]) -> Listed | None:
    """The facts of a file or folder; None for what is neither."""
    name = str(info["name"]).rstrip("/").rpartition("/")[2]
    if info.get("type") == "directory":
        return Listed(name, is_folder=True)
    if info.get("type") != "file":
        return None
    time = next((info[field] for field in _TIMES if info.get(field)), 0)
    token = next((str(info[field]) for field in _TOKENS if info.get(field)), "")
    return Listed(name, False, int(info.get("size") or 0), _nanoseconds(time), token)


def _nanoseconds(time: object) -> int:
    """A time in one of the ways in which file systems of fsspec state it."""
    if isinstance(time, str):
        try:
            if time.isdigit() and len(time) >= 14:  # FTP's MLSD
                time = datetime.strptime(time[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            else:
                time = datetime.fromisoformat(time)
        except ValueError:
            return 0
    if isinstance(time, datetime):
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return int(aware.timestamp() * 1e6) * 1000
    return int(time * 1e6) * 1000 if isinstance(time, (int, float)) else 0


def _is_key(key: str) -> bool:
    """Whether a file of this key can exist: segments are names, and none is empty."""
    return (
        is_valid(key)
        and len(os.fsencode(key)) < 4096
        and all(n not in ("", ".", "..") for n in key.split("/"))
    )
