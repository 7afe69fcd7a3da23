"""Reads containers with PyAV: streams, colours, key frames, tags. Runs in the probe helper."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from dampipe.media.color_codes import COLOR_SPACES, PRIMARIES, TRANSFERS, tag
from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS, demuxer_of, file_url, formats_of
from dampipe.media.probe import camera_facts, ixml, p2_clip, xmp
from dampipe.media.probe.bare_streams import counted_duration, is_bare
from dampipe.media.probe.chunks import read_facts
from dampipe.media.probe.codec_names import unknown_codecs
from dampipe.media.probe.container_metadata import (
    Tags,
    camera_name,
    dates,
    folded,
    start_of_day,
    timecode,
)
from dampipe.media.probe.diagnosis import NOT_DECODED
from dampipe.media.probe.group_identifiers import content_id
from dampipe.media.probe.keyframes import keyframe_interval
from dampipe.media.probe.length import early_by, header_duration, start_in_file, start_of
from dampipe.media.probe.main_picture import footage_first
from dampipe.media.probe.mdpm import Mdpm
from dampipe.media.probe.mdpm import parse as parse_mdpm
from dampipe.media.probe.packets import packets_of, rewind
from dampipe.media.probe.recording_time import Candidate, best_plausible, in_name
from dampipe.media.probe.time_stamps import stream_rates

OPEN_TIMEOUT = 15.0
_WITH_BLANKING = ((720, 608), (720, 512))
"""Sizes of IMX (D-10) pictures with the lines of the vertical blanking interval above them."""
_BLANKING_LINES = 32


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
            file_url(path),
            format=demuxer_of(path),
            options=options,
            metadata_errors="replace",
            timeout=(OPEN_TIMEOUT, OPEN_TIMEOUT),
        )

    with opened() as container:
        if not is_bare(container):
            return _media(container, path)
    with opened() as container:
        length = counted_duration(container)
    with opened() as container:
        return _media(container, path, length)


def _media(container: InputContainer, path: str, counted: float | None = None) -> dict[str, Any]:
    """counted: the duration of a video stream without a container, which can be read once, from its beginning."""
    warnings: list[str] = []
    pictures = list(container.streams.video)
    sounds = list(container.streams.audio)
    if not pictures and not sounds:
        raise NoStreams("no streams")
    codecs = unknown_codecs(container)
    pictures = _decodable(pictures, "its picture has", "pictures have", codecs, warnings)
    sounds = _decodable(sounds, "its sound track has", "sound tracks have", codecs, warnings, _is_known)
    if not pictures and not sounds:
        raise NoStreams(f"Unknown codec {', '.join(codecs.values())}")
    pictures = footage_first(container, pictures, bool(sounds))
    if len(pictures) > 1:
        context = pictures[0].codec_context
        warnings.append(
            f"has {len(pictures)} video streams; number {pictures[0].index} "
            f"({context.width}×{context.height}) is used"
        )
        sounds = _of_same_program(container, pictures[0], sounds)
    duration, video, early = counted, None, 0.0
    about_length: list[str] = []
    is_seekable = not is_bare(container)
    if is_seekable:
        duration = header_duration(container, [*pictures[:1], *sounds], about_length)
    about_picture: list[str] = []
    if pictures:
        video = _video(container, pictures[0], about_picture)
        early = early_by(container, video.first) if is_seekable else 0.0
    if early:
        about_length.clear()
        rewind(container)
        found = header_duration(container, [*pictures[:1], *sounds], about_length, early)
        duration = None if found is None else round(found, 6)
    warnings += [*about_length, *about_picture]
    facts = _camera_facts(container, path, sounds, video, warnings)
    tracks = _audio_tracks(sounds)
    names = facts.pop("channel_names")
    if len(tracks) == 1 and len(names) <= tracks[0]["channels"]:
        tracks[0]["channel_names"] = names
    return {
        "kind": "video" if pictures else "audio",
        "container": container.format.name,
        "duration": duration,
        "start": start_of(container) - early,
        "early": early,
        "bit_rate": container.bit_rate or None,
        "video": None if video is None else video.fields,
        "audio": tracks,
        "data_streams": len(container.streams.data),
        **facts,
        "warnings": warnings,
    }


def _camera_facts(
    container: InputContainer, path: str, sounds: list[Any], video: "_Video | None", warnings: list[str]
) -> dict[str, Any]:
    """Recording time, time code and camera, from tags, the structure of the container, pictures and XMP."""
    tags = folded([dict(container.metadata), *(dict(stream.metadata) for stream in container.streams)])
    facts = read_facts(path, container.format.name)
    packets = [xmp.parse(facts.xmp) if facts.xmp else xmp.NOTHING, xmp.sidecar(path)]
    mdpm = (video.mdpm if video is not None else None) or Mdpm()
    rate = None if video is None else video.fields["rate"]
    found = camera_facts.read(
        path, container.format.name, tags, facts.xmp, float(Fraction(rate)) if rate else None, warnings
    )
    found.name("make", mdpm.make)
    found.name("model", mdpm.model)
    candidates = [Candidate("MDPM", mdpm.recorded)] if mdpm.recorded else []
    candidates += [
        *dates(tags),
        *(date for packet in packets for date in packet.dates),
        *found.dates,
        *in_name(path),
    ]
    code, base = timecode(tags, warnings), facts.timecode_base
    others = [(mdpm.timecode, None), *((packet.timecode, packet.timecode_base) for packet in packets)]
    for text, other_base in others:
        if code is None and text:
            code, base = timecode([{"timecode": text}], warnings), other_base
    recorded = best_plausible(candidates, warnings)
    recorder, recording = _recorder_facts(tags, facts.ixml), p2_clip.read(path)
    for name, said in (("scene", recorder.scene), ("takeNumber", recorder.take), ("tapeName", recorder.reel)):
        found.say(f"xmpDM:{name}", said)
    midnight = start_of_day(tags, sounds[0].codec_context.sample_rate or 0) if sounds else None
    midnight = recorder.since_midnight if midnight is None else midnight
    if code is None and (start := ixml.start_timecode(recorder, midnight)) is not None:
        code, base = start
    return {
        "timecode": code,
        "timecode_base": base if code else None,
        "start_of_day": midnight,
        "created_at": recorded.time.isoformat() if recorded is not None else None,
        "created_from": recorded.source if recorded is not None else None,
        "camera": camera_name(found.camera.get("make"), found.camera.get("model")),
        **found.json(),
        "scene": recorder.scene,
        "take": recorder.take,
        "reel": recorder.reel,
        "channel_names": recorder.tracks,
        "content_id": content_id(tags),
        "recording_id": recording.id,
        "recording_offset": recording.offset,
    }


def _recorder_facts(tags: list[Tags], packet: bytes | None) -> ixml.Ixml:
    """What a field recorder wrote: iXML, and where that lacks something the description of Broadcast WAVE."""
    facts, described = ixml.parse(packet) if packet else ixml.NOTHING, ixml.of_description(tags)
    tape = next((tags_["reel_name"] for tags_ in tags if tags_.get("reel_name")), None)
    return facts._replace(
        scene=facts.scene or described.scene,
        take=facts.take or described.take,
        reel=facts.reel or described.reel or tape,
        tracks=facts.tracks or described.tracks,
    )


def _of_same_program(container: InputContainer, picture: Any, sounds: list[Any]) -> list[Any]:
    """The sound tracks; if a transport stream carries several programs, that of the picture's comes first."""
    if container.format.name != "mpegts" or not sounds:
        return sounds
    best = container.streams.best("audio", related=picture)
    return sorted(sounds, key=lambda stream: best is not None and stream.index != best.index)


def _decodable(
    streams: list[Any],
    singular: str,
    plural: str,
    codecs: dict[int, str],
    warnings: list[str],
    is_known: Callable[[Any], bool] = lambda stream: stream.codec_context is not None,
) -> list[Any]:
    """The streams for which there is a decoder; the others cause a warning with the names of their codecs."""
    known = [stream for stream in streams if is_known(stream)]
    unknown = [stream for stream in streams if not is_known(stream)]
    if unknown:
        subject = f"{len(unknown)} of {len(streams)} {plural}" if len(streams) > 1 else singular
        names = sorted(filter(None, {codecs.get(stream.index) or _codec_name(stream) for stream in unknown}))
        warnings.append(f"{subject} an unknown format" + (f" ({', '.join(names)})" if names else ""))
    return known


def _codec_name(stream: Any) -> str | None:
    return None if stream.codec_context is None else str(stream.codec_context.name)


def _is_known(sound: Any) -> bool:
    """Whether there is a decoder, and its first packet is near enough to say how it sounds."""
    context = sound.codec_context
    return context is not None and bool(context.sample_rate and context.channels)


class _Video(NamedTuple):
    fields: dict[str, Any]
    """Of VideoStream, as JSON."""
    mdpm: Mdpm | None
    """What a camcorder wrote into the first picture."""
    first: float | None
    """The time stamp of the first picture, in seconds; None if unknown."""


def _video(container: InputContainer, stream: VideoStream, warnings: list[str]) -> _Video:
    codec = stream.codec_context
    # Must precede the decoding of the first frame, which moves the read position.
    interval = None if is_bare(container) else keyframe_interval(container, stream)
    if is_bare(container):  # which is read forwards only
        frame = _first_frame(container, stream, warnings)
        rates = stream_rates(container, stream)
    else:
        rates = stream_rates(container, stream)
        frame = _first_frame(container, stream, warnings)
    first = float(frame.pts * frame.time_base) if frame is not None and frame.pts is not None else None
    colors: Any = frame if frame is not None else codec
    pixel_format = frame.format if frame is not None else codec.format
    if pixel_format is None or codec.width <= 0 or codec.height <= 0:
        raise ValueError("could not find codec parameters")
    intra_only = bool(codec.codec.intra_only)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    crop_top = 0
    aspect = stream.sample_aspect_ratio or codec.sample_aspect_ratio
    if codec.codec.canonical_name == "mpeg2video" and (codec.width, codec.height) in _WITH_BLANKING:
        crop_top = _BLANKING_LINES
        aspect = _without_blanking(codec.width, codec.height, aspect)
    if intra_only and rates.nominal:
        interval = float(1 / rates.nominal)
    fields = {
        "index": stream.index,
        "codec": codec.codec.canonical_name,
        "profile": codec.profile,
        "width": codec.width,
        "height": codec.height - crop_top,
        "pixel_format": pixel_format.name,
        "bit_depth": max((component.bits for component in pixel_format.components), default=8),
        "rate": _fraction(rates.nominal),
        "average_rate": _fraction(rates.average),
        "variable_rate": rates.variable,
        "time_base": _fraction(stream.time_base),
        "start": start_in_file(container, stream, first),
        "sample_aspect": _fraction(aspect) or "1/1",
        "crop_top": crop_top,
        "alpha": any(component.is_alpha for component in pixel_format.components)
        or str(tags.get("alpha_mode")) == "1",
        # libav counts counter-clockwise: -90 means a clockwise rotation by 90 degrees.
        "rotation": -frame.rotation % 360 if frame is not None else 0,
        "interlaced": bool(frame.interlaced_frame) if frame is not None else False,
        "color_range": {1: "tv", 2: "pc"}.get(int(colors.color_range)),
        "color_space": tag(COLOR_SPACES, int(colors.colorspace)),
        "color_transfer": TRANSFERS.get(int(colors.color_trc)),
        "color_primaries": tag(PRIMARIES, int(colors.color_primaries)),
        "intra_only": intra_only,
        "keyframe_interval": interval,
    }
    return _Video(fields, None if frame is None else _mdpm(frame), first)


def _mdpm(frame: Any) -> Mdpm | None:
    try:
        side_data = list(frame.side_data)
    except ValueError:  # PyAV does not know all kinds of libav, such as the EXIF of Motion JPEG
        return None
    payloads = (bytes(data) for data in side_data if data.type.name == "SEI_UNREGISTERED")
    return next(filter(None, map(parse_mdpm, payloads)), None)


def _without_blanking(width: int, height: int, aspect: Fraction | None) -> Fraction:
    """The sample aspect of an IMX picture, whose display aspect is that of the visible lines: 4:3 or 16:9."""
    shape = float(width * (aspect or 1)) / height
    display = min((Fraction(4, 3), Fraction(16, 9)), key=lambda usual: abs(float(usual) - shape))
    return display * (height - _BLANKING_LINES) / width


def _first_frame(container: InputContainer, stream: VideoStream, warnings: list[str]) -> Any:
    """Decode the first frame, or return None. Only a frame has reliable rotation and colours."""
    stream.thread_count = 1
    if not is_bare(container):
        rewind(container, stream)
    try:
        for packets, packet in enumerate(packets_of(container, stream)):
            frames = packet.decode()
            if frames:
                return frames[0]
            if packets > 300:
                break
    except (
        OSError,
        ValueError,
        EOFError,
    ):  # EOFError: the decoder was told the end before, by an earlier reading
        pass
    warnings.append(NOT_DECODED)
    return None


def _audio_tracks(sounds: list[Any]) -> list[dict[str, Any]]:
    """The sound tracks. The streams of one IAMF track follow each other; all but the first are flagged as dependent."""
    tracks: list[tuple[dict[str, Any], list[Any]]] = []
    for stream in sounds:
        if stream.disposition & Disposition.dependent and tracks:
            tracks[-1][1].append(stream)
        else:
            tracks.append((_audio(stream), [stream]))
    for track, streams in tracks:
        if len(streams) > 1:
            # Streams of two channels are a left and a right one, the others are in the middle.
            counts = [stream.codec_context.channels or 0 for stream in streams]
            names = "+".join("FL+FR" if count == 2 else "+".join(["FC"] * count) for count in counts)
            track |= {"channels": sum(counts), "layout": f"{sum(counts)} channels ({names})"}
            track |= {"parts": [stream.index for stream in streams[1:]]}
    return [track for track, _ in tracks]


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
