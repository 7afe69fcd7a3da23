"""The folder of uploads: a folder for each, in which every file lies at its path from its first byte on."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.features.uploads.errors import PATH_TAKEN, WRITING
from dampipe.kernel.errors import Busy, Conflict, StorageFull
from dampipe.kernel.file_errors import DISK_FULL
from dampipe.kernel.paths import printable
from dampipe.kernel.private_files import FILE, make_folder

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RESERVE = 256 << 20
"""Bytes that stay free."""


class UploadFolder:
    """Where files lie until they are imported."""

    def __init__(self, root: Path, quota: int) -> None:
        """quota: bytes that uploads may take; 0: all that is free but a reserve."""
        self.root = root
        self._quota = quota

    def of(self, number: int) -> Path:
        """The folder of an upload; it may not be there."""
        return self.root / str(number)

    def create(self, number: int) -> None:
        """Make the folder of an upload; one that is there is emptied. Raises StorageFull."""
        with full_told():
            self.delete(number)
            make_folder(self.of(number))

    def room(self, announced: int, received: int) -> int:
        """Bytes that may be announced still. announced, received: of all uploads that are not imported yet."""
        with full_told():
            make_folder(self.root)
        by_disk = shutil.disk_usage(self.root).free - _RESERVE - (announced - received)
        return max(0, min(by_disk, self._quota - announced) if self._quota else by_disk)

    def make(self, number: int, path: str) -> None:
        """Make an empty file, with its folders. Raises Conflict where a folder or a file is in the way, StorageFull."""
        full = self.of(number) / path
        with full_told():
            try:
                make_folder(full.parent)
                os.close(os.open(full, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, FILE))
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                raise Conflict(PATH_TAKEN, path=printable(path)) from None

    def remove(self, number: int, path: str) -> None:
        """Delete a file, and the folders that are empty then."""
        full = self.of(number) / path
        full.unlink(missing_ok=True)
        for folder in full.parents:
            if folder == self.of(number):
                return
            try:
                folder.rmdir()
            except OSError:
                return

    @contextmanager
    def writing(self, number: int, path: str) -> Iterator["FileWriter"]:
        """Have a file to oneself, to continue it. Raises Busy while another request has it, OSError where it is not
        there."""
        descriptor = os.open(self.of(number) / path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(WRITING) from None
            yield FileWriter(descriptor)
        finally:
            os.close(descriptor)

    def finish(self, number: int, path: str, modified: float) -> None:
        """Give a complete file the time that it had at its owner's."""
        if modified:
            os.utime(self.of(number) / path, (modified, modified))

    def delete(self, number: int) -> None:
        """Delete what was uploaded. Raises OSError."""
        try:
            shutil.rmtree(self.of(number))
        except FileNotFoundError:
            return


class FileWriter:
    """Appends to a file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = 0
        """Bytes of the file, as far as they were written."""

    def start_after(self, received: int) -> None:
        """Keep the first bytes of the file, which are on the disk, and cut off what follows them. Raises StorageFull."""
        with full_told():
            os.ftruncate(self._descriptor, received)
            self.size = os.lseek(self._descriptor, received, os.SEEK_SET)

    def write(self, data: bytes) -> None:
        """Append bytes. Raises StorageFull."""
        rest = memoryview(data)
        with full_told():
            while rest:
                written = os.write(self._descriptor, rest)
                rest = rest[written:]
                self.size += written

    def sync(self) -> None:
        """Have all bytes on the disk. Raises StorageFull."""
        with full_told():
            os.fsync(self._descriptor)


@contextmanager
def full_told() -> Iterator[None]:
    """Raise StorageFull where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(DISK_FULL) from error
        raise
