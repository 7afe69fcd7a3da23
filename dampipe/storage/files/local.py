"""Footage in a folder of this machine: a disk, or a mounted share.

Folders are opened one below the other and links to folders are never followed, as in scans; a link to a file is that
file. A named pipe or a device does not count as a file, and opening one does not block.
"""

import contextlib
import errno
import io
import os
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self, cast

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import (
    Conflict,
    DampipeError,
    InvalidInput,
    NotFound,
    Permanent,
    StorageFull,
    Transient,
)
from dampipe.kernel.paths import is_valid, kept_time, printable
from dampipe.storage.files.base import (
    UNFINISHED,
    Content,
    FileEntry,
    Traits,
    Unread,
    is_same,
    is_temporary,
    temporary_name,
)
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

_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
_UNREACHABLE = (
    *(
        errno.EIO,
        errno.ESTALE,
        errno.EAGAIN,
        errno.EBUSY,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENODEV,
        errno.ENXIO,
    ),
    *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOTCONN),
)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK = 4 << 20


class LocalConfig(BaseModel):
    """Configuration of `get_storage_backend("local", …, "footage")`."""

    model_config = ConfigDict(extra="forbid")

    root: Path


class LocalFiles:
    """The files of a folder. A folder that does not exist is one that is not mounted: `Transient`."""

    traits = Traits(has_inodes=True)

    def __init__(self, root: Path) -> None:
        """root: an absolute path."""
        if not root.is_absolute():
            raise InvalidInput(URL_INVALID, url=str(root), problem="it is not an absolute path")
        self._root = str(root)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root`."""
        return cls(LocalConfig.model_validate(config).root)

    @property
    def url(self) -> str:
        """The path of the folder."""
        return self._root

    def close(self) -> None:
        """See FileStore."""

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """None: only this machine can open the path."""
        return None

    # Listing

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """See FileStore."""
        folder = prefix.rpartition("/")[0]
        with self._translated(folder):
            root = self._open_root()
        try:
            if not is_valid(prefix) or not is_valid(after):
                return
            try:
                top = self._open_folder(root, folder) if folder else os.dup(root)
            except OSError as error:
                if error.errno in _NOT_THERE or not _is_key(folder):
                    return
                yield Unread(f"{folder}/", _reason(error))
                return
        finally:
            os.close(root)
        yield from self._list(top, f"{folder}/" if folder else "", os.fsencode(prefix), os.fsencode(after))

    def _list(self, folder: int, path: str, prefix: bytes, after: bytes) -> Iterator[FileEntry | Unread]:
        """The files below an open folder, which is closed. path: its own, with "/" at the end."""
        try:
            try:
                found = _read_folder(folder, os.fsencode(path), prefix, after)
            except OSError as error:
                yield Unread(path, _reason(error))
                return
            for key, is_folder in found:
                name = os.fsdecode(key)[len(path) :].removesuffix("/")
                if not is_folder:
                    entry = _entry_or_unread(folder, name, path + name)
                    if entry is not None:
                        yield entry
                    continue
                try:
                    inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
                except OSError as error:
                    if error.errno not in _NOT_THERE:  # it was deleted or replaced a moment ago
                        yield Unread(f"{path}{name}/", _reason(error))
                    continue
                yield from self._list(inner, f"{path}{name}/", prefix, after)
        finally:
            os.close(folder)

    # Files

    def stat(self, key: str) -> FileEntry:
        """See FileStore."""
        with self._translated(key), self._folder_of(key) as (folder, name):
            entry = _entry(key, os.stat(name, dir_fd=folder))
        if entry is None:
            raise self._not_found(key)
        return entry

    def is_folder(self, key: str) -> bool:
        """See FileStore."""
        with self._translated(key):
            root = self._open_root()
        if not key:
            os.close(root)
            return True
        try:
            with self._translated(key):
                os.close(self._open_folder(root, key))
        except NotFound:
            return False
        finally:
            os.close(root)
        return True

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """See FileStore. The file is compared with `expected` at each read."""
        with self._translated(key), self._folder_of(key) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        reader = _Reader(descriptor, self, key, expected, end)
        try:
            reader.check()
        except BaseException:
            reader.close()
            raise
        return cast(BinaryIO, io.BufferedReader(reader, 1 << 17))

    # Changes

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """See ManagedStore. File systems keep no metadata."""
        folder, _, name = key.rpartition("/")
        if not _is_key(key):
            raise InvalidInput(
                URL_INVALID, url=f"{self._root}/{key}", problem="it is not a path below the source"
            )
        with file.open("rb") as source, self._translated(key):
            root = self._open_root()
            try:
                target = self._make_folders(root, folder)
            finally:
                os.close(root)
            try:
                return self._put(target, name, key, source, file.stat())
            finally:
                os.close(target)

    def _put(self, folder: int, name: str, key: str, source: BinaryIO, facts: os.stat_result) -> FileEntry:
        if _exists(folder, name):
            raise self._exists(key)
        temporary = temporary_name()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
        try:
            with open(descriptor, "wb", buffering=0) as copy:
                shutil.copyfileobj(source, copy, _CHUNK)
                os.utime(copy.fileno(), ns=(facts.st_atime_ns, facts.st_mtime_ns))
                os.fsync(copy.fileno())
            self._appear(folder, temporary, name, key)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        os.fsync(folder)
        entry = _entry(key, os.stat(name, dir_fd=folder))
        if entry is None:
            raise self._not_found(key)
        return entry

    def _appear(self, folder: int, temporary: str, name: str, key: str) -> None:
        """Give a complete copy its name, unless there is a file of that name."""
        try:
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError as error:
            raise self._exists(key) from error
        except OSError:  # a file system without hard links (exFAT, some shares)
            if _exists(folder, name):
                raise self._exists(key) from None
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            os.unlink(temporary, dir_fd=folder)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """See ManagedStore. A link is deleted, not the file that it leads to. Folders are kept."""
        try:
            with self._translated(key), self._folder_of(key) as (folder, name):
                if expected is not None:
                    entry = _entry(key, os.stat(name, dir_fd=folder))
                    if entry is None or not is_same(entry, expected):
                        raise self._changed(key)
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except NotFound:
            return

    def clean(self, folder: str, seconds: float) -> int:
        """See CleanedStore. A copy has the time of its original already before it is complete: its change counts."""
        before, deleted = time.time() - seconds, 0
        try:
            with self._translated(folder):
                root = self._open_root()
                try:
                    opened = self._open_folder(root, folder) if folder else os.dup(root)
                finally:
                    os.close(root)
                try:
                    for name in filter(is_temporary, os.listdir(opened)):
                        with contextlib.suppress(OSError):  # it is gone, or not ours
                            facts = os.stat(name, dir_fd=opened, follow_symlinks=False)
                            if stat.S_ISREG(facts.st_mode) and max(facts.st_mtime, facts.st_ctime) <= before:
                                os.unlink(name, dir_fd=opened)
                                deleted += 1
                finally:
                    os.close(opened)
        except NotFound:
            return 0
        return deleted

    # Folders

    def _open_root(self) -> int:
        try:
            return os.open(self._root, _FOLDER)
        except OSError as error:
            if error.errno in _NOT_THERE:
                raise Transient(
                    STORE_UNREACHABLE, store=self._root, reason="there is no such folder"
                ) from error
            raise

    def _open_folder(self, root: int, path: str) -> int:
        """The folder at a path below the root. Raises OSError."""
        if not _is_key(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        here = os.dup(root)
        for name in path.split("/"):
            try:
                inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            finally:
                os.close(here)
            here = inner
        return here

    def _make_folders(self, root: int, path: str) -> int:
        here = os.dup(root)
        for name in path.split("/") if path else ():
            try:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=here)
                    os.fsync(here)
                inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            finally:
                os.close(here)
            here = inner
        return here

    @contextmanager
    def _folder_of(self, key: str) -> Iterator[tuple[int, str]]:
        """The open folder of a key, and the name in it."""
        folder, _, name = key.rpartition("/")
        if not _is_key(key):
            raise self._not_found(key)
        root = self._open_root()
        try:
            opened = self._open_folder(root, folder) if folder else os.dup(root)
        finally:
            os.close(root)
        try:
            yield opened, name
        finally:
            os.close(opened)

    # Errors

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self.error(error, key) from error

    def error(self, error: OSError, key: str) -> DampipeError:
        """The error of dampipe for one of the file system: by its number; unknown ones are `Permanent`."""
        if error.errno in _NOT_THERE or isinstance(error, IsADirectoryError):
            return self._not_found(key)
        if error.errno in _NO_SPACE:
            return StorageFull(STORE_FULL, store=self._root)
        if error.errno in _DENIED:
            return Permanent(STORE_DENIED, store=self._root, reason=f"{printable(key)}: {_reason(error)}")
        if error.errno in _UNREACHABLE:
            return Transient(STORE_UNREACHABLE, store=self._root, reason=_reason(error))
        return Permanent(STORE_FAILED, store=self._root, reason=_reason(error))

    def _not_found(self, key: str) -> NotFound:
        return NotFound(FILE_NOT_FOUND, store=self._root, key=printable(key))

    def _changed(self, key: str) -> Conflict:
        return Conflict(FILE_CHANGED, store=self._root, key=printable(key))

    def _exists(self, key: str) -> Conflict:
        return Conflict(FILE_EXISTS, store=self._root, key=printable(key))


class _Reader(io.RawIOBase):
    """An open file that is compared with what it should be whenever it is read."""

    def __init__(
        self, descriptor: int, store: LocalFiles, key: str, expected: FileEntry | None, end: int | None
    ) -> None:
        self._descriptor = descriptor
        self._end = end
        self._store = store
        self._key = key
        self._expected = expected

    def check(self) -> None:
        """Raise NotFound for devices and pipes, and Conflict if the file is not the expected one."""
        entry = _entry(self._key, os.fstat(self._descriptor))
        if entry is None:
            raise self._store._not_found(self._key)
        if self._expected is not None and not is_same(entry, self._expected):
            raise self._store._changed(self._key)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END and self._end is not None:
            offset, whence = min(os.fstat(self._descriptor).st_size, self._end) + offset, io.SEEK_SET
        return os.lseek(self._descriptor, offset, whence)

    def tell(self) -> int:
        return os.lseek(self._descriptor, 0, io.SEEK_CUR)

    def readinto(self, buffer: object) -> int:
        wanted = memoryview(buffer)  # type: ignore[arg-type]
        if self._end is not None:
            wanted = wanted[: max(0, self._end - self.tell())]
        try:
            count = os.readv(self._descriptor, [wanted])
        except OSError as error:
            raise self._store.error(error, self._key) from error
        if self._expected is not None:
            self.check()
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _is_key(key: str) -> bool:
    """Whether a file of this key can exist: segments are names, and none is empty."""
    return is_valid(key) and all(name not in ("", ".", "..") for name in key.split("/"))


def _read_folder(folder: int, path: bytes, prefix: bytes, after: bytes) -> list[tuple[bytes, bool]]:
    """The keys in a folder that may be listed, in order, and whether each is a folder's, which ends with "/"."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            key = path + os.fsencode(entry.name) + (b"/" if is_folder else b"")
            if is_folder:
                wanted = prefix.startswith(key) or key.startswith(prefix)
                wanted = wanted and (key > after or after.startswith(key))
            else:
                wanted = key.startswith(prefix) and key > after and not entry.name.startswith(UNFINISHED)
            if wanted:
                found.append((key, is_folder))
    found.sort()
    return found


def _entry_or_unread(folder: int, name: str, key: str) -> FileEntry | Unread | None:
    try:
        return _entry(key, os.stat(name, dir_fd=folder))
    except OSError as error:
        # Gone since the folder was read, or a link to nowhere, or to itself.
        return None if error.errno in _NOT_THERE else Unread(key, _reason(error))


def _entry(key: str, facts: os.stat_result) -> FileEntry | None:
    if not stat.S_ISREG(facts.st_mode):
        return None
    return FileEntry(key, facts.st_size, kept_time(facts.st_mtime_ns), inode=facts.st_ino & (2**63 - 1))


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
