"""Technical metadata, which the probe reads without decoding the whole file.

Durations and times are seconds as floats; a rate is an exact fraction of frames per second; sizes
are bytes or pixels. `rotation` is the clockwise rotation in degrees that turns the coded picture upright.
"""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from dampipe.kernel.stage_io import StageOutput


def _fraction(value: object) -> Fraction:
    if isinstance(value, (str, int, Fraction)):
        return Fraction(value)
    raise ValueError(f"not an exact fraction: {value!r}")


Rational = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(lambda f: f"{f.numerator}/{f.denominator}", return_type=str),
]
"""An exact fraction; "30000/1001" in JSON."""


class MediaKind(StrEnum):
    """The kind of a media file."""

    VIDEO = "video"
    AUDIO = "audio"
    STILL = "still"


class VideoStream(BaseModel):
    """The picture of a file: its first real video stream (cover art does not count)."""

    model_config = ConfigDict(frozen=True)

    index: int
    codec: str
    profile: str | None = None
    width: int
    """Coded width in pixels, before rotation and pixel aspect."""
    height: int
    pixel_format: str
    bit_depth: int = 8
    rate: Rational | None = None
    """Average frames per second; None for stills and if unknown."""
    sample_aspect: Rational = Fraction(1)
    rotation: int = 0
    interlaced: bool = False
    color_range: str | None = None
    color_space: str | None = None
    color_transfer: str | None = None
    color_primaries: str | None = None
    intra_only: bool = False
    """Every frame is a key frame (ProRes, DNxHR, MJPEG …)."""
    keyframe_interval: float | None = None
    """Longest distance between key frames in seconds, in the part that was read; None if unknown."""

    @property
    def hdr(self) -> bool:
        """Whether it needs tone mapping for an SDR screen."""
        return self.color_transfer in ("smpte2084", "arib-std-b67")

    @property
    def display_size(self) -> tuple[int, int]:
        """(width, height) in square pixels, upright."""
        width, height = round(self.width * self.sample_aspect), self.height
        return (height, width) if self.rotation % 180 else (width, height)


class AudioStream(BaseModel):
    """One sound track."""

    model_config = ConfigDict(frozen=True)

    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str | None = None
    language: str | None = None


class EmbeddedFilm(BaseModel):
    """Where in a photograph's file the film is that was recorded with it: a whole MP4, in bytes of the file."""

    model_config = ConfigDict(frozen=True)

    offset: int
    length: int


class MediaInfo(StageOutput):
    """The output of the probe stage."""

    kind: MediaKind
    container: str
    duration: float | None = None
    """Seconds; None for stills."""
    bit_rate: int | None = None
    video: VideoStream | None = None
    audio: tuple[AudioStream, ...] = ()
    data_streams: int = 0
    timecode: str | None = None
    """Start timecode as written in the file, "HH:MM:SS:FF" or "HH:MM:SS;FF"."""
    created_at: datetime | None = None
    camera: str | None = None
    """Make and model, if the file contains them."""
    content_id: str | None = None
    """Identifier that a photograph and the film recorded with it share (Live Photos)."""
    burst_id: str | None = None
    """Identifier that the photographs of a burst share."""
    embedded_film: EmbeddedFilm | None = None
    """The film inside a motion photo."""
