"""Times that people anchor: comments, in and out points, chapters. An integer number of ticks of a rational time base.

A float is not exact: 1001/24000 s is not a float, and a frame that is addressed by a rounded time is the wrong one after
some hours. Frames and time code are derived from it (`dampipe/media/frame_clock.py`), never stored in its place.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from typing import Self

from dampipe.kernel.errors import ErrorCode, InvalidInput

INVALID_TIME = ErrorCode(
    "anchored_time.invalid",
    "{text!r} is not a valid time",
    "Give seconds, as in 12.5, or ticks of a time base, as in 300@1001/24000.",
)
MAX_TICKS = (1 << 63) - 1
"""The largest number of ticks: what a column of a database holds."""


_NUMBER = re.compile(r"[+-]?\d{0,20}(\.\d{0,30}|/\d{1,20})?([eE][+-]?\d{1,2})?", re.ASCII)
"""A number of a size that times have: `Fraction` would compute 1e999999999 to its last digit."""


def _checked(text: str) -> str:
    """The text of a number. Raises ValueError for what is none, or too long."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return text


@total_ordering
@dataclass(frozen=True, eq=False)
class AnchoredTime:
    """A time from the start of a version. Equal times of different time bases are equal."""

    ticks: int
    base: Fraction
    """Seconds of a tick; positive."""

    def __post_init__(self) -> None:
        if self.base <= 0 or abs(self.ticks) > MAX_TICKS:
            raise ValueError(f"{self.ticks} ticks of {self.base} s are not a time")

    @property
    def seconds(self) -> Fraction:
        """Exact seconds."""
        return self.ticks * self.base

    @classmethod
    def at(cls, seconds: Fraction, base: Fraction) -> Self:
        """The tick nearest to a time.

        >>> str(AnchoredTime.at(Fraction("12.5"), Fraction(1001, 24000)))
        '300@1001/24000'
        """
        return cls(round(seconds / base), base)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A time as `str` writes it, or seconds: exactly as many as are written. Raises InvalidInput.

        >>> AnchoredTime.parse("300@1001/24000").seconds, AnchoredTime.parse("12.5").ticks
        (Fraction(1001, 80), 25)
        """
        ticks, mark, base = text.strip().partition("@")
        try:
            if mark:
                return cls(int(_checked(ticks)), Fraction(_checked(base)))
            seconds = Fraction(_checked(ticks))
            return cls(seconds.numerator, Fraction(1, seconds.denominator))
        except (ValueError, ZeroDivisionError):
            raise InvalidInput(INVALID_TIME, text=text) from None

    def __str__(self) -> str:
        return f"{self.ticks}@{self.base}"

    def __eq__(self, other: object) -> bool:
        return self.seconds == other.seconds if isinstance(other, AnchoredTime) else NotImplemented

    def __lt__(self, other: "AnchoredTime") -> bool:
        return self.seconds < other.seconds

    def __hash__(self) -> int:
        return hash(self.seconds)
