"""An alignment: which spans of one version are which spans of another, and carrying times along it. No I/O."""

import json
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Self

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameTimes

_FINE = Fraction(1, 1000)
"""Seconds to which times of sound are carried."""


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
    continuous: bool = False
    """Whether times between frames are carried as they are: those of sound. Otherwise a time is that of its frame."""

    @property
    def inverse(self) -> "Alignment":
        """The alignment of the second version with the first."""
        spans = tuple(span.inverse for span in self.spans)
        return Alignment(self.second, self.first, spans, self.continuous)

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
        begin = time.seconds if self.continuous else first.begin(first.shown_at(time.seconds)).seconds
        at = bisect_right(self._starts, begin + first.tolerance) - 1
        if at >= 0 and begin + first.tolerance < self.spans[at].end:
            return Carried(self._within(self.spans[at], begin))
        before = self._frame(self._last(self.spans[at])) if at >= 0 else None
        after = self._frame(self.spans[at + 1].other) if at + 1 < len(self.spans) else None
        return Carried(None, before, after)

    def _last(self, span: Span) -> Fraction:
        """The time in the second version of the last frame of a span."""
        first = self.first
        if self.continuous:
            return span.at(span.end)
        frame = first.shown_at(span.end)
        if first.begin(frame).seconds + first.tolerance >= span.end:
            frame -= 1
        return span.at(first.begin(max(0, frame)).seconds)

    def _within(self, span: Span, begin: Fraction) -> AnchoredTime:
        """The frame of the second version nearest to a time, but none beyond the span: it would be of another one."""
        if self.continuous:
            return self._frame(span.at(begin))
        second = self.second
        frame = second.nearest(span.at(begin))
        if frame and second.begin(frame).seconds + second.tolerance >= span.at(span.end):
            before = second.begin(frame - 1)
            return before if before.seconds + second.tolerance >= span.other else second.begin(frame)
        return second.begin(frame)

    def _frame(self, seconds: Fraction) -> AnchoredTime:
        if self.continuous:
            return AnchoredTime.at(max(Fraction(0), seconds), _FINE)
        return self.second.begin(self.second.nearest(seconds))

    def to_bytes(self) -> bytes:
        """Compressed JSON: some hundred bytes, and a byte or two for each frame of variable rate."""
        spans = [
            [str(part) for part in (span.start, span.end, span.other, span.speed)] for span in self.spans
        ]
        found = {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "spans": spans,
            "continuous": self.continuous,
        }
        return zlib.compress(json.dumps(found, separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` returned."""
        found = json.loads(zlib.decompress(data))
        spans = tuple(Span(*map(Fraction, parts)) for parts in found["spans"])
        first, second = (FrameTimes.from_json(found[name]) for name in ("first", "second"))
        return cls(first, second, spans, found["continuous"])
