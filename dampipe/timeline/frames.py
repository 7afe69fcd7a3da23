"""Seconds and time codes as numbers of frames, which is what every timeline is made of."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from dampipe.media.ffmpeg.picture_filters import broadcast_rate
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.clip import Clip

USUAL = Fraction(25)
"""Frames per second of a timeline in which no clip has a rate of broadcast."""
RATES = (*map(Fraction, (24, 25, 30, 48, 50, 60)), *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)))
"""Rates that have a time code; footage at others is counted in the timeline's."""


class Span(NamedTuple):
    """A cut in frames of its file, counted from the file's start time code."""

    first: int
    length: int
    start: int
    """The file's first frame."""
    whole: int
    """The file's length."""
    moment: int
    """The frame that was found."""


class Count:
    """Counts frames for one timeline; `rate` is the one that most of its clips have."""

    def __init__(self, otio: Any, cuts: Sequence[Clip]) -> None:
        self._otio = otio
        known = Counter(rate for cut in cuts if (rate := own_rate(cut.media)) is not None)
        self.rate = known.most_common(1)[0][0] if known else USUAL

    def rate_of(self, media: MediaInfo | None) -> Fraction:
        """The rate in which frames of this file are counted."""
        return own_rate(media) or self.rate

    def span(self, cut: Clip, rate: Fraction) -> Span:
        """The cut in frames of that rate, one at the least."""
        media = cut.media
        start, own = 0, own_rate(media)
        if media is not None and media.timecode and own is not None:
            # Frame numbers of the time code are counted in the file's own rate.
            code = self._otio.opentime.from_timecode(media.timecode, float(own))
            start = round(code.value if own == rate else code.to_seconds() * rate)
        first = frame(cut.start, rate)
        length = max(1, frame(cut.end, rate) - first)
        whole = frame(media.duration, rate) if media is not None and media.duration else length
        first += start
        moment = min(max(start + frame(cut.moment, rate), first), first + length - 1)
        return Span(first, length, start, max(whole, first - start + length), moment)

    def timecode(self, number: int, rate: Fraction) -> str:
        """The frame as HH:MM:SS:FF."""
        return str(self._otio.opentime.RationalTime(number, float(rate)).to_timecode())


def own_rate(media: MediaInfo | None) -> Fraction | None:
    """The rate in which a file's frames are counted, if it is one that has a time code."""
    rate = media.video.rate if media and media.video and media.kind is MediaKind.VIDEO else None
    exact = broadcast_rate(rate) or rate
    return exact if exact in RATES else None


def frame(seconds: float, rate: Fraction) -> int:
    """The frame nearest to that time."""
    return round(Fraction(seconds).limit_denominator(1_000_000) * rate)
