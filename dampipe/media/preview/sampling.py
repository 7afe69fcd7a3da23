"""Which frames a preview looks at, and by which pass: sparse where that is exact enough, full where not."""

import itertools
import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dampipe.media.info import MediaInfo, MediaKind, VideoStream

SLACK = 1.1
"""Frames may be this much further apart than asked: 2.002 s is what cameras write for 2 s."""
SHORT = 4
"""A clip shorter than this many intervals is looked at this often all the same."""
SHORTEST_INTERVAL = 0.25
EPSILON = 0.002
"""Seconds: time stamps are rounded to milliseconds in some containers."""


_REFERENCES_APART = 0.2
"""Seconds: encoders put a frame that others refer to at least this often."""

Way: TypeAlias = Literal["keys", "packets", "references", "full"]


@dataclass(frozen=True)
class Sampling:
    """One way to read a file.

    keys: the decoder skips all but key frames. packets: every n-th packet reaches the decoder, which
    suits codecs that have key frames only. references: it skips the frames that no other needs, about
    half of the work. full: everything is decoded.
    """

    way: Way
    step: float = 0.0
    """A frame is taken when it comes at least so many seconds after the one before it."""
    every: int = 1
    """For `packets`: one packet of so many."""


def interval_for(interval: float, limit: int, duration: float | None) -> float:
    """The interval for a file: longer where `limit` frames would not do, shorter for short clips.

    >>> interval_for(2.0, 300, 60.0), interval_for(2.0, 300, 6000.0), interval_for(2.0, 300, 2.0)
    (2.0, 20.0, 0.5)
    """
    if duration is None or duration <= 0:
        return interval
    if duration < SHORT * interval:
        return max(duration / SHORT, min(SHORTEST_INTERVAL, interval))
    return max(interval, duration / limit)


def samplings(media: MediaInfo, interval: float) -> tuple[Sampling, ...]:
    """The ways to get frames at most `interval` (and the slack) apart, the cheapest first.

    Going by the probe, so each must be checked with `good_enough`; the last one, "full", is the
    truth whatever it gives.
    """
    video = media.video
    if video is None or media.kind is MediaKind.STILL:
        return (_full(video, interval),)
    rate = float(video.rate) if video.rate else None
    if video.intra_only:
        every = math.floor(interval * rate * (1 + 1e-9)) if rate else 1
        return (*((Sampling("packets", every=every),) if every > 1 else ()), _full(video, interval))
    ways = [Sampling("references", step=_step(interval, _REFERENCES_APART)), _full(video, interval)]
    apart = video.keyframe_interval
    if apart is not None and apart <= SLACK * interval:
        ways.insert(0, Sampling("keys", step=_step(interval, apart)))
    return tuple(ways)


def _full(video: VideoStream | None, interval: float) -> Sampling:
    rate = float(video.rate) if video and video.rate else 25.0
    return Sampling("full", step=_step(interval, 1 / rate))


def _step(interval: float, apart: float) -> float:
    """How far to go from a frame before the next is taken, so that with frames `apart` none is too late."""
    return max(0.0, interval - apart) + EPSILON


def good_enough(times: list[float], interval: float, duration: float | None, way: Way) -> bool:
    """Whether the frames that a pass gave are as dense as asked, to the end of the file.

    The probe may be wrong: a file may call frames key frames that the decoder does not.
    """
    if way == "full":
        return True
    if not times:
        return False
    widest = SLACK * interval + EPSILON
    if any(b - a > widest for a, b in itertools.pairwise(times)):
        return False
    if way == "references":
        # It goes to the end of the picture, which may be before that of the sound.
        return True
    return len(times) > 1 if duration is None else duration - times[-1] <= 1.5 * widest


def thinned(times: list[float], interval: float, limit: int) -> list[int]:
    """The fewest rows of `times` (rising) that still are at most `interval` apart; the first is among them.

    Decoders that skip less than they were told to give more frames than anybody asked for, and key
    frames that do not divide the interval do so too. More than `limit` are thinned evenly.

    >>> thinned([0.0, 0.5, 1.0, 1.5, 2.0, 4.5, 5.0], 2.0, 300)
    [0, 4, 5, 6]
    >>> thinned([0.0, 0.5, 1.0, 1.5, 2.0, 4.5, 5.0], 2.0, 2)
    [0, 5]
    """
    rows: list[int] = []
    for row, time in enumerate(times):
        if len(rows) < 2 or time - times[rows[-2]] > interval + EPSILON:
            rows.append(row)
        else:
            rows[-1] = row
    if len(rows) > limit:
        return [rows[n * len(rows) // limit] for n in range(limit)]
    return rows
