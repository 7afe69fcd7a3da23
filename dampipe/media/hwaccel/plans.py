"""Transcoding plans for a file: which hardware decodes, scales and encodes it, most hardware first, software last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dampipe.media.ffmpeg.color_tags import colors_of
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE, Arguments, Family
from dampipe.media.hwaccel.stream_kinds import KINDS, MAX_ENCODED_SIDE, MIN_SIDE, kind_of
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.recipes import ProxyRecipe

PREVIEW_MIN_PIXELS = 2e9
"""Pixels of all frames of a video below which opening a device takes longer than decoding in software."""
_TRANSPOSE = {90: ("clock",), 180: ("clock", "clock"), 270: ("cclock",)}


@dataclass(frozen=True)
class Plan:
    """What decodes (and scales) and what encodes; None is software. If both are hardware, it is one family."""

    decoder: Acceleration | None = None
    encoder: Acceleration | None = None
    kind: str = ""
    """The kind of stream that the decoder gets, of `KINDS`."""
    zero_copy: bool = False
    """Frames stay on the device from decoder to encoder; only those for shot detection are downloaded."""

    @property
    def name(self) -> str:
        """Recorded in the outputs of runs: "nvidia" (both), "nvidia-decode", "nvidia-encode" or "software"."""
        if self.decoder and self.encoder:
            return self.decoder.name
        if self.decoder:
            return f"{self.decoder.name}-decode"
        return f"{self.encoder.name}-encode" if self.encoder else SOFTWARE

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the hardware that it uses, each with its own circuit in the circuit breaker."""
        parts = (f"{self.decoder.name} decoder ({self.kind})",) if self.decoder else ()
        return (*parts, f"{self.encoder.name} encoder") if self.encoder else parts

    @property
    def device_options(self) -> list[str]:
        """Global ffmpeg options that open its device."""
        device = self.encoder or self.decoder
        return device.device_options if device is not None else []

    @property
    def limited_sessions(self) -> bool:
        """Whether its encoder allows only a few sessions at once."""
        return self.encoder is not None and FAMILIES[self.encoder.name].limited_sessions

    @property
    def input_options(self) -> Arguments:
        """Input options. With a hardware decoder ffmpeg does not rotate the picture; see `scale_and_download`."""
        if self.decoder is None:
            return {}
        return {**FAMILIES[self.decoder.name].decode, "noautorotate": None}

    def encode_options(self, recipe: ProxyRecipe) -> Arguments:
        """Output options for the picture."""
        return FAMILIES[self.encoder.name if self.encoder else SOFTWARE].encode(recipe)

    def scale(self, stream: Any, size: tuple[int, int], keep_depth: bool = False) -> Any:
        """Scale frames on the device. keep_depth: keep 10 bit if they have it."""
        family = self._decoder_family
        options = dict(family.scale_options)
        if keep_depth:
            options.pop("out_range", None)
        if family.converts_depth:
            options["format"] = "p010le" if keep_depth else "nv12"
        return stream.filter(family.scale, w=size[0], h=size[1], **options).filter("setsar", 1)

    def download(self, stream: Any, keep_depth: bool = False) -> Any:
        """Copy scaled frames from the device to memory."""
        converted = "p010le" if keep_depth else "nv12"
        pixel_format = converted if self._decoder_family.converts_depth else KINDS[self.kind].downloads
        return stream.filter("hwdownload").filter("format", pixel_format)

    def scale_and_download(self, stream: Any, video: VideoStream, size: tuple[int, int]) -> Any:
        """Scale on the device, download the small frames and rotate them upright.

        The remaining steps are those of software, `picture_filters.normalized`, which finds the size right
        already, or scales what the device's scaler cannot.
        """
        coded_size = size[::-1] if video.rotation % 180 else size
        if not _can_scale(self._decoder_family, video, coded_size):
            coded_size = video.width, video.height
        small = self.download(self.scale(stream, coded_size, keep_depth=video.hdr), keep_depth=video.hdr)
        for direction in _TRANSPOSE.get(video.rotation, ()):
            small = small.filter("transpose", direction)
        return small.filter("sidedata", mode="delete", type="DISPLAYMATRIX") if video.rotation else small

    def upload(self, stream: Any) -> Any:
        """Convert frames in memory to the input of the encoder."""
        for text in FAMILIES[self.encoder.name].upload if self.encoder else ():
            name, _, value = text.partition("=")
            stream = stream.filter(name, *([value] if value else []))
        return stream

    @property
    def _decoder_family(self) -> Family:
        assert self.decoder is not None
        return FAMILIES[self.decoder.name]


SOFTWARE_PLAN = Plan()


def proxy_plans(
    video: VideoStream,
    size: tuple[int, int],
    recipe: ProxyRecipe,
    accelerations: Sequence[Acceleration],
) -> tuple[Plan, ...]:
    """The plans for a proxy of `size`, most hardware first.

    accelerations: the result of `detect`. Software is the last plan if it is among those that encode.
    """
    software = any(item.name == SOFTWARE and item.encodes for item in accelerations)
    software_plans = (SOFTWARE_PLAN,) if software else ()
    if recipe.codec == "prores":
        return (SOFTWARE_PLAN,)
    hardware = [item for item in accelerations if item.name != SOFTWARE]
    fits = min(size) >= MIN_SIDE and max(size) <= MAX_ENCODED_SIDE
    encoders = [item for item in hardware if item.encodes and fits]
    kind = kind_of(video) or ""
    decoders = [item for item in hardware if kind and kind in item.decodes]
    both = [
        Plan(decoder, encoder, kind, _can_zero_copy(video, size, kind, encoder.name))
        for encoder in encoders
        for decoder in decoders
        if decoder.name == encoder.name
    ]
    decode_only = [Plan(decoders[0], kind=kind)] if decoders and software_plans else []
    return (*both, *(Plan(encoder=encoder) for encoder in encoders), *decode_only, *software_plans)


def _can_scale(family: Family, video: VideoStream, size: tuple[int, int]) -> bool:
    """Return whether the family's scaler can scale the coded frames to `size`."""
    if not family.shrinks_both_sides_only:
        return True
    changes = (size[0] - video.width, size[1] - video.height)
    return not (0 in changes and min(changes) < 0)


def _can_zero_copy(video: VideoStream, size: tuple[int, int], kind: str, name: str) -> bool:
    """Return whether the picture needs scaling only, and the family's scaler can do it."""
    family = FAMILIES[name]
    full_range = video.color_range == "pc" or video.pixel_format.startswith("yuvj")
    range_ok = family.converts_range or not full_range
    depth_ok = family.converts_depth or KINDS[kind].downloads == "nv12"
    plain = not video.hdr and not video.rotation and colors_of(video, zscale=False).stand_in is None
    return range_ok and depth_ok and plain and _can_scale(family, video, size)


def preview_plans(
    media: MediaInfo,
    sparse: bool,
    accelerations: Sequence[Acceleration],
    min_pixels: float = PREVIEW_MIN_PIXELS,
) -> tuple[Plan, ...]:
    """The plans for a preview: hardware if many consecutive frames are decoded.

    sparse: single key frames are decoded, between which hardware is slow to seek; this is done in software.
    min_pixels: pixels of all frames of the video from which on hardware is used.
    """
    video = media.video
    if video is None or sparse or media.kind is not MediaKind.VIDEO:
        return (SOFTWARE_PLAN,)
    pixels = video.width * video.height * float(video.rate or 25) * (media.duration or 0.0)
    kind = kind_of(video)
    decoders = [item for item in accelerations if item.name != SOFTWARE and kind in item.decodes]
    if not decoders or kind is None or pixels < min_pixels:
        return (SOFTWARE_PLAN,)
    return (Plan(decoders[0], kind=kind), SOFTWARE_PLAN)
