"""A counting semaphore for encoder sessions: bounds how many run at once on a machine."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from dampipe.media.hwaccel.file_lock import file_lock


class SessionLimit:
    """A semaphore between processes. Each slot is a file lock, so a process that dies releases its slot."""

    def __init__(self, folder: Path | None = None, count: int = 0) -> None:
        """folder: shared by the processes of a machine. count: number of slots; 0, or no folder: unlimited."""
        self._folder = folder
        self._count = count

    @contextlib.contextmanager
    def acquire(self) -> Iterator[bool]:
        """Hold a slot for the duration of the context; yields False if none is free. Never waits."""
        if self._folder is None or not self._count:
            yield True
            return
        with contextlib.ExitStack() as stack:
            slots = (file_lock(self._folder / str(number), wait=False) for number in range(self._count))
            yield any(stack.enter_context(slot) for slot in slots)
