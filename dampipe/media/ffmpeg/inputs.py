"""How ffmpeg opens footage: as untrusted input, by its absolute path, restricted by allow-lists.

A graph is built with ffmpeg-python on a placeholder; the real path is substituted after compilation,
since ffmpeg-python cannot handle names that are not UTF-8. Outputs are plain names in the working
directory of the command.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS, file_url, formats_of_container
from dampipe.media.info import MediaInfo, MediaKind

STILL_DEMUXER = "ppm_pipe"
"""ffmpeg gets a still as plain pixels only."""

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
    if media.video is not None and media.video.alpha and media.video.codec in _ALPHA_DECODERS:
        restrictions["c:v"] = _ALPHA_DECODERS[media.video.codec]
    if media.kind is MediaKind.STILL:
        restrictions |= {"f": STILL_DEMUXER, "format_whitelist": STILL_DEMUXER}
    return graphs.input(_PLACEHOLDER, **restrictions, **options)


def graph_arguments(path: str, *outputs: Any) -> list[str]:
    """Compile the arguments of one ffmpeg that reads `path` and writes all `outputs` (ffmpeg-python outputs).

    path: absolute or relative, any bytes (surrogate escapes included); never interpreted as an option,
    a URL or a pattern.
    """
    graph = outputs[0] if len(outputs) == 1 else graphs.merge_outputs(*outputs)
    return [file_url(path) if item == _PLACEHOLDER else item for item in graphs.get_args(graph)]
