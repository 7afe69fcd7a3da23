"""Footage on SSH servers: `sftp://host/folder`, or `sftp://host/~/folder` below the user's home.

SFTP states times in whole seconds. Links to files are files, links to folders are not followed. Host keys are checked.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from struct import unpack_from
from typing import BinaryIO, Self, TypeVar

from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, Permanent, StorageFull, Transient
from dampipe.kernel.paths import is_valid, normal_path, printable
from dampipe.storage.files.base import Content, FileEntry, Traits, Unread, temporary_name
from dampipe.storage.files.connections import StoreConfig
from dampipe.storage.files.errors import (
    FILE_CHANGED,
    FILE_EXISTS,
    FILE_NOT_FOUND,
    STORE_FULL,
    STORE_UNREACHABLE,
    URL_INVALID,
)
from dampipe.storage.files.passwords import keyring_password
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.sftp_blocks import SftpBlocks
from dampipe.storage.files.sftp_channel import (
    CREATE,
    FSYNC,
    READ,
    STATVFS,
    TRUNCATE,
    WRITE,
    Attributes,
    Kind,
    SftpChannel,
    SftpError,
    Status,
    times,
)
from dampipe.storage.files.sftp_errors import translate_sftp_errors
from dampipe.storage.files.sftp_session import SftpSession, SshLogin
from dampipe.storage.files.stream import limited, stream_of
from dampipe.storage.files.walk import Listed, clean, walk

LISTINGS = 16
"""Requests for entries of a folder that are under way at the same time; OpenSSH answers each with 100."""
LINKS = 256
"""Links whose targets are asked for at the same time."""
WRITES = 4 * 2**20
"""Bytes that are under way at the same time."""
T = TypeVar("T")


class SftpFiles:
    """A folder of an SSH server."""

    traits = Traits()

    def __init__(self, url: str, login: SshLogin, folder: str) -> None:
        """folder: an absolute path, or one below the home of the user; "" is the home."""
        self._url = url
        self._folder = folder
        self._session: PerProcess[SftpSession] = PerProcess(lambda: SftpSession(login))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root` and the connection that it uses."""
        settings = StoreConfig.model_validate(config)
        address = settings.address
        path = address.path
        if path and not _is_key(path):
            raise InvalidInput(URL_INVALID, url=settings.root, problem="its path has empty names, . or ..")
        login = SshLogin(
            address.host,
            address.port,
            settings.user,
            settings.password.get_secret_value(),
            settings.key_file,
            settings.known_hosts,
            lambda user: keyring_password(address, user),
        )
        home = path == "~" or path.startswith("~/")
        return cls(normal_path(settings.root), login, path[2:] if home else f"/{path}")

    @property
    def url(self) -> str:
        """The root."""
        return self._url

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """Folder by folder; the facts are those of the folders' entries, and of what links lead to."""
        folder = prefix.rpartition("/")[0]
        if folder and not self.is_folder(folder):
            return
        yield from walk(self._list_folder, prefix, after)

    def stat(self, key: str) -> FileEntry:
        """The facts of a file, or of the one that a link leads to."""
        if not _is_key(key):
            raise self._not_found(key)
        attributes = self._do(key, lambda channel: self._checked(channel, key))
        return FileEntry(key, attributes.size, attributes.mtime * 10**9)

    def is_folder(self, key: str) -> bool:
        """Whether there is such a folder; links lead to none."""
        if key and not _is_key(key):
            return False

        def ask(channel: SftpChannel) -> bool:
            self._refuse_links(channel, key)
            # The root may be a link: it was chosen by who gave its path.
            return channel.stat(self._path(key), follow=not key).is_folder

        try:
            found = self._do(key, ask)
        except NotFound:
            return False
        if not key and not found:
            raise self._away()
        return found

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A stream that asks for blocks ahead of its reader, and opens the file again when a connection breaks."""

        def open_file(channel: SftpChannel) -> bytes:
            self._checked(channel, key)
            return channel.open(self._path(key), READ)

        if not _is_key(key):
            raise self._not_found(key)
        session = self._session.get()
        blocks = self._do(key, lambda _: SftpBlocks(session, open_file, self._url, key, expected))
        blocks.end = limited(blocks.size, end)
        return stream_of(blocks.end, blocks, blocks.changed)

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """None: SFTP has no such thing."""
        return None

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Write to a temporary name, flush where the server can, and rename without replacing."""
        if not _is_key(key):
            problem = "it is not a path below the source"
            raise InvalidInput(URL_INVALID, url=f"{self._url}/{printable(key)}", problem=problem)
        folder, slash, _ = key.rpartition("/")
        temporary = f"{folder}{slash}{temporary_name()}"
        mtime = int(file.stat().st_mtime)
        with file.open("rb") as source:
            self._do(key, lambda channel: self._refuse_existing(channel, key))
            self._make_folders(folder)
            try:
                self._do(temporary, lambda channel: self._write(channel, temporary, source, mtime))
                self._do(key, lambda channel: self._rename(channel, temporary, key))
            except BaseException:
                self._discard(temporary)
                raise
        return self.stat(key)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Delete a file, or a link and not what it leads to."""

        def remove(channel: SftpChannel) -> None:
            facts = self._checked(channel, key)
            if expected and (facts.size, facts.mtime) != (expected.size, expected.mtime_ns // 10**9):
                raise Conflict(FILE_CHANGED, store=self._url, key=printable(key))
            channel.call(Kind.REMOVE, self._path(key))

        if not _is_key(key):
            return
        try:
            self._do(key, remove)
        except NotFound:
            return

    def clean(self, folder: str, seconds: float) -> int:
        """See CleanedStore."""
        return clean(self._list_folder, self.delete, folder, seconds)

    def close(self) -> None:
        """Disconnect."""
        session = self._session.take()
        if session is not None:
            session.reset()

    # Requests

    def _do(self, key: str, operation: Callable[[SftpChannel], T]) -> T:
        session = self._session.get()
        try:
            with translate_sftp_errors(self._url, key):
                return session.again(operation)
        except NotFound as error:
            if key:
                self.is_folder("")  # raises where the root is missing
                raise
            raise self._away() from error

    def _away(self) -> Transient:
        reason = "there is no such folder"  # as where a disk is not mounted
        return Transient(STORE_UNREACHABLE, store=self._url, reason=reason)

    def _path(self, key: str) -> bytes:
        return os.fsencode("/".join(filter(None, (self._folder.rstrip("/"), key))) or self._folder or ".")

    def _not_found(self, key: str) -> NotFound:
        return NotFound(FILE_NOT_FOUND, store=self._url, key=printable(key))

    def _checked(self, channel: SftpChannel, key: str) -> Attributes:
        """The facts of a file that is not below a link. Raises NotFound for anything else."""
        self._refuse_links(channel, key)
        attributes = channel.stat(self._path(key))
        if not attributes.is_file:
            raise self._not_found(key)
        return attributes

    def _refuse_links(self, channel: SftpChannel, key: str) -> None:
        """Raise NotFound where a folder of a key is a link."""
        parts = key.split("/")[:-1]
        above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        for waiting in [channel.ask(Kind.LSTAT, self._path(folder)) for folder in above]:
            if Attributes.of(channel.wait(waiting)).is_link:
                raise self._not_found(key)

    def _list_folder(self, key: str) -> Sequence[Listed]:
        return self._do(key, lambda channel: self._entries(channel, key))

    def _entries(self, channel: SftpChannel, key: str) -> Sequence[Listed]:
        path = self._path(key)
        found, links = [], []
        for name, attributes in channel.list(path, LISTINGS):
            if name in (b".", b"..") or b"/" in name:
                continue
            if attributes.is_link:
                links.append(name)
            elif attributes.is_folder or attributes.is_file:
                found.append(_listed(name, attributes))
        for start in range(0, len(links), LINKS):
            part = links[start : start + LINKS]
            targets = channel.stat_all([path + b"/" + name for name in part])
            found += [
                _listed(name, target)
                for name, target in zip(part, targets, strict=True)
                if target is not None and target.is_file
            ]
        return found

    def _refuse_existing(self, channel: SftpChannel, key: str) -> None:
        try:
            channel.stat(self._path(key), follow=False)
        except SftpError as error:
            if error.status != Status.NO_SUCH_FILE:
                raise
            return
        raise Conflict(FILE_EXISTS, store=self._url, key=printable(key))

    def _make_folders(self, folder: str) -> None:
        if not folder or self.is_folder(folder):
            return
        self._make_folders(folder.rpartition("/")[0])

        def make(channel: SftpChannel) -> None:
            try:
                channel.call(Kind.MKDIR, self._path(folder), 0)
            except SftpError:
                if not channel.stat(self._path(folder), follow=False).is_folder:
                    raise

        self._do(folder, make)

    def _write(self, channel: SftpChannel, temporary: str, source: BinaryIO, mtime: int) -> None:
        # Truncated: a second attempt, after a broken connection, begins again in the same file.
        handle = channel.open(self._path(temporary), WRITE | CREATE | TRUNCATE)
        source.seek(0)
        offset, waiting = 0, []
        try:
            while block := source.read(channel.largest_write):
                waiting.append(channel.ask(Kind.WRITE, handle, ("Q", offset), block))
                offset += len(block)
                if len(waiting) * channel.largest_write >= WRITES:
                    channel.wait(waiting.pop(0))
            for answer in waiting:
                channel.wait(answer)
            channel.call(Kind.FSETSTAT, handle, times(mtime))
            if FSYNC in channel.extensions:
                channel.call(Kind.EXTENDED, FSYNC, handle)
        except SftpError as error:
            if error.status == Status.FAILURE and self._is_full(channel, temporary):
                raise StorageFull(STORE_FULL, store=self._url) from error
            raise
        finally:
            if channel.is_open:
                channel.close_handle(handle)

    def _is_full(self, channel: SftpChannel, key: str) -> bool:
        if STATVFS not in channel.extensions:
            return False
        answer = channel.call(Kind.EXTENDED, STATVFS, self._path(key))
        size, _, _, _, available = unpack_from(">QQQQQ", answer)
        return int(size * available) < 2**20

    def _rename(self, channel: SftpChannel, temporary: str, key: str) -> None:
        try:
            channel.call(Kind.RENAME, self._path(temporary), self._path(key))
        except SftpError as error:
            if error.status == Status.FAILURE:
                self._refuse_existing(channel, key)
            raise

    def _discard(self, key: str) -> None:
        try:
            with translate_sftp_errors(self._url, key):
                self._session.get().channel().call(Kind.REMOVE, self._path(key))
        except (NotFound, Permanent, Transient):  # what went wrong before is the error to report
            return


def _is_key(key: str) -> bool:
    """Whether a file of this key can exist: segments are names, and none is empty."""
    return (
        is_valid(key)
        and len(os.fsencode(key)) < 4096
        and all(n not in ("", ".", "..") for n in key.split("/"))
    )


def _listed(name: bytes, attributes: Attributes) -> Listed:
    size = 0 if attributes.is_folder else attributes.size
    return Listed(os.fsdecode(name), attributes.is_folder, size, attributes.mtime * 10**9)
