r"""Footage on SMB servers (a Synology or any other NAS, Samba, Windows), without mounting: `smb://nas/share/folder`.

Signing, encryption, DFS and Kerberos are those of smbprotocol. Names are compared exactly, although servers ignore case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Self, TypeVar

from smbclient._io import SMBDirectoryIO, SMBFileIO, SMBFileTransaction, SMBRawIO, set_info
from smbprotocol.exceptions import SMBOSError
from smbprotocol.file_info import (
    FileBasicInformation,
    FileDispositionInformation,
    FileRenameInformation,
)
from smbprotocol.header import NtStatus
from smbprotocol.open import (
    CreateOptions,
    FilePipePrinterAccessMask,
    QueryDirectoryFlags,
)
from smbprotocol.structure import DateTimeField

from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, Transient
from dampipe.kernel.paths import normal_path, printable
from dampipe.storage.files.base import Content, FileEntry, Traits, Unread, temporary_name
from dampipe.storage.files.connections import StoreConfig
from dampipe.storage.files.errors import (
    FILE_CHANGED,
    FILE_EXISTS,
    FILE_NOT_FOUND,
    STORE_UNREACHABLE,
    URL_INVALID,
)
from dampipe.storage.files.passwords import keyring_password
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.smb_blocks import SmbBlocks, close_quietly
from dampipe.storage.files.smb_errors import status_of, translate_smb_errors
from dampipe.storage.files.smb_messages import entries, file_facts, file_system
from dampipe.storage.files.smb_names import parse_directory, path_of_key
from dampipe.storage.files.smb_session import Login, SmbSession, block_size, call, pipelined
from dampipe.storage.files.stream import limited, stream_of
from dampipe.storage.files.walk import Listed, clean, walk

PORT = 445
LISTING_BYTES = 2**20
"""Largest answer to one request for a part of a folder."""
WRITES = 8
"""Requests of up to 1 MiB that are under way at the same time."""
_UNSTABLE_IDS = ("FAT", "FAT32", "exFAT")
"""File systems without numbers that stay with a file."""
_Access = FilePipePrinterAccessMask
T = TypeVar("T")


class SmbFiles:
    """A folder of a share."""

    def __init__(self, url: str, login: Login, share: str, folder: str = "") -> None:
        """folder: the path in the share, separated by "/"; "" is the share itself."""
        self._url = url
        self._folder = folder
        self._unc = rf"\\{login.host}\{share}"
        self._session: PerProcess[SmbSession] = PerProcess(lambda: SmbSession(login))
        self._has_ids: bool | None = None

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root` and the connection that it uses."""
        settings = StoreConfig.model_validate(config)
        address = settings.address
        share, _, folder = address.path.partition("/")
        if not share or path_of_key(address.path) is None:
            problem = "it has no share; write smb://SERVER/SHARE" if not share else "SMB has no such names"
            raise InvalidInput(URL_INVALID, url=settings.root, problem=problem)
        user = settings.user or None
        password: str | None = settings.password.get_secret_value() or None
        if user and password is None:
            password = keyring_password(address, user)
        if user and settings.domain:
            user = rf"{settings.domain}\{user}"
        login = Login(address.host, address.port or PORT, user, password)
        return cls(normal_path(settings.root), login, share, folder)

    @property
    def url(self) -> str:
        """The root."""
        return self._url

    @property
    def traits(self) -> Traits:
        """File ids are inodes, where the file system of the share has them."""
        return Traits(has_inodes=True)

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """Folder by folder; the facts are those of the folders' entries."""
        start = prefix.rpartition("/")[0]
        if start and not self._is_exact(start):
            self.is_folder("")  # raises where the root is missing
            return
        yield from walk(self._list_folder, prefix, after)

    def stat(self, key: str) -> FileEntry:
        """The entry of the file in its folder."""
        found = self._find(key)
        if found is None or found.is_folder:
            raise NotFound(FILE_NOT_FOUND, store=self._url, key=printable(key))
        return found.entry(key)

    def is_folder(self, key: str) -> bool:
        """Whether there is such a folder."""
        if key:
            found = self._find(key)
            return found is not None and found.is_folder
        self._do("", lambda session: self._open_folder(session, "").close())
        return True

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A stream that asks for large blocks ahead of its reader, and opens the file again when a connection breaks."""
        if not key:
            raise NotFound(FILE_NOT_FOUND, store=self._url, key="")
        path = self._path(key)
        blocks = self._do(key, lambda session: SmbBlocks(session, path, self._url, key, expected))
        blocks.end = limited(blocks.size, end)
        return stream_of(blocks.end, blocks, blocks.changed)

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """None: SMB has no such thing."""
        return None

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Write to a temporary name, flush, and rename without replacing."""
        if not key or path_of_key(key) is None:
            raise InvalidInput(
                URL_INVALID, url=f"{self._url}/{printable(key)}", problem="SMB has no such names"
            )
        if self._find(key) is not None:
            raise Conflict(FILE_EXISTS, store=self._url, key=printable(key))
        folder, slash, _ = key.rpartition("/")
        temporary = f"{folder}{slash}{temporary_name()}"
        mtime_ns = file.stat().st_mtime_ns
        with file.open("rb") as source:
            self._make_folders(folder)
            try:
                self._do(key, lambda session: self._write(session, temporary, source, mtime_ns, key))
            except BaseException:
                self._discard(temporary)
                raise
        return self.stat(key)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Delete the file that was opened and compared, so that no other one can take its place in between."""
        try:
            self._do(key, lambda session: self._delete(session, key, expected))
        except NotFound:
            return

    def clean(self, folder: str, seconds: float) -> int:
        """See CleanedStore."""
        return clean(self._list_folder, self.delete, folder, seconds)

    def close(self) -> None:
        """Log off."""
        session = self._session.take()
        if session is not None:
            session.close()

    # Requests

    def _do(self, key: str, operation: Callable[[SmbSession], T]) -> T:
        session = self._session.get()
        try:
            with translate_smb_errors(self._url, key):
                return session.again(lambda: operation(session))
        except NotFound as error:
            if key:
                self.is_folder("")
                raise
            reason = "there is no such share or folder"  # as where a disk is not mounted
            raise Transient(STORE_UNREACHABLE, store=self._url, reason=reason) from error

    def _path(self, key: str) -> str:
        """The UNC path of a key. Raises NotFound where SMB can have no such file."""
        full = "/".join(filter(None, (self._folder, key)))
        path = path_of_key(full)
        if path is None:
            raise NotFound(FILE_NOT_FOUND, store=self._url, key=printable(key))
        return rf"{self._unc}\{path}" if path else self._unc

    def _open_folder(self, session: SmbSession, key: str) -> SMBDirectoryIO:
        raw = session.raw(SMBDirectoryIO, self._path(key), share_access="rwd")
        raw.open()
        return raw

    def _list_folder(self, key: str) -> Sequence[Listed]:
        ids = self._stable_ids()
        buffers = self._do(key, lambda session: self._query(session, key, "*"))
        facts = (entry for buffer in buffers for entry in parse_directory(buffer, ids=ids))
        return [entry.listed for entry in facts if entry.followed]

    def _find(self, key: str) -> Listed | None:
        """The file or folder of a key, if there is one of exactly this name."""
        folder, _, name = key.rpartition("/")
        pattern = path_of_key(name)
        if not pattern or path_of_key(key) is None:
            return None
        ids = self._stable_ids()
        try:
            buffers = self._do(key, lambda session: self._query(session, folder, pattern))
        except NotFound:
            return None
        facts = (entry for buffer in buffers for entry in parse_directory(buffer, ids=ids))
        return next((entry.listed for entry in facts if entry.followed and entry.listed.name == name), None)

    def _is_exact(self, folder: str) -> bool:
        """Whether a folder and those above it have exactly these names."""
        parts = folder.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return all((found := self._find(key)) is not None and found.is_folder for key in above)

    def _query(self, session: SmbSession, key: str, pattern: str) -> Sequence[bytes]:
        """The answers to requests for a folder's entries. A small folder takes two round trips."""
        raw = session.raw(SMBDirectoryIO, self._path(key), share_access="rwd")
        size = block_size(min(raw.fd.connection.max_transact_size, LISTING_BYTES))
        try:
            with SMBFileTransaction(raw) as transaction:
                raw.open(transaction=transaction)
                for flags in (QueryDirectoryFlags.SMB2_RESTART_SCANS, 0):
                    transaction += entries(raw, pattern, flags, size)
            buffers = [buffer for buffer in transaction.results[1:] if buffer]
            if len(buffers) == 2:
                buffers += _remaining_entries(raw, pattern, size)
            return buffers
        finally:
            close_quietly(raw)

    def _stable_ids(self) -> bool:
        if self._has_ids is None:
            self._has_ids = self._do("", self._query_ids)
        return self._has_ids

    def _query_ids(self, session: SmbSession) -> bool:
        raw = session.raw(SMBDirectoryIO, self._path(""), share_access="rwd")
        with SMBFileTransaction(raw) as transaction:
            transaction += file_system(raw)
        return transaction.results[0] not in _UNSTABLE_IDS

    def _make_folders(self, folder: str) -> None:
        if not folder or self.is_folder(folder):
            return
        self._make_folders(folder.rpartition("/")[0])

        def make(session: SmbSession) -> None:
            raw = session.raw(SMBDirectoryIO, self._path(folder), mode="x", share_access="rwd")
            try:
                raw.open()
            except SMBOSError as error:
                if status_of(error) != NtStatus.STATUS_OBJECT_NAME_COLLISION:
                    raise
            finally:
                close_quietly(raw)

        self._do(folder, make)

    def _write(self, session: SmbSession, temporary: str, source: BinaryIO, mtime_ns: int, key: str) -> None:
        access = _Access.GENERIC_WRITE | _Access.DELETE | _Access.FILE_READ_ATTRIBUTES
        # "w": a second attempt, after a broken connection, begins again in the same file.
        raw = session.raw(SMBFileIO, self._path(temporary), mode="w", desired_access=access)
        try:
            raw.open()
            source.seek(0)
            for _ in pipelined(raw, _writes(raw, source), WRITES):
                pass
            _set_time(raw, mtime_ns)
            raw.fd.flush()
            _rename(raw, self._path(key))
        finally:
            close_quietly(raw)

    def _discard(self, key: str) -> None:
        try:
            self.delete(key)
        except Exception:  # what went wrong before is the error to report
            return

    def _delete(self, session: SmbSession, key: str, expected: FileEntry | None) -> None:
        access = _Access.DELETE | _Access.FILE_READ_ATTRIBUTES
        options = CreateOptions.FILE_OPEN_REPARSE_POINT
        raw = session.raw(
            SMBFileIO, self._path(key), share_access="rwd", desired_access=access, create_options=options
        )
        try:
            with SMBFileTransaction(raw) as transaction:
                raw.open(transaction=transaction)
                transaction += file_facts(raw)
            if expected and transaction.results[1] != (expected.size, expected.mtime_ns):
                raise Conflict(FILE_CHANGED, store=self._url, key=printable(key))
            disposition = FileDispositionInformation()
            disposition["delete_pending"] = True
            with SMBFileTransaction(raw) as transaction:
                set_info(transaction, disposition)
        finally:
            close_quietly(raw)


_1601 = DateTimeField.EPOCH_FILETIME


def _remaining_entries(raw: SMBDirectoryIO, pattern: str, size: int) -> Iterator[bytes]:
    while True:
        buffer = call(raw, entries(raw, pattern, 0, size))
        if not buffer:
            return
        yield buffer


def _writes(raw: SMBFileIO, source: BinaryIO) -> Iterator[tuple[Any, Callable[[Any], int]]]:
    size = block_size(raw.fd.connection.max_write_size)
    offset = 0
    while block := source.read(size):
        yield raw.fd.write(block, offset=offset, send=False)
        offset += len(block)


def _set_time(raw: SMBRawIO, mtime_ns: int) -> None:
    """Set when an open file was last written to, as precisely as smbprotocol can."""
    times = FileBasicInformation()
    for name in ("creation_time", "last_access_time", "change_time", "file_attributes"):
        times[name] = 0  # unchanged
    times["last_write_time"] = _1601 + mtime_ns // 100
    with SMBFileTransaction(raw) as transaction:
        set_info(transaction, times)


def _rename(raw: SMBRawIO, target: str) -> None:
    """Rename an open file to a UNC path, without replacing."""
    rename = FileRenameInformation()
    rename["replace_if_exists"] = False
    rename["file_name"] = target.split("\\", 4)[4]
    with SMBFileTransaction(raw) as transaction:
        set_info(transaction, rename)
