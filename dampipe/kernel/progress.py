"""The progress of a run: reported by its stage, displayed, and discarded when the run ends."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, computed_field

from dampipe.kernel.timecode import clock

Unit: TypeAlias = Literal["s", "files", "bytes", "items"]
"""Seconds of footage, files of a batch, bytes, or what else is counted."""


class Progress(BaseModel):
    """Amount done, total and speed.

    >>> half = Progress(done=75.0, total=150.0, speed=3.0)
    >>> half.summary, half.left
    ('1:15 of 2:30, 3.0×, 0:25 left', 25.0)
    """

    model_config = ConfigDict(frozen=True)

    done: float
    total: float | None = None
    """None: unknown, for example for a file without a duration."""
    unit: Unit = "s"
    speed: float | None = None
    """Units per second; for footage, a multiple of real time."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> float | None:
        """Seconds until completion at this speed; None: unknown."""
        if self.total is None or not self.speed:
            return None
        return round(max(0.0, self.total - self.done) / self.speed, 1)

    @property
    def amount(self) -> str:
        """Amount done and total, for display."""
        done = self._format(self.done)
        text = done if self.total is None else f"{done} of {self._format(self.total)}"
        return f"{text} files" if self.unit == "files" else text

    @property
    def pace(self) -> str:
        """The speed, for display; "": unknown."""
        if not self.speed:
            return ""
        if self.unit == "s":
            return f"{self.speed:.1f}×"
        return f"{self.speed / 1e6:.0f} MB/s" if self.unit == "bytes" else f"{self.speed:.1f}/s"

    @property
    def summary(self) -> str:
        """Everything in one line, for display."""
        left = "" if self.left is None else f"{_minutes(self.left)} left"
        return ", ".join(part for part in (self.amount, self.pace, left) if part)

    def _format(self, amount: float) -> str:
        if self.unit == "s":
            return _minutes(amount)
        return f"{amount / 1e9:.1f} GB" if self.unit == "bytes" else f"{amount:.0f}"


def _minutes(seconds: float) -> str:
    return clock(seconds).rpartition(".")[0]


class Reporter:
    """Called by a stage to report progress. It may be called often: the receiver throttles."""

    def __init__(self, on_progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Without an argument, reports are discarded: for calling a stage as a plain function."""
        self._on_progress = on_progress

    def __call__(
        self, done: float, total: float | None = None, unit: Unit = "s", speed: float | None = None
    ) -> None:
        """Report `done` of `total` units, at `speed` units per second."""
        self._on_progress(Progress(done=done, total=total, unit=unit, speed=speed))
