"""What `ffmpeg -progress` writes, read as it comes."""

from dataclasses import dataclass

_MOVES = ("frame", "out_time_us", "total_size")


@dataclass(frozen=True)
class Progress:
    """How far an ffmpeg has come."""

    seconds: float = 0.0
    """Footage done, in seconds."""
    speed: float | None = None
    """Seconds of footage per second."""
    frames: int = 0


class ProgressReader:
    """Puts lines "key=value" together to reports; a report ends with the key "progress"."""

    def __init__(self) -> None:
        self.latest = Progress()
        self.reports = 0
        self._mark: tuple[str, ...] = ()
        self._block: dict[str, str] = {}

    def feed(self, lines: list[str]) -> bool:
        """Whether anything moved: ffmpeg reports twice a second even while it waits."""
        before = self._mark
        for line in lines:
            key, _, value = line.partition("=")
            self._block[key] = value.strip()
            if key == "progress":
                self._report()
        return self._mark != before

    def _report(self) -> None:
        block = self._block
        self.reports += 1
        self._mark = tuple(block.get(key, "") for key in _MOVES)
        self.latest = Progress(
            seconds=max(_number(block.get("out_time_us")) / 1e6, 0.0),
            speed=_number(block.get("speed", "").rstrip("x")) or None,
            frames=int(_number(block.get("frame"))),
        )


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0  # "N/A"
