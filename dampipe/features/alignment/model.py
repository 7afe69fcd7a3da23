"""Carrying times between versions: what is asked for, and where the times are."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.anchored_time import AnchoredTime
from dampipe.media.frame_clock import FrameClock
from dampipe.media.signatures.alignment import Carried

MAX_TIMES = 10_000
"""Times of one request."""


class CarryRequest(BaseModel):
    """Times of one version, to be carried to another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """The version that the times are of: SHA-1, its first digits, a path or a file name."""
    target: str
    times: tuple[str, ...] = Field(max_length=MAX_TIMES)
    """Seconds ("12.5"), ticks of a time base ("300@1001/24000"), or time code ("01:00:12:12")."""


class Fate(StrEnum):
    """What becomes of a time."""

    CARRIED = "carried"
    GONE = "gone"
    """The frame is not in the other version."""
    PENDING = "pending"
    """It is not known yet: a proxy, or the signatures of its frames, are still being made."""


class TimeReport(BaseModel):
    """A time of a version: exactly, and as people read it."""

    model_config = ConfigDict(frozen=True)

    ticks: int
    base: str
    """Seconds of a tick, an exact fraction."""
    seconds: float
    frame: int | None = None
    """Number of the frame in the file, from 0; None for sound."""
    timecode: str | None = None
    """The label of the frame, if the version has a rate with time code."""

    @classmethod
    def of(cls, time: AnchoredTime, clock: FrameClock | None) -> "TimeReport":
        """A time of the version with that clock; None: it has no frames."""
        code = clock.timecode(time) if clock is not None else None
        return cls(
            ticks=time.ticks,
            base=str(time.base),
            seconds=float(time.seconds),
            frame=clock.frame(time) if clock is not None else None,
            timecode=str(code) if code is not None else None,
        )

    @classmethod
    def of_end(cls, end: AnchoredTime, clock: FrameClock | None) -> "TimeReport":
        """The end of a span, which is not part of it: at the end of the version the frame after its last one."""
        found = cls.of(end, clock)
        if clock is None:
            return found
        last = clock.times.begin(clock.times.count - 1)
        if end.seconds <= last.seconds + clock.times.tolerance:
            return found
        code = None if clock.after_last is None else str(clock.after_last)
        return found.model_copy(update={"frame": clock.times.count, "timecode": code})


def moved_text(frames: int | None) -> str:
    """What became of a time that is carried, as people read it; "" where it is where it was.

    >>> moved_text(312), moved_text(-1), moved_text(0)
    ('moved +312 frames', 'moved -1 frame', '')
    """
    return f"moved {frames:+} frame{'' if abs(frames) == 1 else 's'}" if frames else ""


GONE_TEXT = "no longer there"
"""What became of a time that is gone."""


class CarriedReport(BaseModel):
    """Where one time is in the other version."""

    model_config = ConfigDict(frozen=True)

    time: TimeReport
    """What was asked for."""
    fate: Fate
    carried: TimeReport | None = None
    """Where it is, if it is carried: the beginning of the same frame."""
    before: TimeReport | None = None
    """If it is gone: the last frame before it that is left, in the other version; None: there is none."""
    after: TimeReport | None = None
    """The first frame after it that is left."""

    @classmethod
    def of(cls, time: TimeReport, found: Carried | None, clock: FrameClock | None) -> "CarriedReport":
        """found: None while it is not known. clock: of the other version."""
        if found is None:
            return cls(time=time, fate=Fate.PENDING)
        carried, before, after = (
            TimeReport.of(one, clock) if one is not None else None
            for one in (found.time, found.before, found.after)
        )
        fate = Fate.CARRIED if carried is not None else Fate.GONE
        return cls(time=time, fate=fate, carried=carried, before=before, after=after)


class CarryReport(BaseModel):
    """The times of one request, in its order."""

    model_config = ConfigDict(frozen=True)

    source: str
    """SHA-1."""
    target: str
    times: tuple[CarriedReport, ...]
    share: float | None = None
    """The part of the source that the target has, from 0 to 1; None while it is not known."""
