"""SMPTE time code: labels of frames, "HH:MM:SS:FF", and of drop-frame code, "HH:MM:SS;FF".

A time code counts frames in a whole number of frame numbers per second, its base: 30 for 30000/1001 frames per second.
Drop-frame code leaves out two frame numbers (base 30) or four (base 60) at the start of each minute that is not a
multiple of ten, so that it keeps up with the clock. It exists at 30000/1001 and 60000/1001 only.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
BASES = (24, 25, 30, 48, 50, 60, 90, 96, 100, 120, 240)
"""Numbers of frames per second that time code is counted in."""
_LABEL = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")
_DAY = 24


def base_of(rate: Fraction) -> int:
    """The frame numbers per second of a rate.

    >>> base_of(Fraction(30000, 1001)), base_of(Fraction(25))
    (30, 25)
    """
    return round(rate)


@dataclass(frozen=True)
class Timecode:
    """A label of a frame, which is not counted yet. `dropped`: written with a semicolon."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    dropped: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """The label that a text contains. Raises ValueError unless it is well formed and within a day.

        >>> Timecode.parse("01:00:00;02")
        Timecode(hours=1, minutes=0, seconds=0, frames=2, dropped=True)
        """
        match = _LABEL.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a time code")
        hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
        if hours >= _DAY or minutes >= 60 or seconds >= 60 or frames >= max(BASES):
            raise ValueError(f"{text!r} is not a time of day")
        return cls(hours, minutes, seconds, frames, match[4] != ":")

    def __str__(self) -> str:
        mark = ";" if self.dropped else ":"
        return f"{self.hours:02d}:{self.minutes:02d}:{self.seconds:02d}{mark}{self.frames:02d}"

    def fitting_base(self, base: int) -> int:
        """`base`, or where the frame number does not fit it, the base that it was most likely counted in.

        That is a multiple (code of 50p footage that became 25p), or 30 at 24p, whose cameras are jam-synced to it.

        >>> Timecode.parse("01:00:00:42").fitting_base(25), Timecode.parse("01:00:00:28").fitting_base(24)
        (50, 30)
        """
        if self.frames < base:
            return base
        if base == 24 and self.frames < 30:
            return 30
        multiples = [other for other in BASES if self.frames < other and other % base == 0]
        return multiples[0] if multiples else next(other for other in BASES if self.frames < other)

    def in_base(self, base: int, other: int, *, dropped: bool) -> "Timecode":
        """The label at the same part of the second in another base."""
        return Timecode(self.hours, self.minutes, self.seconds, self.frames * other // base, dropped)


def fitted(code: Timecode, stated_base: int | None, rate: Fraction) -> Timecode:
    """The label at a rate: frame numbers beyond its base are counted in a base that they fit.

    stated_base: that of the file, if it says so. Drop-frame code stays what it is only where it exists.

    >>> str(fitted(Timecode.parse("00:48:00:28"), None, Fraction(24000, 1001)))
    '00:48:00:22'
    """
    base = code.fitting_base(stated_base or base_of(rate))
    return code.in_base(base, base_of(rate), dropped=code.dropped and rate in DROP_RATES)


def frame_number(code: Timecode, base: int) -> int:
    """How many frames after midnight a label is.

    >>> frame_number(Timecode.parse("01:00:00;00"), 30), frame_number(Timecode.parse("01:00:00:00"), 30)
    (107892, 108000)
    """
    minutes = 60 * code.hours + code.minutes
    number = (60 * minutes + code.seconds) * base + code.frames
    return number - _dropped_per_minute(base) * (minutes - minutes // 10) if code.dropped else number


def label(number: int, base: int, *, dropped: bool) -> Timecode:
    """The label of a frame by its number since midnight; the next day begins at 0 again.

    >>> str(label(107892, 30, dropped=True)), str(label(1800, 30, dropped=True)), str(label(1800, 30, dropped=False))
    ('01:00:00;00', '00:01:00;02', '00:01:00:00')
    """
    if dropped:
        drop = _dropped_per_minute(base)
        per_minute = 60 * base - drop
        per_ten_minutes = 10 * per_minute + drop
        tens, rest = divmod(number % (6 * _DAY * per_ten_minutes), per_ten_minutes)
        # Of ten minutes the first has all its numbers.
        minutes_after_first = 0 if rest < 60 * base else 1 + (rest - 60 * base) // per_minute
        number = 600 * base * tens + rest + drop * minutes_after_first
    seconds, frames = divmod(number % (_DAY * 3600 * base), base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return Timecode(hours, minutes, seconds, frames, dropped)


def _dropped_per_minute(base: int) -> int:
    return base // 15
