"""Copies of files: written to a temporary name, fsynced, read back, and given their name without replacing.

    temporary name → fsync → read back, page cache dropped → link, never over an existing file → fsync of the folder,
    one for many files (outcomes.py)

Killed at any step, a name at the destination is absent, or stands for a whole and verified file. Temporary files carry
the number of their import, so that the next worker deletes what a killed one has left.
"""

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO

from dampipe.features.imports.model import Reason
from dampipe.kernel.private_files import user_umask
from dampipe.media.hashing import drop_page_cache
from dampipe.storage.files.base import UNFINISHED, temporary_name

BLOCK = 4 << 20
RESERVE = 32 << 20
"""Bytes that stay free at a destination."""
FULL = (errno.ENOSPC, errno.EDQUOT)
_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EINVAL}
_NONE: Mapping[int, Callable[[str], object]] = {}
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


class WriteProblem(Exception):
    """Something is wrong at a destination. `at`: which, counted from 0."""

    def __init__(self, at: int, error: OSError) -> None:
        super().__init__(str(error))
        self.at = at
        self.error = error


class Refused(Exception):
    """A destination cannot hold the file, whatever is tried."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Taken(Exception):
    """The name came into being at a destination meanwhile."""


class CopyDiffers(Exception):
    """What was read back is not what was written. `at`: at which destination."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def mount_point(path: str) -> str:
    """The mount point that holds a path, or the nearest folder above it that exists."""
    here = os.path.realpath(path)
    while not os.path.ismount(here):
        above = os.path.dirname(here)
        if above == here:
            break
        here = above
    return here


@contextmanager
def at_destination(number: int, *, naming: bool = False) -> Iterator[None]:
    """Say at which destination an error occurred. naming: whether it may lie in the file's name."""
    try:
        yield
    except OSError as error:
        if naming and error.errno in _NAME:
            raise Refused(Reason.NAME_INVALID, error.strerror or "") from error
        if error.errno == errno.EFBIG:
            raise Refused(Reason.TOO_LARGE, error.strerror or "") from error
        raise WriteProblem(number, error) from error


def make_folders(root: str, relative: str) -> str:
    """Make the folders of a path below a root that exists, each durable; returns the last one.

    Raises OSError, and Refused if a link leads out of the root.
    """
    here, real_root = root, os.path.realpath(root)
    for name in relative.split("/") if relative else ():
        above, here = here, os.path.join(here, name)
        with suppress(FileExistsError):
            os.mkdir(here, 0o777)
            os.chmod(here, 0o777 & ~user_umask())
            fsync_folder(above)
        if not os.path.isdir(here):
            raise Refused(Reason.NAME_TAKEN, "a file has the name of a folder")
        real = os.path.realpath(here)
        if not real.startswith(real_root.rstrip("/") + "/"):
            raise Refused(Reason.OUTSIDE, "a link at the destination leads out of the source")
    return here


def fsync_folder(folder: str) -> None:
    """Make names in a folder durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network file systems cannot synchronise a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def size_at(path: str) -> int | None:
    """The size of a regular file; None if nothing has the name; -1 if something else has it. Raises OSError."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def sha1_of(stream: BinaryIO, on_bytes: Callable[[int], object] = lambda _: None) -> str:
    """The SHA-1 of what is left of a stream. on_bytes: called with the number of bytes of each block."""
    digest = hashlib.sha1(usedforsecurity=False)
    while block := stream.read(BLOCK):
        digest.update(block)
        on_bytes(len(block))
    return digest.hexdigest()


def sha1_on_disk(path: str, on_bytes: Callable[[int], object] = lambda _: None) -> str:
    """The SHA-1 of a file, read from the disk or server and not from the page cache. Raises OSError."""
    drop_page_cache(path)
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0) as stream:
        return sha1_of(stream, on_bytes)


def prefix_of(session: int) -> str:
    """With what the names of the temporary files of an import begin: hidden, and no footage."""
    return f"{UNFINISHED}import-{session}-"


def sweep(session: int, folders: Iterable[str]) -> None:
    """Delete the temporary files of an import in these folders. Only one worker has an import at a time."""
    for folder in folders:
        try:
            names = os.listdir(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            if name.startswith(prefix_of(session)):
                with suppress(FileNotFoundError):
                    os.unlink(os.path.join(folder, name))


class Writing:
    """Temporary files of one file's content, at one or more destinations; deleted unless they get their name."""

    def __init__(self, session: int, folders: Sequence[tuple[int, str]], size: int) -> None:
        """folders: numbers of destinations, and the folders there. size: bytes that are going to be written.

        Raises WriteProblem.
        """
        self._temporary: list[tuple[int, str]] = []
        self._streams: list[BinaryIO] = []
        name = temporary_name(prefix_of(session))
        with ExitStack() as undo:
            undo.callback(self.discard)
            for number, folder in folders:
                with at_destination(number):
                    check_space(folder, size)
                    path = os.path.join(folder, name)
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                    stream = open(os.open(path, flags, 0o600), "wb", buffering=0)  # noqa: SIM115
                    self._streams.append(stream)
                    self._temporary.append((number, path))
            undo.pop_all()

    def copy(self, source: BinaryIO, on_bytes: Callable[[int], object]) -> tuple[str, int]:
        """Read the source once, and write it everywhere; returns SHA-1 and size.

        Raises OSError of the source, and WriteProblem of a destination.
        """
        digest, size = hashlib.sha1(usedforsecurity=False), 0
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            for (number, _), stream in zip(self._temporary, self._streams, strict=True):
                with at_destination(number):
                    _write_all(stream, block)
            on_bytes(len(block))
        return digest.hexdigest(), size

    def finish(self, mtime_ns: int, sha1: str, on_bytes: Callable[[int], object]) -> None:
        """Make the files durable, with the origin's time, and read them back.

        Raises WriteProblem, and CopyDiffers.
        """
        for (number, path), stream in zip(self._temporary, self._streams, strict=True):
            with at_destination(number):
                os.fchmod(stream.fileno(), 0o666 & ~user_umask())
                with suppress(OverflowError):  # a time that no file system can hold
                    os.utime(stream.fileno(), ns=(mtime_ns, mtime_ns))
                os.fsync(stream.fileno())
                stream.close()
                if sha1_on_disk(path, on_bytes) != sha1:
                    raise CopyDiffers(number)

    def publish(
        self,
        name: str,
        on_named: Callable[[int, str], object],
        uploads: Mapping[int, Callable[[str], object]] = _NONE,
    ) -> None:
        """Give the files their name.

        on_named: called with destination and folder, in which the name is durable only once the folder is fsynced.
        uploads: what does so instead at some destinations, with the temporary file.
        Raises Taken where it exists, Refused, and WriteProblem.
        """
        while self._temporary:
            number, path = self._temporary[0]
            if number in uploads:
                uploads[number](path)
                self._temporary.pop(0)
                continue
            with at_destination(number, naming=True):
                try:
                    place(path, os.path.join(os.path.dirname(path), name))
                except FileExistsError as error:
                    raise Taken from error
            on_named(number, os.path.dirname(path))
            self._temporary.pop(0)

    def discard(self) -> None:
        """Close and delete what has no name yet."""
        for stream in self._streams:
            with suppress(OSError):
                stream.close()
        for _, path in self._temporary:
            with suppress(OSError):
                os.unlink(path)


def check_space(folder: str, size: int) -> None:
    """Raise OSError (ENOSPC) unless a folder's file system has space for a file, and some more."""
    found = os.statvfs(folder)
    if found.f_blocks and found.f_bavail * found.f_frsize < size + RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def place(temporary: str, target: str) -> None:
    """Give a file its name, unless the name is taken. Raises FileExistsError and other OSErrors."""
    try:
        os.link(temporary, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_without_replacing(temporary, target)
    else:
        os.unlink(temporary)


def _rename_without_replacing(temporary: str, target: str) -> None:
    """For file systems without hard links: exFAT, and many shares."""
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        paths = (os.fsencode(temporary), os.fsencode(target))
        if not library.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_NOREPLACE):
            return
        code = ctypes.get_errno()
        if code == errno.EEXIST:
            raise FileExistsError(code, os.strerror(code))
        if code not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise OSError(code, os.strerror(code))
    # Neither links nor an exclusive rename: the name is reserved by an empty file, which the rename replaces.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        os.replace(temporary, target)
    except OSError:
        with suppress(OSError):
            os.unlink(target)
        raise


def _write_all(stream: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[stream.write(view) :]
