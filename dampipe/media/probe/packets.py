"""Packets of a container, also where streams appear while it is read."""

from collections.abc import Iterator
from typing import Any

from av.container import InputContainer


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
