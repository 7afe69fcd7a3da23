"""One frame of a proxy as a JPEG: the one that is in view at a time."""

from collections.abc import Sequence
from pathlib import Path

from dampipe.kernel.errors import BadMedia
from dampipe.media.box import Box
from dampipe.media.errors import NOTHING_DECODED
from dampipe.media.ffmpeg.allowlist import FORMATS, MAX_PIXELS, PROTOCOLS, file_url
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

NAME = "frame.jpg"
LIMITS = Limits(seconds=20, stall=15, file_size=1 << 26)
SPANS = (0.1, 1.0, 12.0)
"""Seconds before the time in which the frame in view is looked for, one after the other: a film has one in the first,
a slide show in the last."""
AHEAD = 0.0005
"""Times are rounded to milliseconds: a frame that begins this many seconds later is meant, too."""
LEAST = 16
"""Pixels of a side of a part."""


def read_frame(
    ffmpeg: Ffmpeg, path: Path, folder: Path, time: float | None, height: int | None, box: Box | None = None
) -> bytes:
    """The frame of a film that is in view at `time` (seconds; at its end the last one), or a picture where it is None.

    path: a proxy, or a JPEG. folder: an empty one to work in. height: pixels, at most; None: as it is. box: only this
    part of it. Raises StageError.
    """
    if time is None:
        _run(
            ffmpeg, ["-f", "jpeg_pipe", "-format_whitelist", "jpeg_pipe"], path, folder, _filters(height, box)
        )
        return _result(folder, path)
    for span in SPANS:
        begin = max(0.0, time - span)
        # ffmpeg ends at a whole frame after -t, so that the filter has the last word.
        wanted = ["-ss", f"{begin:.6f}", "-t", f"{time - begin + AHEAD:.6f}", "-format_whitelist", FORMATS]
        until = f"select='lte(t,{time - begin + AHEAD:.6f})',"
        _run(ffmpeg, wanted, path, folder, f"{until}{_filters(height, box)}")
        if (folder / NAME).exists():
            break
    return _result(folder, path)


def _run(ffmpeg: Ffmpeg, options: Sequence[str], path: Path, folder: Path, filters: str) -> None:
    """Write all frames that are read, each over the one before."""
    result = run_ffmpeg(
        ffmpeg,
        [
            *("-threads", "2", "-protocol_whitelist", PROTOCOLS, "-max_pixels", str(MAX_PIXELS)),
            *(*options, "-i", file_url(str(path))),
            *("-map", "0:v:0", "-vf", filters),
            *("-fps_mode", "passthrough", "-update", "1", "-q:v", "3", "-f", "image2", NAME),
        ],
        LIMITS,
        folder=folder,
    )
    if not result.ok and not (folder / NAME).exists():
        raise result.error


def _result(folder: Path, path: Path) -> bytes:
    try:
        return (folder / NAME).read_bytes()
    except FileNotFoundError as error:
        raise BadMedia(NOTHING_DECODED) from error


def _filters(height: int | None, box: Box | None) -> str:
    parts = []
    if box is not None:
        parts.append(
            f"crop=w='min(iw,max({LEAST},iw*{box.width:.6f}))':h='min(ih,max({LEAST},ih*{box.height:.6f}))'"
            f":x='iw*{box.left:.6f}':y='ih*{box.top:.6f}':exact=1"
        )
    size = "w=iw:h=ih" if height is None else f"w=-2:h='min({height},ih)'"
    parts.append(f"scale={size}:out_color_matrix=bt601:out_range=pc")  # as JPEG files are read
    return ",".join((*parts, "format=yuvj444p" if box is not None else "format=yuvj420p"))
