"""Technical metadata, which the probe reads without decoding the whole file.

Durations and times are seconds as floats; a rate is an exact fraction of frames per second; sizes
are bytes or pixels. `rotation` is the clockwise rotation in degrees that turns the coded picture upright.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

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


RecordingTime = Annotated[
    datetime,
    WithJsonSchema(
        {"type": "string", "examples": ["2024-05-06T07:08:09", "2024-05-06T07:08:09.250000+02:00"]}
    ),
]
"""A time with or without a time zone; the format "date-time" of JSON Schema would require one."""


class MediaKind(StrEnum):
    """The kind of a media file."""

    VIDEO = "video"
    AUDIO = "audio"
    STILL = "still"


class DurationSource(StrEnum):
    """What a duration was read from, the least reliable first."""

    HEADER = "header"
    """The container, by its header or an estimate of its parser."""
    PACKETS = "packets"
    """The time stamps of all packets, since the header was wrong."""
    DECODING = "decoding"
    """A full decode, since the header was wrong."""


class VideoStream(BaseModel):
    """The picture of a file: its first real video stream (cover art does not count)."""

    model_config = ConfigDict(frozen=True)

    index: int
    codec: str
    profile: str | None = None
    width: int
    """Coded width in pixels, before rotation and pixel aspect."""
    height: int
    """Coded height, without `crop_top`."""
    pixel_format: str
    bit_depth: int = 8
    rate: Rational | None = None
    """Nominal frames per second, at which frames and time code are counted; None for stills and if unknown."""
    average_rate: Rational | None = None
    """Frames by seconds."""
    variable_rate: bool = False
    """Whether distances between frames differ by more than rounding."""
    time_base: Rational | None = None
    """Unit of the container's time stamps in seconds: 1/1000 in Matroska; None if unknown."""
    start: float = 0.0
    """Seconds from the start of the file to the first picture: the sound may start earlier."""
    sample_aspect: Rational = Fraction(1)
    rotation: int = 0
    crop_top: int = 0
    """Coded lines above the picture that are not part of it, and not of `height`: those of IMX hold data."""
    alpha: bool = False
    """Whether it has transparent parts."""
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
    parts: tuple[int, ...] = ()
    """Indexes of further streams that hold the rest of its channels (IAMF)."""
    language: str | None = None
    channel_names: tuple[str, ...] = ()
    """What a field recorder calls its channels, in their order; "" for one without a name, () if none has one."""


class EmbeddedFilm(BaseModel):
    """Where in a photograph's file the film is that was recorded with it: a whole MP4, in bytes of the file."""

    model_config = ConfigDict(frozen=True)

    offset: int
    length: int


class CameraFacts(BaseModel):
    """How a camera recorded a file, as the camera wrote it: for a film, at its start. None: the file does not say so."""

    model_config = ConfigDict(frozen=True)

    make: str | None = None
    model: str | None = None
    serial: str | None = None
    """Serial number of the camera."""
    lens: str | None = None
    iso: float | None = None
    """Sensitivity: ISO, or the exposure index."""
    exposure_time: float | None = None
    """Seconds."""
    aperture: float | None = None
    """The f-number: 2.8 for f/2.8."""
    focal_length: float | None = None
    """Millimetres, of the lens itself."""
    log_profile: str | None = None
    """Name of the log curve, such as S-Log3; None for footage that is not log, too."""
    gamut: str | None = None
    """Name of the camera's own colour space, such as S-Gamut3.Cine."""
    latitude: float | None = None
    """Degrees north, WGS 84."""
    longitude: float | None = None
    """Degrees east."""
    altitude: float | None = None
    """Metres above sea level."""


class Description(BaseModel):
    """What a file says about its contents: texts that people or programs have embedded, by properties of XMP."""

    model_config = ConfigDict(frozen=True)

    properties: Mapping[str, tuple[str, ...]] = {}
    """Values by property, such as `dc:title`."""


class MediaInfo(StageOutput):
    """The output of the probe stage."""

    kind: MediaKind
    container: str
    duration: float | None = None
    """Seconds from the start of the earliest stream to the end of the last one; None for stills."""
    duration_source: DurationSource = DurationSource.HEADER
    start: float = 0.0
    """Seconds; the time stamp in the file at which the earliest stream starts. All other times count from it."""
    early: float = 0.0
    """Seconds from the first picture to where ffmpeg takes the file to start, if that is later: in coding order,
    the first packet may be one of the last pictures of its group."""
    bit_rate: int | None = None
    video: VideoStream | None = None
    audio: tuple[AudioStream, ...] = ()
    data_streams: int = 0
    timecode: str | None = None
    """Start timecode as written in the file, "HH:MM:SS:FF" or, where frame numbers are dropped, "HH:MM:SS;FF"."""
    timecode_base: int | None = None
    """Frame numbers per second of that timecode, if the file says so; None: those of the nominal rate."""
    start_of_day: float | None = None
    """Seconds from midnight to the start of a sound recording: the TimeReference of Broadcast WAVE."""
    created_at: RecordingTime | None = None
    """When it was recorded: by the camera's clock, without a time zone unless the file contains one."""
    created_from: str | None = None
    """Which source `created_at` comes from: a `DateSource`."""
    camera: str | None = None
    """Make and model, if the file contains them."""
    shooting: CameraFacts = CameraFacts()
    description: Description = Description()
    scene: str | None = None
    """As a field recorder or a camera wrote it."""
    take: str | None = None
    reel: str | None = None
    """The tape or roll that it was recorded on."""
    content_id: str | None = None
    """Identifier that a photograph and the film recorded with it share (Live Photos)."""
    burst_id: str | None = None
    """Identifier that the photographs of a burst share."""
    recording_id: str | None = None
    """Identifier that the files of one recording share, where the camera has split it (P2)."""
    recording_offset: int = 0
    """Frames from the start of that recording to the start of this file."""
    embedded_film: EmbeddedFilm | None = None
    """The film inside a motion photo."""

    @property
    def words(self) -> tuple[str, ...]:
        """What people may search for: camera, lens, log profile, scene, take, reel and names of channels."""
        named = (("scene", self.scene), ("take", self.take), ("reel", self.reel))
        names = [name for track in self.audio for name in track.channel_names if name]
        facts = (self.camera, self.shooting.lens, self.shooting.log_profile)
        return (*filter(None, facts), *(f"{name} {value}" for name, value in named if value), *names)
