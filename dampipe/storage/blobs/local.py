"""Blobs as files below a folder; a file gets its name only when its bytes are on the disk."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import DampipeError, NotFound, Permanent, StorageFull, Transient
from dampipe.storage.blobs import workspace
from dampipe.storage.blobs.names import checked, is_name

_FULL = (errno.ENOSPC, errno.EDQUOT)
_AWAY = (
    *(errno.EIO, errno.ESTALE, errno.EAGAIN, errno.EBUSY, errno.EMFILE, errno.ENFILE),
    *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOTCONN),
)


class LocalConfig(BaseModel):
    """What `get_storage_backend("local", …)` takes."""

    model_config = ConfigDict(extra="forbid")

    root: Path


class LocalBlobs:
    """A folder of blobs on a local or mounted file system; it is made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)
        self._temporary = self._root / ".tmp"

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `root`."""
        return cls(LocalConfig.model_validate(config).root)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A private folder inside the root, so that `put` only renames."""
        with translated_writing(self._root):
            folder = workspace.private_folder(self._temporary)
            path = folder.__enter__()
        try:
            yield path
        finally:
            folder.__exit__(None, None, None)

    def sweep(self, older_than: float) -> int:
        """Remove workspaces of dead processes that nobody has touched for so many seconds."""
        return workspace.sweep(self._temporary, older_than)

    def put(self, key: str, file: Path) -> int:
        """Renames a file of the workspace; copies one from another file system, and removes it there."""
        final = self._root / checked(key)
        with translated_writing(self._root):
            made = _make_folders(final.parent)
            _sync(file)
            try:
                file.replace(final)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with workspace.private_folder(self._temporary) as near:
                    copy = Path(shutil.copyfile(file, near / "copy"))
                    _sync(copy)
                    copy.replace(final)
                file.unlink(missing_ok=True)
            for folder in (final.parent, *made):
                _sync(folder)
            return final.stat().st_size

    def open(self, key: str) -> BinaryIO:
        """A plain file."""
        with translated(self._root, key):
            return (self._root / checked(key)).open("rb")

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The file itself."""
        return self._in_place(checked(key))

    @contextmanager
    def _in_place(self, key: str) -> Iterator[Path]:
        path = self._root / key
        self._status(path, key)
        yield path

    def size(self, key: str) -> int:
        """Bytes."""
        return self._status(self._root / checked(key), key).st_size

    def _status(self, path: Path, key: str) -> os.stat_result:
        with translated(self._root, key):
            status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise NotFound(f"there is no blob {key}")
        return status

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""
        return (self._root / checked(key)).is_file()

    def delete(self, key: str) -> None:
        """Folders stay: another process may be about to put something there."""
        with translated(self._root, key):
            (self._root / checked(key)).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no order."""
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
def translated(root: Path, key: str) -> Iterator[None]:
    """Errors of the file system, as ours, where a blob is looked for."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound(f"there is no blob {key}") from error
    except OSError as error:
        raise as_ours(error, str(root)) from error


@contextmanager
def translated_writing(root: Path) -> Iterator[None]:
    """The same, where something is made."""
    try:
        yield
    except OSError as error:
        raise as_ours(error, str(root)) from error


def as_ours(error: OSError, place: str) -> DampipeError:
    """The error that says what happens next."""
    if error.errno in _FULL:
        return StorageFull(f"no space left in {place}", hint="free some space, then `dampipe retry`")
    if error.errno in _AWAY:
        return Transient(f"{place} does not answer: {error.strerror}")
    return Permanent(f"{place} cannot be used: {error}")


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder; returns the folders whose list of names has changed by that."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return [one.parent for one in missing]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
