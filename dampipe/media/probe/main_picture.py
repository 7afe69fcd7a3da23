"""Which of several video streams is the footage: not the poster, the thumbnails or the small copy."""

import contextlib
from typing import Any

from av.container import InputContainer
from av.stream import Disposition

from dampipe.media.probe.packets import packets_of, rewind

_NOT_FOOTAGE = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_STILL_CODECS = frozenset({"mjpeg", "png", "bmp", "webp", "gif", "tiff", "jpeg2000", "jpegxl", "ppm"})
_MAX_PACKETS = 500
_MAX_BYTES = 64 << 20
"""Read to find out which streams have more than one frame."""


def footage_first(container: InputContainer, pictures: list[Any], has_sound: bool) -> list[Any]:
    """The video streams that are footage, the main one first.

    It is one that moves, is flagged as default, is the largest, and is the longest, in this order. Streams
    flagged as cover art or thumbnails are omitted if there is anything else, and so are single pictures beside
    footage or sound. Reads a few packets if this is in doubt.
    """
    others = [stream for stream in pictures if not stream.disposition & _NOT_FOOTAGE]
    if others or has_sound:
        pictures = others
    in_doubt = len(pictures) > 1 or (
        has_sound and any(_codec(stream) in _STILL_CODECS for stream in pictures)
    )
    if not in_doubt:
        return pictures
    moving = _moving(container, pictures)
    if moving or (has_sound and all(_codec(stream) in _STILL_CODECS for stream in pictures)):
        pictures = [stream for stream in pictures if stream.index in moving]
    return sorted(pictures, key=_rank)


def _codec(stream: Any) -> str:
    return str(stream.codec_context.codec.canonical_name)


def _rank(stream: Any) -> tuple[bool, int, float, int]:
    context = stream.codec_context
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    is_default = bool(stream.disposition & Disposition.default)
    return (not is_default, -context.width * context.height, -round(seconds, 1), stream.index)


def _moving(container: InputContainer, pictures: list[Any]) -> set[int]:
    """The indexes of the streams that have more than one frame, as far as their beginning shows."""
    counts = {stream.index: 0 for stream in pictures}
    size = 0
    with contextlib.suppress(OSError):
        for number, packet in enumerate(packets_of(container, pictures)):
            size += packet.size
            counts[packet.stream_index] += packet.size > 0
            if all(count > 1 for count in counts.values()) or number >= _MAX_PACKETS or size > _MAX_BYTES:
                break
    rewind(container)
    return {index for index, count in counts.items() if count > 1}
