"""Packets of a container, also where streams appear while it is read."""

import contextlib
from collections.abc import Iterator
from typing import Any

import av
from av.container import InputContainer

_BEFORE = 60
"""Seconds before the start; pictures in coding order are that far apart at most."""


def rewind(container: InputContainer, stream: Any = None) -> None:
    """Move the read position to the beginning.

    stream: whose key frames are sought; None: ffmpeg chooses one. MPEG-TS counts times modulo 26.5 hours: a file in
    which they wrap begins before zero, even if its first packet is shown later.
    """
    start = min(0.0, (container.start_time or 0) / av.time_base)
    target = start - _BEFORE if start < 0 or container.format.name == "mpegts" else 0.0
    unit = av.time_base if stream is None or stream.time_base is None else 1 / stream.time_base
    with contextlib.suppress(OSError):
        container.seek(int(target * unit), stream=stream, backward=True, any_frame=False)


def packets_of(container: InputContainer, *streams: Any) -> Iterator[Any]:
    """The packets of some streams, from the read position on.

    Formats without a table of streams (FLV, MPEG-TS) may have further ones later; PyAV raises IndexError for a
    packet of a stream that was not there when the file was opened. Those are left out.
    """
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except IndexError:
            packets = container.demux(*streams)  # continues behind that packet
            continue
        yield packet
