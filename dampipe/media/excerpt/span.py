"""The part of a file that is wanted, and the one that was copied."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo

_REORDERED = 4
"""Frames by which the order of decoding differs from that of showing, at most, in files that ffmpeg times well."""
_SLOWEST = Fraction(10)
"""Frames per second of footage whose rate is not known."""
SLACK = Fraction(1, 1000)
"""Seconds by which containers round times; at most a quarter of a frame is taken for it."""


@dataclass(frozen=True)
class WantedSpan:
    """A part of a file: the frames that begin in it, or samples."""

    media: MediaInfo
    clock: FrameClock | None
    """None for sound."""
    name: str
    """Of the file, for messages and for its suffix."""
    start: Fraction
    """Seconds from the start of the file, as all times of `MediaInfo`: when its first frame begins."""
    end: Fraction
    """When its last frame ends."""

    @property
    def origin(self) -> Fraction:
        """The time stamp in the file from which times count, in seconds."""
        return Fraction(self.media.start).limit_denominator(1_000_000)

    @property
    def slack(self) -> Fraction:
        """Seconds by which times may differ that mean the same frame."""
        return SLACK if self.clock is None else min(SLACK, self.clock.times.tolerance)

    @property
    def reordering(self) -> Fraction:
        """Seconds that are copied more, since frames are not decoded in the order in which they are shown."""
        video = self.media.video
        if video is None or video.intra_only or self.clock is None:
            return Fraction(0)
        if video.rate and video.keyframe_interval and video.keyframe_interval * video.rate < 1.5:
            return Fraction(0)  # every frame is a key frame, in a format that has others, too
        return _REORDERED / (video.rate or _SLOWEST)

    @property
    def streams(self) -> tuple[int, ...]:
        """The numbers of the streams that are copied: the picture first, then every sound track."""
        picture = () if self.media.video is None else (self.media.video.index,)
        tracks = [index for track in self.media.audio for index in (track.index, *track.parts)]
        return (*picture, *dict.fromkeys(tracks))


@dataclass(frozen=True)
class Excerpt:
    """A part of a file that was copied."""

    path: Path
    size: int
    """Bytes."""
    start: Fraction
    """When it begins in the file, in seconds; the same frame or sample as was wanted, or a key frame before it."""
    frames: int | None
    """How many; None for sound."""
    timecode: str | None
    """The label of its first frame."""
    left_out: Mapping[str, int]
    """What the file has and the excerpt does not: the number of tracks by kind."""
