"""File locks between the processes of a machine, released explicitly.

Closing the file is not sufficient: a process that is forked meanwhile inherits the open file and with it the lock.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def file_lock(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a lock on `path`, which is created with its folder.

    Yields False if another process holds the lock and `wait` is False. If the folder is not writable,
    there is no locking: yields True and raises no OSError.
    """
    with contextlib.ExitStack() as stack:
        acquired = True
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
                stack.callback(fcntl.flock, file, fcntl.LOCK_UN)
            except BlockingIOError:
                acquired = False
        yield acquired
