"""Reading and replacing the files of sidecars: never through links, never torn, never what another program wrote.

A folder is opened component by component, so that no link leads out of its source, and all that follows refers to its
descriptor. A file is replaced by compare-and-swap: the new bytes are written beside it and synchronised, the file is
compared with what was read, and renamed over. Only one process of a machine does so in a folder at a time.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import NamedTuple

from dampipe.features.sidecars.model import OutboxState, SidecarProblem
from dampipe.features.sidecars.packet import MAX_BYTES
from dampipe.kernel.paths import kept_time

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_AWAY = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.EHOSTDOWN,
    errno.ENODEV,
    errno.ENXIO,
}


class FileProblem(Exception):
    """A file cannot be read or written now."""

    def __init__(self, state: OutboxState, reason: str, *, is_whole_place: bool = False) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.is_whole_place = is_whole_place
        """Whether other files of the source meet the same."""


class Read(NamedTuple):
    """A file as it was read."""

    data: bytes
    digest: bytes
    size: int
    mtime_ns: int
    inode: int
    mode: int
    owner: int
    group: int


class Stat(NamedTuple):
    """What shows that a file has changed."""

    size: int
    mtime_ns: int


def digest_of(data: bytes) -> bytes:
    """The digest by which contents are compared."""
    return blake2b(data, digest_size=16).digest()


@contextmanager
def opened_folder(root: str, folder: str, *, create: bool = False) -> Iterator[int]:
    """A descriptor of a folder below a root, reached through no link. create: make what is missing below the root.

    Raises FileProblem.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        here = os.open(root, flags)
    except OSError as error:
        raise _problem(error, is_whole_place=True) from error
    try:
        for part in folder.split("/") if folder else ():
            below = _below(here, part, flags | os.O_NOFOLLOW, create)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _below(here: int, part: str, flags: int, create: bool) -> int:
    if part in ("", ".", ".."):
        raise FileProblem(OutboxState.FAILED, SidecarProblem.LINK)
    try:
        with suppress(FileNotFoundError):
            return os.open(part, flags, dir_fd=here)
        if not create:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=here)
        return os.open(part, flags, dir_fd=here)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise FileProblem(OutboxState.FAILED, SidecarProblem.LINK) from error
        raise _problem(error) from error


def stat_file(folder: int, name: str) -> Stat | None:
    """Size and time of a file; None if there is no such file. Raises FileProblem."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _problem(error) from error
    return Stat(found.st_size, kept_time(found.st_mtime_ns))


def read_file(folder: int, name: str) -> Read | None:
    """A file; None if there is no such file. Of a larger one than XMP may be only the beginning is read.

    Raises FileProblem.
    """
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise FileProblem(OutboxState.FAILED, SidecarProblem.LINK) from error
        raise FileProblem(OutboxState.FAILED, error.strerror or str(error)) from error
    try:
        with open(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise FileProblem(OutboxState.FAILED, SidecarProblem.LINK)
            data = file.read(MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise FileProblem(OutboxState.FAILED, error.strerror or str(error)) from error
    if (found.st_size, found.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileProblem(OutboxState.FAILED, SidecarProblem.CHANGING)
    facts = (found.st_size, kept_time(found.st_mtime_ns), found.st_ino, stat.S_IMODE(found.st_mode))
    return Read(data, digest_of(data), *facts, found.st_uid, found.st_gid)


class Changed(Exception):
    """The file is not the one that was read any more."""


def replace_file(folder: int, name: str, data: bytes, before: Read | None) -> Stat:
    """Write a file, or replace the one that was read before; returns what it is now.

    Raises Changed, and FileProblem. Killed at any step, the file is the old one or the new one.
    """
    temporary = _temporary(name)
    try:
        with _locked(folder):
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)  # of a process that was killed
            made = False
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                descriptor = os.open(temporary, flags, 0o666 if before is None else 0o600, dir_fd=folder)
                made = True
                with open(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    if before is not None:
                        _keep_mode(file.fileno(), before)
                    os.fsync(file.fileno())
                    found = os.fstat(file.fileno())
                _swap(folder, temporary, name, before)
                made = False
            finally:
                if made:
                    with suppress(OSError):
                        os.unlink(temporary, dir_fd=folder)
            with suppress(OSError):  # some network file systems cannot synchronise a folder
                os.fsync(folder)
    except OSError as error:
        raise _problem(error, is_whole_place=error.errno == errno.EROFS) from error
    return Stat(found.st_size, kept_time(found.st_mtime_ns))


def remove_leftover(folder: int, name: str) -> None:
    """Remove the temporary file that a killed process may have left. Raises FileProblem if another one writes now."""
    with _locked(folder), suppress(OSError):
        os.unlink(_temporary(name), dir_fd=folder)


def _temporary(name: str) -> str:
    """The name of the file that becomes the sidecar: no footage, and short whatever the sidecar is called."""
    return f".dampipe-{blake2b(os.fsencode(name), digest_size=8).hexdigest()}.tmp"


def _swap(folder: int, temporary: str, name: str, before: Read | None) -> None:
    """Put the temporary file in the place of the one that was read."""
    if before is None:
        try:
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError as error:
            raise Changed from error
        except OSError as error:  # a file system without links
            if error.errno in _READ_ONLY - {errno.EPERM}:
                raise
            if stat_file(folder, name) is not None:
                raise Changed from error
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            os.unlink(temporary, dir_fd=folder)
        return
    now = read_file(folder, name)
    if now is None or (now.digest, now.size, now.mtime_ns, now.inode) != (
        before.digest,
        before.size,
        before.mtime_ns,
        before.inode,
    ):
        raise Changed
    os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _keep_mode(descriptor: int, before: Read) -> None:
    with suppress(OSError):  # only root may give files away; a share may have no owners
        os.fchown(descriptor, before.owner, before.group)
    with suppress(OSError):
        os.fchmod(descriptor, before.mode)


@contextmanager
def _locked(folder: int) -> Iterator[None]:
    """Keep other processes of this machine from writing in a folder."""
    own = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FileProblem(OutboxState.PENDING, "") from error
        except OSError:  # a file system without locks: the comparison before the rename is left
            pass
        yield
    finally:
        os.close(own)


def _problem(error: OSError, *, is_whole_place: bool = False) -> FileProblem:
    reason = error.strerror or str(error)
    if error.errno in _READ_ONLY:
        return FileProblem(OutboxState.READ_ONLY, reason, is_whole_place=is_whole_place)
    if error.errno in _AWAY:
        return FileProblem(OutboxState.AWAY, reason, is_whole_place=is_whole_place)
    return FileProblem(OutboxState.FAILED, reason)
