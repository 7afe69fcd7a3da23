"""Times as people write them, and spans of frames."""

from fractions import Fraction

from dampipe.features.alignment.errors import EMPTY_SPAN, NO_SUCH_CODE, NO_TIMECODE, OUTSIDE
from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.kernel.errors import InvalidInput
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import MediaInfo
from dampipe.media.timecode import Timecode, base_of, frame_number, label

BEYOND = Fraction(1)
"""Seconds after the end of a version that count as its last frame: headers are not exact."""
SOUND_BASE = Fraction(1, 1000)
"""Seconds of a tick in sound whose sample rate is not known."""
_ROUNDING = Fraction(1, 1000)


def parse_time(text: str, name: str, media: MediaInfo | None, clock: FrameClock | None) -> AnchoredTime:
    """A time of a version as people write it: seconds, ticks of a time base, or time code.

    name: of the version, for messages. Raises InvalidInput, also for a time that the version does not have.
    """
    try:
        code = Timecode.parse(text)
    except ValueError:
        time = AnchoredTime.parse(text)
        duration = media.duration if media is not None else None
        if time.seconds < 0 or (duration is not None and time.seconds > Fraction(duration) + BEYOND):
            raise InvalidInput(OUTSIDE, text=text, name=name, duration=duration) from None
        return time
    if clock is None or clock.rate is None:
        raise InvalidInput(NO_TIMECODE, name=name)
    found = clock.at_timecode(code)
    if found is None:
        base, dropped = base_of(clock.rate), clock.start.dropped
        last = label(frame_number(clock.start, base) + clock.times.count - 1, base, dropped=dropped)
        raise InvalidInput(NO_SUCH_CODE, name=name, code=str(code), first=str(clock.start), last=str(last))
    return found


def boundary(times: FrameTimes, frame: int) -> AnchoredTime:
    """When a frame begins; for the number after the last one, when the version ends."""
    if times.step is None and frame >= times.count:
        return AnchoredTime(times.end, times.time_base)
    return times.begin(frame)


def parse_end(text: str, name: str, media: MediaInfo | None, clock: FrameClock | None) -> AnchoredTime:
    """The end of a span, which is not part of it: what `parse_time` takes, and the time code after the last frame."""
    if clock is not None:
        try:
            found = clock.end_at_timecode(Timecode.parse(text))
        except ValueError:
            found = None
        if found is not None:
            return found
    return parse_time(text, name, media, clock)


def snapped(
    start: AnchoredTime, end: AnchoredTime | None, media: MediaInfo | None, clock: FrameClock | None
) -> tuple[AnchoredTime, AnchoredTime]:
    """A span on one time base, of whole frames where the version has any.

    It begins with the frame that is shown at `start`, and has every frame that begins before `end`; None: it is that
    frame alone. In sound it is a number of samples. Raises InvalidInput (EMPTY_SPAN) where the end is not behind the
    start.
    """
    if clock is None:
        audio = media.audio if media is not None else ()
        base = Fraction(1, audio[0].sample_rate) if audio else SOUND_BASE
        first = AnchoredTime.at(start.seconds, base)
        last = AnchoredTime.at(end.seconds, base) if end is not None else AnchoredTime(first.ticks + 1, base)
        if last.ticks <= first.ticks:
            raise InvalidInput(EMPTY_SPAN, start=str(start), end=str(end))
        return first, last
    times = clock.times
    first_frame = times.shown_at(start.seconds)
    behind = first_frame + 1 if end is None else first_at_or_after(times, end.seconds)
    if behind <= first_frame:
        raise InvalidInput(EMPTY_SPAN, start=str(start), end=str(end))
    return boundary(times, first_frame), boundary(times, behind)


def first_at_or_after(times: FrameTimes, seconds: Fraction) -> int:
    """The number of the first frame that begins at a time or after it; the count of frames if none does.

    Containers round times: a frame that begins up to a millisecond before counts as beginning there.
    """
    frame = times.shown_at(seconds)
    tolerance = min(_ROUNDING, times.tolerance)
    while frame < times.count and boundary(times, frame).seconds + tolerance < seconds:
        frame += 1
    return frame
