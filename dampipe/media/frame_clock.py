"""Frames and time code of a version, derived from times: exact, at constant and at variable rate.

Frames are counted from 0, the first frame of the file. A time code is the label of a frame: the start time code of the
file plus the number of the frame, counted as `dampipe/media/timecode.py` says.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.info import MediaInfo
from dampipe.media.timecode import BASES, DROP_RATES, Timecode, base_of, fitted, frame_number, label

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = Fraction(1, 1000)
_FINE = 1000
_MIDNIGHT = Timecode(0, 0, 0, 0)


@dataclass(frozen=True)
class FrameTimes:
    """When the frames of a version begin: a grid, or for a variable rate a list."""

    time_base: Fraction
    """Seconds of a tick."""
    start: int
    """When the first frame begins, in ticks."""
    end: int
    """When the last frame ends, in ticks."""
    step: Fraction | None = None
    """Ticks between two frames; None: `ticks` lists them."""
    ticks: tuple[int, ...] = ()

    @classmethod
    def of_rate(cls, rate: Fraction, count: int, start: Fraction = Fraction(0)) -> Self:
        """The times of frames at a constant rate. start: of the first one, in seconds."""
        whole = start * rate
        if whole.denominator == 1:
            return cls(1 / rate, int(whole), int(whole) + count, Fraction(1))
        base = Fraction(1, rate.numerator * _FINE)  # both a frame and the start are whole numbers of it
        first, step = round(start / base), rate.denominator * _FINE
        return cls(base, first, first + count * step, Fraction(step))

    @classmethod
    def of_ticks(cls, ticks: "NDArray[np.int64]", end: int, time_base: Fraction) -> Self:
        """The times of frames that begin at `ticks`, ascending. A grid if every frame begins within a tick of it."""
        import numpy as np

        count = len(ticks)
        if not count:
            return cls(time_base, 0, 0, Fraction(1))
        start = int(ticks[0])
        if count == 1:
            return cls(time_base, start, end, Fraction(max(1, end - start)))
        step = Fraction(int(ticks[-1]) - start, count - 1)
        grid = start + np.arange(count) * float(step)
        if np.abs(grid - ticks).max() <= 1:
            return cls(time_base, start, end, step)
        return cls(time_base, start, end, None, tuple(ticks.tolist()))

    def shown_at(self, seconds: Fraction) -> int:
        """The number of the frame that is shown at a time; the first or the last one outside of the version.

        A time up to a millisecond before a frame counts as its beginning: containers round to that.
        """
        at = (seconds + min(_ROUNDING, self.tolerance)) / self.time_base
        if self.step is not None:
            return min(max(0, int((at - self.start) // self.step)), self.count - 1)
        return max(0, bisect_right(self.ticks, at) - 1)

    def nearest(self, seconds: Fraction) -> int:
        """The number of the frame that begins nearest to a time."""
        at = seconds / self.time_base
        if self.step is not None:
            return min(max(0, round((at - self.start) / self.step)), self.count - 1)
        after = bisect_right(self.ticks, at)
        near = [one for one in (after - 1, after) if 0 <= one < len(self.ticks)]
        return min(near, key=lambda one: abs(self.ticks[one] - at))

    def begin(self, frame: int) -> AnchoredTime:
        """When a frame begins."""
        ticks = self.start + round(frame * self.step) if self.step is not None else self.ticks[frame]
        return AnchoredTime(ticks, self.time_base)

    @cached_property
    def count(self) -> int:
        """Number of frames."""
        return (
            max(1, round((self.end - self.start) / self.step)) if self.step is not None else len(self.ticks)
        )

    @cached_property
    def tolerance(self) -> Fraction:
        """A quarter of the shortest frame, in seconds: times that are nearer are those of one frame."""
        if self.step is not None:
            return self.step * self.time_base / 4
        return min(later - earlier for earlier, later in pairwise(self.ticks)) * self.time_base / 4

    def to_json(self) -> dict[str, Any]:
        """JSON's types; a list of times as differences between differences, which are small."""
        import numpy as np

        second = np.diff(np.diff(np.array(self.ticks, np.int64), prepend=0), prepend=0).tolist()
        step = str(self.step) if self.step is not None else None
        return {
            "base": str(self.time_base),
            "start": self.start,
            "end": self.end,
            "step": step,
            "ticks": second,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """What `to_json` returned."""
        import numpy as np

        ticks = np.cumsum(np.cumsum(np.array(found["ticks"], np.int64))).tolist()
        step = Fraction(found["step"]) if found["step"] is not None else None
        return cls(Fraction(found["base"]), found["start"], found["end"], step, tuple(ticks))


@dataclass(frozen=True)
class FrameClock:
    """Converts times of one version to frames and time code, and back."""

    times: FrameTimes
    rate: Fraction | None = None
    """Nominal frames per second; None: there is no time code."""
    start: Timecode = _MIDNIGHT
    """The label of the first frame, at `rate`."""

    @classmethod
    def of_media(cls, media: MediaInfo, times: FrameTimes | None = None) -> Self | None:
        """The clock of a file. times: those of its frames, which count where its rate is variable or not known.

        None for sound, and if neither a rate nor times are known.
        """
        video = media.video
        if video is None:
            return None
        rate = video.rate
        if rate is not None and media.duration is not None and (times is None or not video.variable_rate):
            start = Fraction(video.start).limit_denominator(1_000_000)
            count = max(1, round((Fraction(media.duration) - start) * rate))
            times = FrameTimes.of_rate(rate, count, start)
        if times is None:
            return None
        if rate is None or base_of(rate) not in BASES:
            return cls(times)
        try:
            code = fitted(Timecode.parse(media.timecode or ""), media.timecode_base, rate)
        except ValueError:
            code = _MIDNIGHT
        return cls(times, rate, code)

    def frame(self, time: AnchoredTime) -> int:
        """The number of the frame that is shown at a time."""
        return self.times.shown_at(time.seconds)

    def time(self, frame: int) -> AnchoredTime:
        """When a frame begins."""
        return self.times.begin(frame)

    def timecode(self, time: AnchoredTime) -> Timecode | None:
        """The label of the frame that is shown at a time; None without a rate that has time code."""
        if self.rate is None:
            return None
        base = base_of(self.rate)
        return label(frame_number(self.start, base) + self.frame(time), base, dropped=self.start.dropped)

    @property
    def after_last(self) -> Timecode | None:
        """The label at which the version ends: that of the frame after its last one."""
        if self.rate is None:
            return None
        base = base_of(self.rate)
        return label(frame_number(self.start, base) + self.times.count, base, dropped=self.start.dropped)

    def end_at_timecode(self, code: Timecode) -> AnchoredTime | None:
        """When a span ends that the frame with a label is the first one after; None if there is no such frame."""
        last = self.after_last
        if last is not None and (code.hours, code.minutes, code.seconds, code.frames) == (
            last.hours,
            last.minutes,
            last.seconds,
            last.frames,
        ):
            return self.end
        return self.at_timecode(code)

    @property
    def end(self) -> AnchoredTime:
        """When the last frame ends."""
        if self.times.step is None:
            return AnchoredTime(self.times.end, self.times.time_base)
        return self.times.begin(self.times.count)

    def at_timecode(self, code: Timecode) -> AnchoredTime | None:
        """When the frame with a label begins; None if the version has no such frame.

        Past midnight labels begin at 0 again. Whether the label is written with a semicolon does not count: how
        frames are numbered follows from the file.
        """
        if self.rate is None:
            return None
        base = base_of(self.rate)
        if code.frames >= base:
            return None
        dropped = self.start.dropped and self.rate in DROP_RATES
        asked = Timecode(code.hours, code.minutes, code.seconds, code.frames, dropped)
        number = frame_number(asked, base)
        if label(number, base, dropped=dropped) != asked:
            return None  # a number that drop-frame code leaves out
        day = frame_number(Timecode(23, 59, 59, base - 1, dropped), base) + 1
        frame = (number - frame_number(self.start, base)) % day
        return self.time(frame) if frame < self.times.count else None
