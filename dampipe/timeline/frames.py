"""Conversion of seconds and time codes to frame numbers."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from pathlib import PurePath
from typing import NamedTuple

from dampipe.media.ffmpeg.picture_filters import broadcast_rate
from dampipe.media.frame_rate import snapped
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.timecode import DROP_RATES, Timecode, base_of, fitted, frame_number, label
from dampipe.timeline.clip import Clip
from dampipe.timeline.marker_text import Placed

DEFAULT_RATE = Fraction(25)
"""Frames per second of a timeline in which no clip has a broadcast rate."""
RATES = (*map(Fraction, (24, 25, 30, 48, 50, 60)), *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)))
"""Rates with a time code. Footage at other rates is counted at the rate of the timeline."""
_MIDNIGHT = Timecode(0, 0, 0, 0)

_TIME_ROUNDING = Fraction(1, 1000)
"""Seconds to which some containers round time stamps."""


class Span(NamedTuple):
    """A clip in frames of its file, counted from midnight by the start time code of the file."""

    first: int
    length: int
    start: int
    """First frame of the file."""
    whole: int
    """Length of the file."""
    moment: int
    """The frame that a search found; the first one where none did."""


class Start(NamedTuple):
    """The time code of the first frame of a file, counted at some rate."""

    code: Timecode
    warning: str | None = None
    """Why it is not exactly what the file contains; one sentence without a subject's name."""


class FrameCounter:
    """Counts frames for one timeline.

    `clips`: those that can be counted. `rate`: the most common of their nominal rates. `dropped`: whether the time
    codes of all clips at that rate are drop-frame. `warnings`: what is missing or was converted, one sentence per file.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = [clip for clip in clips if _is_valid(clip)]
        rates = Counter(rate for clip in self.clips if (rate := own_rate(clip.media)) is not None)
        self.rate = rates.most_common(1)[0][0] if rates else DEFAULT_RATE
        coded = [
            clip.media
            for clip in self.clips
            if own_rate(clip.media) == self.rate and clip.media is not None and clip.media.timecode
        ]
        modes = {_start(media, self.rate, dropped=False).code.dropped for media in coded}
        self.dropped = modes == {True}
        found = {
            clip.path: f"{clip.name}: it was left out, since its times or its path are not valid"
            for clip in clips
            if not _is_valid(clip)
        }
        for clip in self.clips:
            if (warning := self.start(clip.media, self.rate_of(clip.media)).warning) is not None:
                found.setdefault(clip.path, f"{clip.name}: {warning}")
        self.warnings = tuple(found.values())

    def rate_of(self, media: MediaInfo | None) -> Fraction:
        """The rate at which frames of this file are counted."""
        return own_rate(media) or self.rate

    def start(self, media: MediaInfo | None, rate: Fraction) -> Start:
        """The time code of the first frame of a file; midnight if it has none."""
        return _start(media, rate, dropped=self.dropped)

    def is_dropped(self, media: MediaInfo | None) -> bool:
        """Whether the file is counted in drop-frame code."""
        return self.start(media, self.rate_of(media)).code.dropped

    def span(self, clip: Clip, rate: Fraction) -> Span:
        """The clip in frames at that rate, at least one."""
        media = clip.media
        start = frame_number(self.start(media, rate).code, base_of(rate))
        phase = _phase(media, rate)
        first = frame(max(0.0, clip.start - phase), rate)
        length = max(1, frame(max(0.0, clip.end - phase), rate) - first)
        whole = frame(media.duration, rate) if media is not None and media.duration else length
        first += start
        found = clip.start if clip.moment is None else clip.moment
        moment = min(max(start + frame(max(0.0, found - phase), rate), first), first + length - 1)
        return Span(first, length, start, max(whole, first - start + length), moment)

    def codes(self, clip: Clip, rate: Fraction) -> tuple[Timecode, Timecode, Timecode]:
        """In point, out point and moment as time codes at that rate, each in the mode (drop-frame or not) of the clip.

        At another rate than that of the file the in point keeps its hour, minute and second, since an editing program
        finds the frame by them; the out point follows from the length.
        """
        own = self.rate_of(clip.media)
        source, placed = self.span(clip, own), self.span(clip, rate)
        first = label(source.first, base_of(own), dropped=self.is_dropped(clip.media))
        if own != rate:
            mode = first.dropped and rate in DROP_RATES
            first = first.in_base(base_of(own), base_of(rate), dropped=mode)
        number, moment = frame_number(first, base_of(rate)), placed.moment - placed.first
        last, marked = (
            label(number + offset, base_of(rate), dropped=first.dropped) for offset in (placed.length, moment)
        )
        return first, last, marked

    def markers(self, clip: Clip, rate: Fraction) -> list[Placed]:
        """The markers of a clip in frames at that rate, with their time codes; in the order of their times.

        At another rate than that of the file codes are counted from the in point of the clip, as those of `codes` are.
        """
        own = self.rate_of(clip.media)
        phase = Fraction(_phase(clip.media, rate)).limit_denominator(1_000_000)
        start = self.span(clip, rate).start
        first, _, _ = self.codes(clip, rate)
        begin = self.span(clip, rate).first
        found = []
        for marker in sorted(clip.markers, key=lambda one: (one.start, one.end or one.start)):
            at = start + round((marker.start - phase) * rate)
            length = 0 if marker.end is None else max(1, start + round((marker.end - phase) * rate) - at)
            number = at if own == rate else frame_number(first, base_of(rate)) + at - begin
            code, behind = (
                label(number + offset, base_of(rate), dropped=first.dropped) for offset in (0, length)
            )
            found.append(Placed(marker, at, length, code, behind if length else None))
        return found

    def record_code(self, number: int) -> Timecode:
        """The time code of a frame of the timeline."""
        return label(number, base_of(self.rate), dropped=self.dropped)


def own_rate(media: MediaInfo | None) -> Fraction | None:
    """The nominal frame rate of a video, if it is one with a time code."""
    video = media.video if media is not None and media.kind is MediaKind.VIDEO else None
    if video is None or video.rate is None:
        return None
    # Metadata of earlier versions contain the average rate only.
    rate = snapped(video.rate) if video.average_rate is None else broadcast_rate(video.rate) or video.rate
    return rate if rate in RATES else None


def time_of(code: Timecode, media: MediaInfo, rate: Fraction) -> Fraction | None:
    """When the frame with a label begins in a file, in seconds from its start; None: it is not within a day after it.

    The inverse of what a timeline writes at that rate.
    """
    start, base = _start(media, rate, dropped=False).code, base_of(rate)
    dropped = start.dropped and rate in DROP_RATES
    if code.frames >= base:
        return None
    asked = Timecode(code.hours, code.minutes, code.seconds, code.frames, dropped)
    number = frame_number(asked, base)
    if label(number, base, dropped=dropped) != asked:
        return None  # a number that drop-frame code leaves out
    day = frame_number(Timecode(23, 59, 59, base - 1, dropped), base) + 1
    frames = (number - frame_number(start, base)) % day
    return frames / rate + Fraction(_phase(media, rate)).limit_denominator(1_000_000)


def _phase(media: MediaInfo | None, rate: Fraction) -> float:
    """Seconds, less than a frame, by which pictures are later than multiples of a frame: the sound starts earlier."""
    if media is None or media.video is None:
        return 0.0
    phase = Fraction(media.video.start).limit_denominator(1_000_000) % (1 / rate)
    return 0.0 if 1 / rate - phase < _TIME_ROUNDING else float(phase)


def frame(seconds: float, rate: Fraction) -> int:
    """The number of the frame nearest to that time."""
    return round(Fraction(seconds).limit_denominator(1_000_000) * rate)


def _start(media: MediaInfo | None, rate: Fraction, *, dropped: bool) -> Start:
    """The time code of the first frame at that rate. dropped: the mode of sound, whose file has only seconds."""
    if media is None:
        return Start(_MIDNIGHT)
    if media.timecode is None:
        if media.start_of_day is None or not isfinite(media.start_of_day):
            return Start(_MIDNIGHT)
        number = frame(media.start_of_day, rate)
        return Start(label(number, base_of(rate), dropped=dropped and rate in DROP_RATES))
    try:
        code = Timecode.parse(media.timecode)
    except ValueError:
        return Start(_MIDNIGHT, f"its time code {media.timecode} is not valid and was left out")
    own = own_rate(media)
    stated = media.timecode_base or base_of(own or rate)
    base = code.fitting_base(stated)
    start = fitted(code, stated, rate)
    if own is not None and code.frames >= base_of(own):
        return Start(
            start, f"its time code {code} counts {base} frames per second, its picture has {float(own):.5g}"
        )
    if own is not None and code.dropped and own not in DROP_RATES:
        return Start(
            start,
            f"its time code {code} is drop-frame, which does not exist at {float(own):.5g} frames per second",
        )
    return Start(start)


def _is_valid(clip: Clip) -> bool:
    times = (clip.start, clip.end, clip.start if clip.moment is None else clip.moment)
    durations = (clip.media.duration,) if clip.media is not None and clip.media.duration else ()
    limit = 10.0**9
    return (
        all(isfinite(time) and abs(time) < limit for time in (*times, *durations))
        and PurePath(clip.path).is_absolute()
    )
