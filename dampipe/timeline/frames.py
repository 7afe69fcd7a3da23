"""Conversion of seconds and time codes to frame numbers."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from dampipe.media.ffmpeg.picture_filters import broadcast_rate
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.clip import Clip

DEFAULT_RATE = Fraction(25)
"""Frames per second of a timeline in which no clip has a broadcast rate."""
RATES = (*map(Fraction, (24, 25, 30, 48, 50, 60)), *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)))
"""Rates with a time code. Footage at other rates is counted at the rate of the timeline."""

_TIME_ROUNDING = Fraction(1, 1000)
"""Seconds to which some containers round time stamps."""


class Span(NamedTuple):
    """A clip in frames of its file, counted from the start time code of the file."""

    first: int
    length: int
    start: int
    """First frame of the file."""
    whole: int
    """Length of the file."""
    moment: int
    """The frame that the search found."""


class FrameCounter:
    """Counts frames for one timeline. `rate`: the most common rate of its clips."""

    def __init__(self, otio: Any, clips: Sequence[Clip]) -> None:
        self._otio = otio
        rates = Counter(rate for clip in clips if (rate := own_rate(clip.media)) is not None)
        self.rate = rates.most_common(1)[0][0] if rates else DEFAULT_RATE

    def rate_of(self, media: MediaInfo | None) -> Fraction:
        """The rate at which frames of this file are counted."""
        return own_rate(media) or self.rate

    def span(self, clip: Clip, rate: Fraction) -> Span:
        """The clip in frames at that rate, at least one."""
        media = clip.media
        start, own = 0, own_rate(media)
        if media is not None and media.timecode and own is not None:
            # Frame numbers of a time code are counted at the rate of the file.
            code = self._otio.opentime.from_timecode(media.timecode, float(own))
            start = round(code.value if own == rate else code.to_seconds() * rate)
        phase = _phase(media, rate)
        first = frame(max(0.0, clip.start - phase), rate)
        length = max(1, frame(max(0.0, clip.end - phase), rate) - first)
        whole = frame(media.duration, rate) if media is not None and media.duration else length
        first += start
        moment = min(max(start + frame(max(0.0, clip.moment - phase), rate), first), first + length - 1)
        return Span(first, length, start, max(whole, first - start + length), moment)

    def timecode(self, number: int, rate: Fraction) -> str:
        """The frame as HH:MM:SS:FF."""
        return str(self._otio.opentime.RationalTime(number, float(rate)).to_timecode())


def own_rate(media: MediaInfo | None) -> Fraction | None:
    """The frame rate of a video, if it is one with a time code."""
    rate = media.video.rate if media and media.video and media.kind is MediaKind.VIDEO else None
    exact = broadcast_rate(rate) or rate
    return exact if exact in RATES else None


def _phase(media: MediaInfo | None, rate: Fraction) -> float:
    """Seconds, less than a frame, by which pictures are later than multiples of a frame: the sound starts earlier."""
    if media is None or media.video is None:
        return 0.0
    phase = Fraction(media.video.start).limit_denominator(1_000_000) % (1 / rate)
    return 0.0 if 1 / rate - phase < _TIME_ROUNDING else float(phase)


def frame(seconds: float, rate: Fraction) -> int:
    """The number of the frame nearest to that time."""
    return round(Fraction(seconds).limit_denominator(1_000_000) * rate)
