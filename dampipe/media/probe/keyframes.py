"""The key frame interval, read without decoding: from the container's index, otherwise from packets."""

from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from dampipe.media.probe.packets import packets_of

SCAN_SECONDS = 20.0
SCAN_BYTES = 64 << 20
"""Maximum that is read to find key frames: 20 s at 25 Mbit/s."""
_INDEX_ENTRIES = 200_000


def keyframe_interval(container: InputContainer, stream: VideoStream) -> float | None:
    """Longest distance between key frames in seconds, or None when fewer than two were found.

    Reads the whole index if the container has one of all frames (MP4, MOV, AVI), otherwise the first
    20 s. Footage that is shorter than its first group of pictures has no interval.
    """
    if stream.time_base is None:
        return None
    entries = stream.index_entries
    count = len(entries)
    if 1 < count <= _INDEX_ENTRIES:
        keys = [entry.timestamp for entry in entries if entry.is_keyframe]
        if len(keys) < count or count == stream.frames:
            # An index of key frames only (the cues of Matroska) may be incomplete, so it is not used.
            return _longest(keys, entries[count - 1].timestamp, stream.time_base)
    return _from_packets(container, stream)


def _from_packets(container: InputContainer, stream: VideoStream) -> float | None:
    assert stream.time_base is not None
    keys: list[int] = []
    first = last = None
    size = 0
    for packet in packets_of(container, stream):
        stamp = packet.dts if packet.dts is not None else packet.pts
        size += packet.size
        if stamp is not None:
            first = stamp if first is None else first
            last = stamp
            if packet.is_keyframe:
                keys.append(stamp)
            if (stamp - first) * stream.time_base > SCAN_SECONDS:
                break
        if size > SCAN_BYTES:
            break
    return _longest(keys, last, stream.time_base)


def _longest(keys: list[int], last: int | None, time_base: Any) -> float | None:
    """The longest distance between key frames; the last one is measured to the end of what was read."""
    if not keys or last is None:
        return None
    keys = sorted(keys)
    steps = [b - a for a, b in zip(keys, [*keys[1:], max(last, keys[-1])], strict=True)]
    longest = max(steps)
    if len(keys) == 1 and longest * time_base <= 0:
        return None
    return float(longest * time_base)
