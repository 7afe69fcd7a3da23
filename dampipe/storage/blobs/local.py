"""Blobs as files in a folder. A file is fsynced before it is renamed into place."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import DampipeError, NotFound, Permanent, StorageFull, Transient
from dampipe.kernel.private_files import make_folder, share_like
from dampipe.storage.blobs import workspace
from dampipe.storage.blobs.errors import BLOB_NOT_FOUND, STORE_FAILED, STORE_FULL, STORE_UNREACHABLE
from dampipe.storage.blobs.names import checked_name, is_name

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_UNREACHABLE = (
    *(errno.EIO, errno.ESTALE, errno.EAGAIN, errno.EBUSY, errno.EMFILE, errno.ENFILE),
    *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOTCONN),
)


class LocalConfig(BaseModel):
    """Configuration of `get_storage_backend("local", …, "derivatives")`."""

    model_config = ConfigDict(extra="forbid")

    root: Path


class LocalBlobs:
    """Blobs in a folder of a local or mounted file system. The folder is created on first use."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)
        self._temporary = self._root / ".tmp"

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root`."""
        return cls(LocalConfig.model_validate(config).root)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A private folder in the root, so that `put` only renames."""
        with ExitStack() as stack:
            with translate_write_errors(self._root):
                folder = stack.enter_context(workspace.private_folder(self._temporary))
            yield folder

    def sweep(self, older_than: float, dry_run: bool = False) -> int:
        """Delete orphaned workspaces that have not changed for `older_than` seconds; returns their number.

        dry_run: only count them.
        """
        with translate_write_errors(self._root):
            return workspace.sweep(self._temporary, older_than, dry_run)

    def put(self, key: str, file: Path) -> int:
        """Rename a file of the workspace. A file on another file system is copied, then deleted."""
        final = self._root / checked_name(key)
        with translate_write_errors(self._root):
            changed_folders = _make_folders(final.parent)
            share_like(self._root, file)
            _fsync(file)
            try:
                file.replace(final)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with workspace.private_folder(self._temporary) as folder:
                    copy = Path(shutil.copyfile(file, folder / "copy"))
                    share_like(self._root, copy)
                    _fsync(copy)
                    copy.replace(final)
                file.unlink(missing_ok=True)
            for folder in (final.parent, *changed_folders):
                _fsync(folder)
            return final.stat().st_size

    def open(self, key: str) -> BinaryIO:
        """The open file."""
        with translate_read_errors(self._root, key):
            return (self._root / checked_name(key)).open("rb")

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The file itself."""
        return self._in_place(checked_name(key))

    @contextmanager
    def _in_place(self, key: str) -> Iterator[Path]:
        path = self._root / key
        self._status(path, key)
        yield path

    def size(self, key: str) -> int:
        """Size in bytes."""
        return self._status(self._root / checked_name(key), key).st_size

    def modified(self, key: str) -> float:
        """When the file was written last, in seconds since 1970."""
        return self._status(self._root / checked_name(key), key).st_mtime

    def _status(self, path: Path, key: str) -> os.stat_result:
        with translate_read_errors(self._root, key):
            status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise NotFound(BLOB_NOT_FOUND, key=key)
        return status

    def exists(self, key: str) -> bool:
        """Whether the blob exists."""
        return (self._root / checked_name(key)).is_file()

    def delete(self, key: str) -> None:
        """Delete a blob, if it exists. Folders are kept: another process may be about to write into them."""
        with translate_read_errors(self._root, key):
            (self._root / checked_name(key)).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no particular order."""
        above = prefix.rpartition("/")[0]
        if above and not is_name(above):
            return
        for folder, folders, files in os.walk(self._root / above):
            folders[:] = [name for name in folders if is_name(name)]
            for name in files:
                key = (Path(folder) / name).relative_to(self._root).as_posix()
                if key.startswith(prefix) and is_name(key):
                    yield key


@contextmanager
def translate_read_errors(root: Path, key: str) -> Iterator[None]:
    """Translate errors of the file system while a blob is read: a missing file is `NotFound`."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound(BLOB_NOT_FOUND, key=key) from error
    except OSError as error:
        raise translate_os_error(error, str(root)) from error


@contextmanager
def translate_write_errors(root: Path) -> Iterator[None]:
    """Translate errors of the file system while something is written."""
    try:
        yield
    except OSError as error:
        raise translate_os_error(error, str(root)) from error


def translate_os_error(error: OSError, store: str) -> DampipeError:
    """The error of dampipe for an error of the file system: by its number, unknown ones are `Permanent`."""
    if error.errno in _NO_SPACE:
        return StorageFull(STORE_FULL, store=store)
    if error.errno in _UNREACHABLE:
        return Transient(STORE_UNREACHABLE, store=store, reason=error.strerror)
    return Permanent(STORE_FAILED, store=store, reason=str(error))


def _make_folders(folder: Path) -> list[Path]:
    """Create the folder and its parents; returns the folders that got a new entry, to be fsynced."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    make_folder(folder)
    return [path.parent for path in missing]


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
