"""Locks between the processes of a machine: a file's lock, given back in so many words.

Closing the file is not enough: a process that is forked meanwhile holds it open, and the lock with it.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock on `path`, which is made with its folder. False: another holds it, and `wait` is False.

    Where nothing can be written there is no lock to be had: True, and OSErrors are not raised.
    """
    with contextlib.ExitStack() as stack:
        held = True
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
                stack.callback(fcntl.flock, file, fcntl.LOCK_UN)
            except BlockingIOError:
                held = False
        yield held
