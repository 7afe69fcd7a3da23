"""The times of a proxy's frames: those of the source, within half a millisecond of the container's clock.

ffmpeg would give the encoder a clock of one tick per average frame, which drops and moves frames of variable rate. Here
the clock is fine, and divides both the frame rate and the millisecond, so that constant rates stay exact.
"""

import math
from fractions import Fraction
from typing import Any

from dampipe.media.ffmpeg.picture_filters import broadcast_rate
from dampipe.media.info import VideoStream

_MIN_TICKS = 24_000
"""Ticks per second of the encoder's clock, at least: rounding to it moves a frame by 21 µs at most."""
_MAX_TICKS = 120_000
_PLAIN_TICKS = 90_000
"""For a rate that is unknown or no common fraction, of which no clock has exact multiples."""
_FINE_CLOCK = Fraction(1, 10_000)
"""Seconds; time stamps of a container with finer units need no correction."""
_MAX_SHIFT = 0.0005
"""Seconds by which a rounded time stamp may be moved back to the grid of a constant rate."""
_MAX_DURATION_ERROR = 0.001
"""Seconds by which the duration of a frame may be rounded."""
_FLOAT_ERROR = 1e-6
_ASCENDING = "isnan(prev_selected_pts)+gt(pts,prev_selected_pts)"
"""Drops frames of a damaged file that are not later than the one before, which encoders reject."""


def constant_rate(video: VideoStream) -> Fraction | None:
    """The rate whose multiples are exact in the proxy; None if the rate is unknown or no common fraction.

    >>> video = VideoStream(index=0, codec="h264", width=640, height=360, pixel_format="yuv420p")
    >>> constant_rate(video.model_copy(update={"rate": Fraction(19001, 317)}))
    Fraction(60000, 1001)
    >>> constant_rate(video.model_copy(update={"rate": Fraction(1234567, 41152)}))
    """
    rate = broadcast_rate(video.rate) or video.rate
    return rate if rate is not None and 0 < rate.numerator <= _MAX_TICKS else None


def ticks_per_second(video: VideoStream) -> int:
    """Ticks per second of the encoder's clock.

    >>> video = VideoStream(index=0, codec="h264", width=640, height=360, pixel_format="yuv420p")
    >>> [ticks_per_second(video.model_copy(update={"rate": Fraction(r)})) for r in ("25", "24000/1001", "60")]
    [24000, 24000, 24000]
    """
    rate = constant_rate(video)
    if rate is None:
        return _PLAIN_TICKS
    per_second = rate.numerator
    if per_second % 1000:  # so that milliseconds are exact, too, if there are not too many ticks
        common = math.lcm(per_second, 1000)
        per_second = common if common <= _MAX_TICKS else per_second
    return per_second * math.ceil(_MIN_TICKS / per_second)


def with_source_times(stream: Any, video: VideoStream) -> Any:
    """Put the frames on the encoder's clock, at their own times.

    Where the container rounds time stamps (Matroska and FLV to milliseconds), a frame that is within the rounding of
    its place in a constant rate is put there: 0, 33, 67 ms become multiples of 1001/30000 s.
    """
    stream = stream.filter("settb", f"1/{ticks_per_second(video)}")
    rate = _rounded_rate(video)
    if rate is None or video.time_base is None:
        return stream.filter("select", _ASCENDING)
    allowed = min(float(video.time_base) / 2, _MAX_SHIFT) + _FLOAT_ERROR
    # In registers: 0 the time since the first frame, 1 that of its place.
    place = f"st(1,round(ld(0)*{rate.numerator}/{rate.denominator})*{rate.denominator}/{rate.numerator})"
    moved = f"if(lte(abs(st(0,T-STARTT)-{place}),{allowed:.7f}),round((STARTT+ld(1))/TB),PTS)"
    return stream.filter("setpts", moved).filter("select", _ASCENDING)


def clock_options(video: VideoStream, max_rate: int | None = None) -> dict[str, Any]:
    """The output options that belong to `with_source_times`, and to `at_most` if that was applied.

    The duration of the last frame, which no next one gives, is made exact: it counts in the average rate. Where it is
    unknown (MPEG-TS), it is that of a usual frame; the edit list would cut off a frame without a duration. The
    duration of the packet that comes last is made such that the file ends with that frame, since ffmpeg's MP4 writer
    ends the edit list after the packet. The frames that come last in coding order are not the last ones shown; at
    a variable rate the edit list would cut frames off.
    """
    usual = video.rate or video.average_rate
    frame = "max(DURATION,1)" if usual is None else f"if(DURATION,DURATION,round({float(1 / usual):.7f}/TB))"
    rate = constant_rate(video)
    if max_rate is not None:
        frame = f"max(DURATION,round(1/{max_rate}/TB))"
    elif rate is not None:
        exact = f"{rate.denominator}/{rate.numerator}"
        is_usual = f"eq(DURATION,0)+lte(abs(DURATION*TB-{exact}),{_MAX_DURATION_ERROR})"
        frame = f"if({is_usual},round({exact}/TB),DURATION)"
    # Registers: 0 the end of the frame shown last so far, 1 the duration of this one, 2 the latest time stamp, from 1.
    # The writer replaces the durations of all packets but the last.
    latest = "if(gt(PTS-STARTPTS+1,ld(2)),st(2,PTS-STARTPTS+1)*0+st(0,PTS+ld(1)),ld(0))"
    duration = f"max(st(1,{frame}),{latest}-DTS-(STARTPTS-STARTDTS))"
    return {
        "enc_time_base:v": f"1/{ticks_per_second(video)}",
        "bsf:v": f"setts=pts=PTS:dts=DTS:duration='{duration}'",
    }


def _rounded_rate(video: VideoStream) -> Fraction | None:
    """The constant rate of a container that rounds time stamps; None if it does not, or the rate is unknown."""
    coarse = video.time_base is not None and video.time_base > _FINE_CLOCK
    return constant_rate(video) if coarse else None


def at_most(stream: Any, rate: int) -> Any:
    """Drop frames so that at most `rate` a second remain, each with its own time; none is repeated.

    A frame may come a quarter of an interval early, so that no frame of a lower or equal rate is dropped because of
    rounded time stamps.
    """
    # Register 0: from when on the next frame is due.
    due = f"max(ld(0)+1/{rate},t+0.75/{rate})"
    return stream.filter("select", f"if(gte(t,ld(0)-0.25/{rate}),st(0,{due})*0+1,0)")
