"""Reads containers with PyAV: streams, colours, key frames, tags. Runs in the probe helper."""

import contextlib
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS, file_url, formats_of
from dampipe.media.probe.bare_streams import counted_duration, is_bare
from dampipe.media.probe.container_metadata import camera, created, timecode
from dampipe.media.probe.group_identifiers import content_id
from dampipe.media.probe.keyframes import keyframe_interval, measured_duration

OPEN_TIMEOUT = 15.0
_ENDS_EARLY_BY = 1.0
_ENDS_EARLY_SHARE = 0.05
"""A picture that ends more than a second and five per cent before the file causes a warning."""


class NoStreams(ValueError):
    """The container contains neither picture nor sound."""


def read_media(path: str) -> dict[str, Any]:
    """Read the fields of MediaInfo as JSON. Raises the errors of PyAV, and ValueError for inconsistent files."""
    options = {
        "protocol_whitelist": PROTOCOLS,
        "format_whitelist": formats_of(path),
        "max_pixels": str(MAX_PIXELS),
        "max_streams": "200",
    }

    def opened() -> InputContainer:
        return av.open(
            file_url(path), options=options, metadata_errors="replace", timeout=(OPEN_TIMEOUT, OPEN_TIMEOUT)
        )

    with opened() as container:
        if not is_bare(container):
            return _media(container)
    with opened() as container:
        length = counted_duration(container)
    with opened() as container:
        return _media(container, length)


def _media(container: InputContainer, counted: float | None = None) -> dict[str, Any]:
    """counted: the duration of a video stream without a container, which can be read once, from its beginning."""
    warnings: list[str] = []
    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    sounds = list(container.streams.audio)
    if not pictures and not sounds:
        raise NoStreams("no streams")
    pictures = _decodable(pictures, "its picture has", "pictures have", warnings)
    sounds = _decodable(sounds, "its sound track has", "sound tracks have", warnings)
    if not pictures and not sounds:
        raise NoStreams("Unknown codec")
    if len(pictures) > 1:
        warnings.append(f"has {len(pictures)} video streams; the first one is used")
    is_seekable = not is_bare(container)
    duration = _duration(container, [*pictures[:1], *sounds], warnings) if is_seekable else counted
    tag_sets = [dict(container.metadata), *(dict(stream.metadata) for stream in container.streams)]
    return {
        "kind": "video" if pictures else "audio",
        "container": container.format.name,
        "duration": duration,
        "bit_rate": container.bit_rate or None,
        "video": _video(container, pictures[0], warnings) if pictures else None,
        "audio": [_audio(stream) for stream in sounds],
        "data_streams": len(container.streams.data),
        "timecode": timecode(tag_sets),
        "created_at": created(tag_sets),
        "camera": camera(tag_sets),
        "content_id": content_id(tag_sets),
        "warnings": warnings,
    }


def _decodable(streams: list[Any], singular: str, plural: str, warnings: list[str]) -> list[Any]:
    """The streams for which there is a decoder; the others cause a warning."""
    known = [stream for stream in streams if stream.codec_context is not None]
    unknown = len(streams) - len(known)
    if unknown:
        subject = f"{unknown} of {len(streams)} {plural}" if len(streams) > 1 else singular
        warnings.append(f"{subject} an unknown format")
    return known


def _duration(container: InputContainer, streams: list[Any], warnings: list[str]) -> float | None:
    """Seconds of picture and sound; telemetry, which is often longer, is ignored."""
    total = container.duration / av.time_base if container.duration and container.duration > 0 else None
    own = [float(s.duration * s.time_base) if s.duration and s.time_base else None for s in streams]
    known = [seconds for seconds in own if seconds is not None]
    first = streams[0]
    if total is None and not known:
        measured = measured_duration(container, first)
        warnings.append("its header gives no duration" + ("" if measured is None else "; it was measured"))
        return measured
    longest = max(known) if len(known) == len(own) else max([*known, total or 0.0])
    if own[0] is not None and longest - own[0] > max(_ENDS_EARLY_BY, _ENDS_EARLY_SHARE * longest):
        stream_name = "picture" if first.type == "video" else "sound"
        warnings.append(f"the {stream_name} ends at {own[0]:.1f} s, the file at {longest:.1f} s")
    return longest


def _video(container: InputContainer, stream: VideoStream, warnings: list[str]) -> dict[str, Any]:
    codec = stream.codec_context
    # Must precede the decoding of the first frame, which moves the read position.
    interval = None if is_bare(container) else keyframe_interval(container, stream)
    frame = _first_frame(container, stream, warnings)
    colors: Any = frame if frame is not None else codec
    pixel_format = frame.format if frame is not None else codec.format
    if pixel_format is None or codec.width <= 0 or codec.height <= 0:
        raise ValueError("could not find codec parameters")
    rate = stream.average_rate or stream.guessed_rate
    intra_only = bool(codec.codec.intra_only)
    if intra_only and rate:
        interval = float(1 / rate)
    return {
        "index": stream.index,
        "codec": codec.codec.canonical_name,
        "profile": codec.profile,
        "width": codec.width,
        "height": codec.height,
        "pixel_format": pixel_format.name,
        "bit_depth": max((component.bits for component in pixel_format.components), default=8),
        "rate": _fraction(rate),
        "sample_aspect": _fraction(stream.sample_aspect_ratio or codec.sample_aspect_ratio) or "1/1",
        # libav counts counter-clockwise: -90 means a clockwise rotation by 90 degrees.
        "rotation": -frame.rotation % 360 if frame is not None else 0,
        "interlaced": bool(frame.interlaced_frame) if frame is not None else False,
        "color_range": {1: "tv", 2: "pc"}.get(int(colors.color_range)),
        "color_space": _COLOR_SPACES.get(int(colors.colorspace)),
        "color_transfer": _TRANSFERS.get(int(colors.color_trc)),
        "color_primaries": _PRIMARIES.get(int(colors.color_primaries)),
        "intra_only": intra_only,
        "keyframe_interval": interval,
    }


def _first_frame(container: InputContainer, stream: VideoStream, warnings: list[str]) -> Any:
    """Decode the first frame, or return None. Only a frame has reliable rotation and colours."""
    stream.thread_count = 1
    with contextlib.suppress(OSError):
        if not is_bare(container):
            container.seek(0, stream=stream, backward=True, any_frame=False)
    try:
        for packets, packet in enumerate(container.demux(stream)):
            frames = packet.decode()
            if frames:
                return frames[0]
            if packets > 300:
                break
    except (OSError, ValueError):
        pass
    warnings.append("its first frames cannot be decoded")
    return None


def _audio(stream: Any) -> dict[str, Any]:
    codec = stream.codec_context
    return {
        "index": stream.index,
        "codec": codec.codec.canonical_name if codec.codec is not None else codec.name,
        "sample_rate": codec.sample_rate or 0,
        "channels": codec.channels or 0,
        "layout": codec.layout.name if codec.layout else None,
        "language": stream.language if stream.language not in (None, "und") else None,
    }


def _fraction(value: Fraction | None) -> str | None:
    return f"{value.numerator}/{value.denominator}" if value and value > 0 else None


# Code points of ISO/IEC 23091-2 by the names that ffmpeg accepts.
_COLOR_SPACES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    14: "ictcp",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
}
_TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    11: "iec61966-2-4",
    12: "bt1361e",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
