"""SHA-1 of a file's content, which fails if the file changes meanwhile."""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from dampipe.kernel import file_errors
from dampipe.kernel.errors import BadMedia, StageError, Transient
from dampipe.kernel.paths import kept_time
from dampipe.kernel.stage_io import ContentHash, SourceFile
from dampipe.media import errors

BLOCK = 1 << 20
STILL_WRITTEN_DELAY = 30.0
"""Seconds before a file that was still being written is tried again."""
PROGRESS_INTERVAL = 64
"""Blocks between two calls of on_progress."""


def sha1_file(
    file: SourceFile,
    on_progress: Callable[[int, float], None] = lambda *_: None,
    progress_interval: int = PROGRESS_INTERVAL,
) -> ContentHash:
    """Hash the file's content.

    on_progress: called with the bytes read so far, and bytes per second. progress_interval: blocks
    between two calls.

    Raises `Transient` when the file changes, differs from what the scan saw, or its storage is
    unavailable; `BadMedia` when it is empty, unreadable or not a regular file.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would block for ever.
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise _stage_error(error) from error
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise BadMedia(errors.NOT_REGULAR)
            _check_unchanged(before, file.size, file.mtime_ns)
            if before.st_size == 0:
                raise BadMedia(errors.EMPTY_FILE)
            digest = _sha1(stream.fileno(), on_progress, progress_interval)
            _check_unchanged(os.fstat(descriptor), before.st_size, before.st_mtime_ns)
        except OSError as error:
            raise _stage_error(error) from error
    return ContentHash(sha1=digest, size=before.st_size)


def sha1_of(path: Path) -> str:
    """The SHA-1 of a file that does not change. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()


def drop_page_cache(path: str) -> None:
    """Drop the file from the page cache where the system can, so that it is next read from the disk or server.

    Raises OSError when the file cannot be opened.
    """
    if hasattr(os, "posix_fadvise"):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _sha1(descriptor: int, on_progress: Callable[[int, float], None], progress_interval: int) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    started, done, next_report = time.monotonic(), 0, progress_interval * BLOCK
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    block = memoryview(bytearray(BLOCK))
    while count := os.readv(descriptor, [block]):
        digest.update(block[:count])
        done += count
        if done >= next_report:
            next_report += progress_interval * BLOCK
            on_progress(done, done / max(1e-6, time.monotonic() - started))
    return digest.hexdigest()


def _check_unchanged(found: os.stat_result, size: int, mtime_ns: int) -> None:
    if (found.st_size, kept_time(found.st_mtime_ns)) != (size, kept_time(mtime_ns)):
        raise Transient(errors.STILL_WRITTEN, delay=STILL_WRITTEN_DELAY)


def _stage_error(error: OSError) -> StageError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return BadMedia(file_errors.FILE_UNREADABLE)
    if error.errno in (errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG):
        return BadMedia(errors.NOT_READABLE, reason=error.strerror)
    # All other errors of reading a file are the storage's: missing, stale, broken, overloaded.
    return Transient(errors.READ_FAILED, reason=error.strerror)
