"""Parser for the reports that `ffmpeg -progress` writes."""

from dataclasses import dataclass

_PROGRESS_KEYS = ("frame", "out_time_us", "total_size")


@dataclass(frozen=True)
class Progress:
    """The progress of one ffmpeg."""

    seconds: float = 0.0
    """Footage processed, in seconds."""
    speed: float | None = None
    """Seconds of footage per second."""
    frames: int = 0


class ProgressReader:
    """Assembles lines "key=value" into reports; the key "progress" ends a report."""

    def __init__(self) -> None:
        self.latest = Progress()
        self.reports = 0
        self._position: tuple[str, ...] = ()
        self._report: dict[str, str] = {}

    def feed(self, lines: list[str]) -> bool:
        """Parse lines; return whether there was progress. ffmpeg reports twice a second even while it waits."""
        before = self._position
        for line in lines:
            key, _, value = line.partition("=")
            self._report[key] = value.strip()
            if key == "progress":
                self._finish_report()
        return self._position != before

    def _finish_report(self) -> None:
        report = self._report
        self.reports += 1
        self._position = tuple(report.get(key, "") for key in _PROGRESS_KEYS)
        self.latest = Progress(
            seconds=max(_number(report.get("out_time_us")) / 1e6, 0.0),
            speed=_number(report.get("speed", "").rstrip("x")) or None,
            frames=int(_number(report.get("frame"))),
        )


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0  # "N/A"
