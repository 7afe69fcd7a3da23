"""What a pattern may say of a file: its camera and its time of recording, read by the prober, else the file's time."""

from collections.abc import Callable
from datetime import datetime

from dampipe.features.imports.model import Facts
from dampipe.kernel.errors import StageError
from dampipe.media.probe.prober import Prober


class FactReader:
    """Reads facts of footage; one file costs some milliseconds, and is not read as a whole."""

    def __init__(self, prober: Callable[[], Prober]) -> None:
        self._prober = prober

    def read(self, path: str | None, mtime_ns: int) -> Facts:
        """The facts of a file. path: None or unreadable: only its time is known. mtime_ns: nanoseconds since 1970."""
        shot_on = file_time(mtime_ns)
        if path is None:
            return Facts(shot_on=shot_on)
        try:
            media = self._prober().probe(path)
        except StageError:  # not media, damaged, or away: the copy says more
            return Facts(shot_on=shot_on)
        return Facts(shot_on=media.created_at or shot_on, camera=media.camera or "")


def file_time(mtime_ns: int) -> datetime:
    """A file's time as the clock of this machine shows it. Times beyond the calendar become 1970-01-01."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9)
    except (ValueError, OverflowError, OSError):
        return datetime(1970, 1, 1)
