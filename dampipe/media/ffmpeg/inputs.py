"""How ffmpeg opens footage: as untrusted input, by its absolute path, restricted by allow-lists.

A graph is built with ffmpeg-python on a placeholder; the real path is substituted after compilation,
since ffmpeg-python cannot handle names that are not UTF-8. Outputs are plain names in the working
directory of the command.
"""

from collections.abc import Collection
from typing import Any

import ffmpeg as graphs

from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, MOTION_JPEG, PROTOCOLS, file_url, formats_of_container
from dampipe.media.info import MediaInfo, MediaKind

STILL_DEMUXER = "ppm_pipe"
"""ffmpeg gets a still as plain pixels only."""

JUMPING_FORMATS = frozenset({"mpegts", "mpeg", "mpegvideo"})
"""Demuxers that ffmpeg flags as having discontinuous time stamps."""

_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""ffmpeg's own decoders of these codecs ignore transparency."""
_PLACEHOLDER = "footage:"


def footage_input(media: MediaInfo, **options: Any) -> Any:
    """The file as the input of a graph (an ffmpeg-python stream); `options` go before -i."""
    restrictions: dict[str, Any] = {
        "protocol_whitelist": PROTOCOLS,
        "format_whitelist": formats_of_container(media.container),
        "max_pixels": MAX_PIXELS,
    }
    if media.early and "itsoffset" not in options:
        # ffmpeg gives what is shown before the start negative times, and the outputs would lack it.
        restrictions["itsoffset"] = f"{media.early:.6f}"
    if media.video is not None and media.video.alpha and media.video.codec in _ALPHA_DECODERS:
        restrictions["c:v"] = _ALPHA_DECODERS[media.video.codec]
    if media.container == MOTION_JPEG:
        restrictions["f"] = MOTION_JPEG
    if media.kind is MediaKind.STILL:
        restrictions |= {"f": STILL_DEMUXER, "format_whitelist": STILL_DEMUXER}
    return graphs.input(_PLACEHOLDER, **restrictions, **options)


def timeline_outputs(footage: Any, media: MediaInfo, used: Collection[int]) -> list[Any]:
    """Outputs that write nothing, for the picture and sound tracks that are not among `used` (stream indexes).

    In formats whose time stamps may jump (MPEG-TS, MPEG-PS, VOB), ffmpeg counts times from the start of the earliest
    stream that a command reads, and closes jumps where one of these streams has them. So that all passes have the same
    times, each of them reads all streams.
    """
    if media.container not in JUMPING_FORMATS:
        return []
    indexes = [media.video.index] if media.video is not None else []
    indexes += [track.index for track in media.audio]
    return [footage[str(n)].output("-", f="null", c="copy") for n in indexes if n not in used]


def graph_arguments(path: str, *outputs: Any) -> list[str]:
    """Compile the arguments of one ffmpeg that reads `path` and writes all `outputs` (ffmpeg-python outputs).

    path: absolute or relative, any bytes (surrogate escapes included); never interpreted as an option,
    a URL or a pattern.
    """
    graph = outputs[0] if len(outputs) == 1 else graphs.merge_outputs(*outputs)
    return [file_url(path) if item == _PLACEHOLDER else item for item in graphs.get_args(graph)]
