"""Encoder sessions: of hardware that serves only a few at once, no more are started on a machine than that."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from dampipe.media.hwaccel.file_lock import locked


class SessionLimit:
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
            places = (locked(self._folder / str(number), wait=False) for number in range(self._count))
            yield any(stack.enter_context(place) for place in places)
