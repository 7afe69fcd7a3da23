"""An alignment: which spans of one version are which spans of another, and carrying times along it. No I/O."""

import json
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.signatures.track import SignatureTrack

_ROUNDING = Fraction(1, 1000)


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
    def of(cls, track: SignatureTrack) -> Self:
        """The times of a track. A grid if every frame begins within a tick of it."""
        count = len(track)
        if not count:
            return cls(track.time_base, 0, 0, Fraction(1))
        start = int(track.ticks[0])
        if count == 1:
            return cls(track.time_base, start, track.end, Fraction(max(1, track.end - start)))
        step = Fraction(int(track.ticks[-1]) - start, count - 1)
        grid = start + np.arange(count) * float(step)
        if np.abs(grid - track.ticks).max() <= 1:
            return cls(track.time_base, start, track.end, step)
        return cls(track.time_base, start, track.end, None, tuple(track.ticks.tolist()))

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

    def begin(self, frame: int) -> int:
        """When a frame begins, in ticks."""
        return self.start + round(frame * self.step) if self.step is not None else self.ticks[frame]

    @cached_property
    def count(self) -> int:
        """Number of frames."""
        return max(1, round((self.end - self.start) / self.step)) if self.step is not None else len(self.ticks)

    @cached_property
    def tolerance(self) -> Fraction:
        """A quarter of the shortest frame, in seconds: times that are nearer are those of one frame."""
        if self.step is not None:
            return self.step * self.time_base / 4
        return min(later - earlier for earlier, later in pairwise(self.ticks)) * self.time_base / 4

    def to_json(self) -> dict[str, Any]:
        """JSON's types; a list of times as differences between differences, which are small."""
        second = np.diff(np.diff(np.array(self.ticks, np.int64), prepend=0), prepend=0).tolist()
        step = str(self.step) if self.step is not None else None
        return {"base": str(self.time_base), "start": self.start, "end": self.end, "step": step, "ticks": second}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """What `to_json` returned."""
        ticks = np.cumsum(np.cumsum(np.array(found["ticks"], np.int64))).tolist()
        step = Fraction(found["step"]) if found["step"] is not None else None
        return cls(Fraction(found["base"]), found["start"], found["end"], step, tuple(ticks))


@dataclass(frozen=True)
class Span:
    """A span that both versions have: t in the first is other + speed * (t - start) in the second."""

    start: Fraction
    """Seconds in the first version; so is `end`, which is not part of the span."""
    end: Fraction
    other: Fraction
    """Seconds in the second version at which the span starts."""
    speed: Fraction = Fraction(1)
    """Seconds of the second version per second of the first."""

    def at(self, seconds: Fraction) -> Fraction:
        """The time in the second version."""
        return self.other + self.speed * (seconds - self.start)

    @property
    def inverse(self) -> "Span":
        """The same span from the second version to the first."""
        return Span(self.other, self.at(self.end), self.start, 1 / self.speed)


@dataclass(frozen=True)
class Carried:
    """Where a time of one version is in another: exactly one of `time` and the neighbours is given."""

    time: AnchoredTime | None
    """The beginning of the same frame; None: the frame is gone."""
    before: AnchoredTime | None = None
    """If it is gone: the beginning of the last frame before it that is left; None: nothing before it is left."""
    after: AnchoredTime | None = None
    """The first frame after it that is left."""


@dataclass(frozen=True)
class Alignment:
    """The common spans of two versions, in order, with the times of the frames of both."""

    first: FrameTimes
    second: FrameTimes
    spans: tuple[Span, ...]

    @property
    def inverse(self) -> "Alignment":
        """The alignment of the second version with the first."""
        return Alignment(self.second, self.first, tuple(span.inverse for span in self.spans))

    @property
    def share(self) -> float:
        """The part of the first version that the second one has, from 0 to 1."""
        whole = (self.first.end - self.first.start) * self.first.time_base
        return float(sum(span.end - span.start for span in self.spans) / whole) if whole else 0.0

    @cached_property
    def _starts(self) -> list[Fraction]:
        return [span.start for span in self.spans]

    def carry(self, time: AnchoredTime) -> Carried:
        """The same frame in the second version."""
        first = self.first
        begin = first.begin(first.shown_at(time.seconds)) * first.time_base
        at = bisect_right(self._starts, begin + first.tolerance) - 1
        if at >= 0 and begin + first.tolerance < self.spans[at].end:
            return Carried(self._frame(self.spans[at].at(begin)))
        before = self._frame(self._last(self.spans[at])) if at >= 0 else None
        after = self._frame(self.spans[at + 1].other) if at + 1 < len(self.spans) else None
        return Carried(None, before, after)

    def _last(self, span: Span) -> Fraction:
        """The time in the second version of the last frame of a span."""
        first = self.first
        frame = first.shown_at(span.end)
        if first.begin(frame) * first.time_base + first.tolerance >= span.end:
            frame -= 1
        return span.at(first.begin(max(0, frame)) * first.time_base)

    def _frame(self, seconds: Fraction) -> AnchoredTime:
        second = self.second
        return AnchoredTime(second.begin(second.nearest(seconds)), second.time_base)

    def to_bytes(self) -> bytes:
        """Compressed JSON: some hundred bytes, and a byte or two for each frame of variable rate."""
        spans = [[str(part) for part in (span.start, span.end, span.other, span.speed)] for span in self.spans]
        found = {"first": self.first.to_json(), "second": self.second.to_json(), "spans": spans}
        return zlib.compress(json.dumps(found, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` returned."""
        found = json.loads(zlib.decompress(data))
        spans = tuple(Span(*map(Fraction, parts)) for parts in found["spans"])
        return cls(FrameTimes.from_json(found["first"]), FrameTimes.from_json(found["second"]), spans)
