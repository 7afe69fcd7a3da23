"""Start and length of a file by its container, without decoding.

All times count from the start of the earliest stream, as ffmpeg counts them and the proxy plays them. A container
may give the length from there (MP4) or the time stamp of its end (Matroska, by some writers), which is the same
unless the file starts late.
"""

from collections.abc import Sequence
from typing import Any

import av
from av.container import InputContainer

from dampipe.media.probe.packets import packets_of, rewind

MEASURE_BYTES = 1 << 30
"""Maximum that is read to measure a duration that is missing from the header."""
_END_BYTES = 64 << 20
"""Maximum that is read at the end of a file."""
_LATE = 0.05
"""Seconds; in a file that starts later, both readings of a header are compared with its last packets."""
_EARLY = 0.001
"""Seconds; containers round to that."""
_MAX_EARLY = 60.0
"""Seconds; what is further away is a jump of the time stamps."""
_ENDS_EARLY_BY = 1.0
_ENDS_EARLY_SHARE = 0.05
"""A picture that ends more than a second and five per cent before the file causes a warning."""


def start_of(container: InputContainer) -> float:
    """The time stamp, in seconds, at which the earliest stream starts by its first packet; 0 if unknown."""
    return float((container.start_time or 0) / av.time_base)


def early_by(container: InputContainer, first: float | None) -> float:
    """Seconds from the first picture to `start_of`, if that is later; else 0.

    first: the time stamp of the picture that is shown first, in seconds; None if unknown. The first packet gives the
    start, but the first group of pictures may be stored in an order in which it is shown last (VVC), or its time stamps
    may be negative.
    """
    early = 0.0 if first is None else round(start_of(container) - first, 6)
    return early if _EARLY < early < _MAX_EARLY else 0.0


def start_in_file(container: InputContainer, stream: Any, first: float | None = None) -> float:
    """Seconds from the start of the file to the start of a stream.

    first: the time stamp of its first picture, in seconds, which may be earlier than that of its first packet.
    """
    begin = _begin(stream, start_of(container))
    if first is not None:
        begin = min(begin, first - start_of(container))
    return round(max(0.0, begin), 6)


def header_duration(
    container: InputContainer, streams: Sequence[Any], warnings: list[str], early: float = 0.0
) -> float | None:
    """Seconds from the start of the file to the end of the last of `streams`; telemetry is often longer.

    streams: the picture, if any, and the sound tracks. early: as `early_by` says. Adds warnings for a missing duration,
    and for a picture that ends early.
    """
    start = start_of(container) - early
    ends = [_end(stream, start) for stream in streams]
    known = [end for end in ends if end is not None]
    total = _total(container, streams, start) if len(known) < len(ends) else None
    if total is None and not known:
        end = _last_end(container, streams, MEASURE_BYTES)
        rewind(container)
        warnings.append("its header gives no duration" + ("" if end is None else "; it was measured"))
        return None if end is None else end - start
    longest = max([*known, total or 0.0])
    first = ends[0]
    if first is not None and longest - first > max(_ENDS_EARLY_BY, _ENDS_EARLY_SHARE * longest):
        stream_name = "picture" if streams[0].type == "video" else "sound"
        warnings.append(f"the {stream_name} ends at {first:.1f} s, the file at {longest:.1f} s")
    return longest


def _end(stream: Any, start: float) -> float | None:
    """Seconds from the start of the file to the end of a stream, if its header has its duration."""
    if not stream.duration or not stream.time_base:
        return None
    return _begin(stream, start) + float(stream.duration * stream.time_base)


def _begin(stream: Any, start: float) -> float:
    if stream.start_time is None or not stream.time_base:
        return 0.0
    return float(stream.start_time * stream.time_base) - start


def _total(container: InputContainer, streams: Sequence[Any], start: float) -> float | None:
    """Seconds of the whole file by its header; None if the header has no duration."""
    total = (
        float(container.duration / av.time_base) if container.duration and container.duration > 0 else None
    )
    if total is None or abs(start) < _LATE:
        return total
    # Either the length or the time stamp of the end.
    candidates = [total, total - start] if total > start else [total]  # also if that is negative
    end = _end_by_seeking(container, streams, start + total) if len(candidates) > 1 else None
    return candidates[-1] if end is None else min(candidates, key=lambda length: abs(length - (end - start)))


def _end_by_seeking(container: InputContainer, streams: Sequence[Any], beyond: float) -> float | None:
    """The time stamp, in seconds, of the end of the last packets; None if they cannot be found at little cost."""
    # Without an index, the parser would read all of the file to find its end.
    if container.size > MEASURE_BYTES and not any(len(stream.index_entries) > 1 for stream in streams):
        return None
    try:
        container.seek(int(beyond * av.time_base), backward=True)
        return _last_end(container, streams, _END_BYTES)
    except (OSError, ValueError):
        return None
    finally:
        rewind(container)


def _last_end(container: InputContainer, streams: Sequence[Any], max_bytes: int) -> float | None:
    """The latest end, in seconds, of the packets from here on; None if there are more than `max_bytes`."""
    end, size = None, 0
    for packet in packets_of(container, *streams):
        size += packet.size
        if packet.pts is not None and packet.time_base is not None:
            packet_end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            end = packet_end if end is None else max(end, packet_end)
        if size > max_bytes:
            return None
    return end
