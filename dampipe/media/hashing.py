"""SHA-1 of a file's content, taken only if the file held still meanwhile."""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable

from dampipe.kernel.errors import BadMedia, StageError, Transient
from dampipe.kernel.paths import kept_time
from dampipe.kernel.stage_io import ContentHash, SourceFile

BLOCK = 1 << 20
STILL_WRITTEN_DELAY = 30.0
TOLD_EVERY = 64
"""Blocks between two words of progress."""


def sha1_file(file: SourceFile, progress: Callable[[int, float], None] = lambda *_: None) -> ContentHash:
    """The identity of the file's content.

    progress: gets the bytes read so far, and how many a second, now and then.

    Raises `Transient` when the file changes, or is no longer as the scan saw it, or its storage is
    away; `BadMedia` when it is empty, unreadable or no regular file.
    """
    try:
        # A named pipe would block an ordinary open for ever.
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise _translated(error) from error
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise BadMedia("is no regular file")
            _expect(before, file.size, file.mtime_ns)
            if before.st_size == 0:
                raise BadMedia("the file is empty", hint="copy it again from the card")
            digest = _sha1(stream.fileno(), progress)
            _expect(os.fstat(descriptor), before.st_size, before.st_mtime_ns)
        except OSError as error:
            raise _translated(error) from error
    return ContentHash(sha1=digest, size=before.st_size)


def forget_cached(path: str) -> None:
    """Have the next reading come from the disk, or from the server, where the system can be told so.

    Raises OSError when the file cannot be opened.
    """
    if hasattr(os, "posix_fadvise"):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _sha1(descriptor: int, progress: Callable[[int, float], None]) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    began, done, next_word = time.monotonic(), 0, TOLD_EVERY * BLOCK
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    block = memoryview(bytearray(BLOCK))
    while count := os.readv(descriptor, [block]):
        digest.update(block[:count])
        done += count
        if done >= next_word:
            next_word += TOLD_EVERY * BLOCK
            progress(done, done / max(1e-6, time.monotonic() - began))
    return digest.hexdigest()


def _expect(found: os.stat_result, size: int, mtime_ns: int) -> None:
    if (found.st_size, kept_time(found.st_mtime_ns)) != (size, kept_time(mtime_ns)):
        raise Transient(
            "the file is still being written", hint="it is taken up by itself", delay=STILL_WRITTEN_DELAY
        )


def _translated(error: OSError) -> StageError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return BadMedia("cannot be read: permission denied", hint="make the file readable for the worker")
    if error.errno in (errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG):
        return BadMedia(f"is no readable file: {error.strerror}")
    # Everything else that reading a file can answer is the storage's: gone, stale, broken, overloaded.
    return Transient(
        f"cannot be read just now: {error.strerror}", hint="check that its disk or share is connected"
    )
