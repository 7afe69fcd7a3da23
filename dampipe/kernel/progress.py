"""How far a run is: told by its stage as it works, shown to people, forgotten when the run is over."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, computed_field

from dampipe.kernel.timecode import clock

Unit: TypeAlias = Literal["s", "files", "bytes"]
"""Seconds of footage, files of a batch, or bytes."""


class Progress(BaseModel):
    """How much is done of how much, and how fast.

    >>> half = Progress(done=75.0, total=150.0, speed=3.0)
    >>> half.words, half.left
    ('1:15 of 2:30, 3.0×, 0:25 left', 25.0)
    """

    model_config = ConfigDict(frozen=True)

    done: float
    total: float | None = None
    """None where nobody knows: a file without a duration."""
    unit: Unit = "s"
    speed: float | None = None
    """Units per second of work; for footage that is times real time."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> float | None:
        """Seconds until it is through at this speed; None where that cannot be told."""
        if self.total is None or not self.speed:
            return None
        return round(max(0.0, self.total - self.done) / self.speed, 1)

    @property
    def amount(self) -> str:
        """How much of how much, in words."""
        done = self._in_words(self.done)
        whole = done if self.total is None else f"{done} of {self._in_words(self.total)}"
        return f"{whole} files" if self.unit == "files" else whole

    @property
    def pace(self) -> str:
        """The speed in words; "" where nobody knows."""
        if not self.speed:
            return ""
        if self.unit == "s":
            return f"{self.speed:.1f}×"
        return f"{self.speed / 1e6:.0f} MB/s" if self.unit == "bytes" else f"{self.speed:.1f}/s"

    @property
    def words(self) -> str:
        """All of it in one line."""
        left = "" if self.left is None else f"{_minutes(self.left)} left"
        return ", ".join(part for part in (self.amount, self.pace, left) if part)

    def _in_words(self, amount: float) -> str:
        if self.unit == "s":
            return _minutes(amount)
        return f"{amount / 1e9:.1f} GB" if self.unit == "bytes" else f"{amount:.0f}"


def _minutes(seconds: float) -> str:
    return clock(seconds).rpartition(".")[0]


class Reporter:
    """What a stage calls to say how far it is: often is fine, whoever listens takes what he needs."""

    def __init__(self, hear: Callable[[Progress], None] = lambda _: None) -> None:
        """Without an argument nobody listens: for calling a stage as the function it is."""
        self._hear = hear

    def __call__(
        self, done: float, total: float | None = None, unit: Unit = "s", speed: float | None = None
    ) -> None:
        """`done` of `total` units, at `speed` units per second of work."""
        self._hear(Progress(done=done, total=total, unit=unit, speed=speed))
