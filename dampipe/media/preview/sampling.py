"""Which frames a preview decodes, and how: sparsely where that is accurate enough, otherwise fully."""

import itertools
import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dampipe.media.info import MediaInfo, MediaKind, VideoStream

SLACK = 1.1
"""Factor by which frames may be further apart than requested: cameras write 2.002 s for 2 s."""
MIN_FRAMES = 4
"""A clip shorter than this many intervals is sampled this many times."""
MIN_INTERVAL = 0.25
EPSILON = 0.002
"""Seconds; some containers round time stamps to milliseconds."""
_REFERENCE_INTERVAL = 0.2
"""Maximum seconds between reference frames of common encoders."""

Way: TypeAlias = Literal["keys", "packets", "references", "full"]


@dataclass(frozen=True)
class Sampling:
    """One way to read a file.

    keys: only key frames are decoded. packets: only every n-th packet is decoded, for intra-only codecs.
    references: frames that no other frame refers to are skipped, which halves the work. full: everything
    is decoded.
    """

    way: Way
    step: float = 0.0
    """Minimum seconds between two selected frames."""
    every: int = 1
    """For `packets`: one packet in this many is decoded."""


def interval_for(interval: float, limit: int, duration: float | None) -> float:
    """The sampling interval for a file: longer if `limit` would be exceeded, shorter for short clips.

    >>> interval_for(2.0, 300, 60.0), interval_for(2.0, 300, 6000.0), interval_for(2.0, 300, 2.0)
    (2.0, 20.0, 0.5)
    """
    if duration is None or duration <= 0:
        return interval
    if duration < MIN_FRAMES * interval:
        return max(duration / MIN_FRAMES, min(MIN_INTERVAL, interval))
    return max(interval, duration / limit)


def samplings(media: MediaInfo, interval: float) -> tuple[Sampling, ...]:
    """The samplings that yield frames at most `interval` (times SLACK) apart, the cheapest first.

    They rely on the probe, so each result must be checked with `is_dense_enough`; the last one, "full", is
    always accepted.
    """
    video = media.video
    if video is None or media.kind is MediaKind.STILL:
        return (_full(video, interval),)
    rate = float(video.rate) if video.rate else None
    if video.intra_only:
        every = math.floor(interval * rate * (1 + 1e-9)) if rate else 1
        return (*((Sampling("packets", every=every),) if every > 1 else ()), _full(video, interval))
    ways = [Sampling("references", step=_step(interval, _REFERENCE_INTERVAL)), _full(video, interval)]
    key_interval = video.keyframe_interval
    if key_interval is not None and key_interval <= SLACK * interval:
        ways.insert(0, Sampling("keys", step=_step(interval, key_interval)))
    return tuple(ways)


def _full(video: VideoStream | None, interval: float) -> Sampling:
    rate = float(video.rate) if video and video.rate else 25.0
    return Sampling("full", step=_step(interval, 1 / rate))


def _step(interval: float, spacing: float) -> float:
    """The minimum distance of selected frames, so that with frames `spacing` apart none is later than `interval`."""
    return max(0.0, interval - spacing) + EPSILON


def is_dense_enough(times: list[float], interval: float, duration: float | None, way: Way) -> bool:
    """Return whether the frames are at most `interval` apart, up to the end of the file.

    The probe may be wrong: a file may flag frames as key frames that the decoder rejects.
    """
    if way == "full":
        return True
    if not times:
        return False
    max_gap = SLACK * interval + EPSILON
    if any(b - a > max_gap for a, b in itertools.pairwise(times)):
        return False
    if way == "references":
        # It reads to the end of the picture, which may end before the sound.
        return True
    return len(times) > 1 if duration is None else duration - times[-1] <= 1.5 * max_gap


def thin_out(times: list[float], interval: float, limit: int) -> list[int]:
    """The fewest rows of `times` (ascending) that are at most `interval` apart, starting with the first.

    There are more frames than requested if a decoder skips fewer than it should, or if the key frame interval
    does not divide the interval. If more than `limit` rows remain, every n-th is kept.

    >>> thin_out([0.0, 0.5, 1.0, 1.5, 2.0, 4.5, 5.0], 2.0, 300)
    [0, 4, 5, 6]
    >>> thin_out([0.0, 0.5, 1.0, 1.5, 2.0, 4.5, 5.0], 2.0, 2)
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
