"""Video streams without a container (H.264, HEVC, MPEG and others): they have no times, and are read forwards only."""

from av.container import InputContainer

from dampipe.media.probe.packets import packets_of

MAX_BYTES = 1 << 30
"""Maximum that is read to count the pictures."""
_FORMATS = frozenset(
    {"apv", "dirac", "h261", "h263", "h264", "hevc", "mjpeg", "mpegvideo", "obu", "vc1", "vvc"}
)


def is_bare(container: InputContainer) -> bool:
    """Whether the file is a video stream without a container: without times, and readable forwards only."""
    return container.format.name in _FORMATS


def counted_duration(container: InputContainer) -> float | None:
    """Seconds of a video stream without a container, by its pictures and its rate, reading up to 1 GiB.

    None if it is longer, or its rate is unknown.
    """
    stream = container.streams.video[0] if container.streams.video else None
    rate = (stream.codec_context.framerate or stream.guessed_rate or stream.average_rate) if stream else None
    if not stream or not rate:
        return None
    pictures = size = 0
    for packet in packets_of(container, stream):
        size += packet.size
        pictures += packet.size > 0
        if size > MAX_BYTES:
            return None
    return float(pictures / rate) if pictures else None
