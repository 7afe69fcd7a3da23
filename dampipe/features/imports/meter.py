"""What a worker reads and writes, counted: for the progress and the speed, and to look whether it still may."""

from collections.abc import Callable
from time import monotonic

from dampipe.kernel.progress import Progress


class Meter:
    """The bytes of one worker's work at a session."""

    def __init__(
        self,
        done: int,
        total: int,
        on_progress: Callable[[Progress], None],
        check_held: Callable[[], None],
        check_interval: float,
    ) -> None:
        """done, total: bytes of the session's files. check_held: called every `check_interval` seconds, also within a
        file; what it raises ends the work."""
        self.done, self.total = done, total
        self._on_progress = on_progress
        self._check_held = check_held
        self._check_interval = check_interval
        self._began = self._checked = monotonic()
        self._read = 0

    def copied(self, count: int) -> None:
        """Bytes of a file were copied."""
        self.done += count
        self.read(count)

    def read(self, count: int) -> None:
        """Bytes were read or written that bring no file further, such as those that are read back."""
        self._read += count
        now = monotonic()
        speed = self._read / max(1e-3, now - self._began)
        self._on_progress(
            Progress(done=self.done, total=max(self.total, self.done), unit="bytes", speed=speed)
        )
        if now - self._checked > self._check_interval:
            self._checked = now
            self._check_held()
