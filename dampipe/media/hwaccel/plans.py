"""A plan per file: which hardware decodes, scales and encodes it, the most of it first, software last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE, Arguments, Family
from dampipe.media.hwaccel.stream_kinds import KINDS, LARGEST_ENCODED, SMALLEST, kind_of
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.recipes import ProxyRecipe

WORTH_STARTING = 2e9
"""Pixels of a film: opening a device takes as long as software takes to decode so many."""
_TURNS = {90: ("clock",), 180: ("clock", "clock"), 270: ("cclock",)}


@dataclass(frozen=True)
class Plan:
    """Who decodes (and scales) and who encodes; None is software. Where both are hardware, it is one family."""

    decoder: Acceleration | None = None
    encoder: Acceleration | None = None
    kind: str = ""
    """What the decoder is asked for, of `KINDS`."""
    direct: bool = False
    """Frames go from the decoder to the encoder on the device; only those that are looked at leave it."""

    @property
    def name(self) -> str:
        """What a run records: "nvidia" for all of it, "nvidia-decode", "nvidia-encode" or "software"."""
        if self.decoder and self.encoder:
            return self.decoder.name
        if self.decoder:
            return f"{self.decoder.name}-decode"
        return f"{self.encoder.name}-encode" if self.encoder else SOFTWARE

    @property
    def parts(self) -> tuple[str, ...]:
        """The pieces of hardware that it relies on, each of which may fail by itself."""
        parts = (f"{self.decoder.name} decoder ({self.kind})",) if self.decoder else ()
        return (*parts, f"{self.encoder.name} encoder") if self.encoder else parts

    @property
    def opening(self) -> list[str]:
        """Global options of ffmpeg that open its device."""
        device = self.encoder or self.decoder
        return device.opening if device is not None else []

    @property
    def few_sessions(self) -> bool:
        """Whether its encoder is one of those of which few may run at once."""
        return self.encoder is not None and FAMILIES[self.encoder.name].few_sessions

    @property
    def input(self) -> Arguments:
        """Input options; with hardware the picture is not turned upright by ffmpeg, see `brought_down`."""
        if self.decoder is None:
            return {}
        return {**FAMILIES[self.decoder.name].decode, "noautorotate": None}

    def encode(self, recipe: ProxyRecipe) -> Arguments:
        """Output options for the picture."""
        return FAMILIES[self.encoder.name if self.encoder else SOFTWARE].encode(recipe)

    def scaled(self, stream: Any, size: tuple[int, int], deep: bool = False) -> Any:
        """Scale frames on the device. deep: keep 10 bit where they have them."""
        family = self._decoding
        options = dict(family.scale_options)
        if deep:
            options.pop("out_range", None)
        if family.converts_depth:
            options["format"] = "p010le" if deep else "nv12"
        return stream.filter(family.scale, w=size[0], h=size[1], **options).filter("setsar", 1)

    def downloaded(self, stream: Any, deep: bool = False) -> Any:
        """Bring scaled frames to memory."""
        kept = "p010le" if deep else "nv12"
        form = kept if self._decoding.converts_depth else KINDS[self.kind].downloads
        return stream.filter("hwdownload").filter("format", form)

    def brought_down(self, stream: Any, video: VideoStream, size: tuple[int, int]) -> Any:
        """Scale on the device, bring the small frames to memory and turn them upright.

        The rest is as in software: `picture.upright`, which finds the size right already, or scales itself
        what the device's scaler cannot.
        """
        lying = size[::-1] if video.rotation % 180 else size
        if not _scales(self._decoding, video, lying):
            lying = video.width, video.height
        small = self.downloaded(self.scaled(stream, lying, deep=video.hdr), deep=video.hdr)
        for direction in _TURNS.get(video.rotation, ()):
            small = small.filter("transpose", direction)
        return small.filter("sidedata", mode="delete", type="DISPLAYMATRIX") if video.rotation else small

    def uploaded(self, stream: Any) -> Any:
        """Frames where the encoder takes them from."""
        for text in FAMILIES[self.encoder.name].upload if self.encoder else ():
            name, _, value = text.partition("=")
            stream = stream.filter(name, *([value] if value else []))
        return stream

    @property
    def _decoding(self) -> Family:
        assert self.decoder is not None
        return FAMILIES[self.decoder.name]


IN_SOFTWARE = Plan()


def proxy_plans(
    video: VideoStream, size: tuple[int, int], recipe: ProxyRecipe, found: Sequence[Acceleration]
) -> tuple[Plan, ...]:
    """The plans for a proxy of `size`, the one that uses most hardware first.

    found: as `detect` gives them; software is the last plan if it is among those that work.
    """
    software = (IN_SOFTWARE,) if any(one.name == SOFTWARE and one.works for one in found) else ()
    if recipe.codec == "prores":
        return (IN_SOFTWARE,)
    hardware = [one for one in found if one.name != SOFTWARE]
    fits = min(size) >= SMALLEST and max(size) <= LARGEST_ENCODED
    encoders = [one for one in hardware if one.works and fits]
    kind = kind_of(video) or ""
    decoders = [one for one in hardware if kind and kind in one.decodes]
    both = [
        Plan(decoder, encoder, kind, _direct(video, size, kind, encoder.name))
        for encoder in encoders
        for decoder in decoders
        if decoder.name == encoder.name
    ]
    decode_only = [Plan(decoders[0], kind=kind)] if decoders and software else []
    return (*both, *(Plan(encoder=one) for one in encoders), *decode_only, *software)


def _scales(family: Family, video: VideoStream, size: tuple[int, int]) -> bool:
    """Whether the family's scaler makes frames of `size` of the video's, as they are coded."""
    if not family.shrinks_both_sides_only:
        return True
    changes = (size[0] - video.width, size[1] - video.height)
    return not (0 in changes and min(changes) < 0)


def _direct(video: VideoStream, size: tuple[int, int], kind: str, name: str) -> bool:
    """Whether scaling is all that a picture needs and the family's scaler can do it."""
    family = FAMILIES[name]
    right_range = family.converts_range or not (
        video.color_range == "pc" or video.pixel_format.startswith("yuvj")
    )
    right_depth = family.converts_depth or KINDS[kind].downloads == "nv12"
    right_size = _scales(family, video, size)
    return right_range and right_depth and right_size and not video.hdr and not video.rotation


def preview_plans(media: MediaInfo, sparse: bool, found: Sequence[Acceleration]) -> tuple[Plan, ...]:
    """The plans for a preview: hardware where whole stretches are decoded, and there is much to decode.

    sparse: single key frames, which hardware is slow to jump between; that is software's work.
    """
    video = media.video
    if video is None or sparse or media.kind is not MediaKind.VIDEO:
        return (IN_SOFTWARE,)
    pixels = video.width * video.height * float(video.rate or 25) * (media.duration or 0.0)
    kind = kind_of(video)
    decoders = [one for one in found if one.name != SOFTWARE and kind in one.decodes]
    if not decoders or kind is None or pixels < WORTH_STARTING:
        return (IN_SOFTWARE,)
    return (Plan(decoders[0], kind=kind), IN_SOFTWARE)
