"""Time stamps of the frames at the beginning of a stream, read without decoding, to find its frame rates."""

from fractions import Fraction

from av.container import InputContainer
from av.video.stream import VideoStream

from dampipe.media.frame_rate import Rates, find_rates
from dampipe.media.probe.packets import packets_of, rewind

MAX_PACKETS = 400
MAX_BYTES = 32 << 20
"""Maximum that is read to find the frame rate where the container has no index of its frames."""
_MAX_ENTRIES = 20_000
_FIXED_RATE = frozenset({"mxf", "avi", "dv", "gxf", "image2", "dirac"})
"""Formats with one rate for the whole stream, which time stamps are derived from."""


def stream_rates(container: InputContainer, stream: VideoStream) -> Rates:
    """The nominal and average rate of a stream, and whether it varies. Moves the read position."""
    declared = (stream.guessed_rate, stream.base_rate, stream.codec_context.framerate, stream.average_rate)
    tick = stream.time_base or Fraction(1, 1000)
    return find_rates(declared, stream.average_rate, _time_stamps(container, stream), tick)


def _time_stamps(container: InputContainer, stream: VideoStream) -> list[int]:
    """Of consecutive frames; none if the format has a fixed rate or some frames have no time stamp."""
    if stream.time_base is None or container.format.name in _FIXED_RATE:
        return []
    entries = stream.index_entries
    count = len(entries)
    if count > 1 and count == stream.frames:
        return [entries[number].timestamp for number in range(min(count, _MAX_ENTRIES))]
    rewind(container, stream)
    found: list[int] = []
    size = without = 0
    decoded = None
    try:
        for packet in packets_of(container, stream):
            size += packet.size
            if packet.dts is not None:
                if decoded is not None and packet.dts < decoded:
                    break  # joined recordings: what follows has the same times
                decoded = packet.dts
            if packet.pts is not None:
                found.append(packet.pts)
            elif packet.size:
                without += 1
            if len(found) >= MAX_PACKETS or size > MAX_BYTES:
                break
    except (OSError, ValueError):
        pass  # a damaged end is reported by the passes that decode
    # Frames at the cut that are shown later than others are incomplete: pictures are stored in coding order.
    return sorted(found)[:-4] if not without and len(found) >= MAX_PACKETS else ([] if without else found)
