"""How footage is opened, everywhere: as hostile input, by its absolute name, through allow-lists.

A graph is built with ffmpeg-python on a stand-in for the file, and the real name is put in after
compiling: ffmpeg-python cannot carry names that are no UTF-8. Outputs are plain names in the folder
that the command runs in.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.media.ffmpeg.allowlist import FORMATS, MAX_PIXELS, PROTOCOLS, file_url
from dampipe.media.info import MediaInfo, MediaKind

STILL = "ppm_pipe"
"""The demuxer of stills: of plain pixels, that is all that ffmpeg sees of a still."""

_STAND_IN = "footage:"


def footage(media: MediaInfo, **options: Any) -> Any:
    """The file as an input of a graph (an ffmpeg-python stream); `options` go before -i."""
    opening: dict[str, Any] = {
        "protocol_whitelist": PROTOCOLS,
        "format_whitelist": FORMATS,
        "max_pixels": MAX_PIXELS,
    }
    if media.kind is MediaKind.STILL:
        opening |= {"f": STILL, "format_whitelist": STILL}
    return graphs.input(_STAND_IN, **opening, **options)


def arguments(path: str, *outputs: Any) -> list[str]:
    """The arguments of one ffmpeg that reads `path` and writes all `outputs` (ffmpeg-python outputs).

    path: absolute or not, any bytes (surrogate escapes included); never taken as an option, a URL
    or a pattern.
    """
    graph = outputs[0] if len(outputs) == 1 else graphs.merge_outputs(*outputs)
    return [file_url(path) if item == _STAND_IN else item for item in graphs.get_args(graph)]
