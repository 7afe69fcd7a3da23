"""Encoder sessions: of hardware that serves only a few at once, no more are started on a machine than that."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class Sessions:
    """So many places, each the lock on a file: whoever dies gives its place back."""

    def __init__(self, folder: Path | None = None, count: int = 0) -> None:
        """folder: shared by the processes of a machine. count: 0, or no folder, means no limit."""
        self._folder = folder
        self._count = count

    @contextlib.contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there was a place; it is held as long as the context lasts. Never waits for one."""
        if self._folder is None or not self._count:
            yield True
            return
        with contextlib.ExitStack() as stack:
            yield self._take(self._folder, stack)

    def _take(self, folder: Path, stack: contextlib.ExitStack) -> bool:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(self._count):
                file = (folder / str(number)).open("w")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    continue
                stack.enter_context(file)
                return True
        except OSError:  # no folder to count in: the driver says when it is too much
            return True
        return False
