"""Which bytes of a file an excerpt takes: the index of its container, and the packets of the part."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from dampipe.kernel.stage_io import FileParts
from dampipe.media.excerpt.packets import CopiedPacket
from dampipe.media.excerpt.span import WantedSpan
from dampipe.media.ffmpeg.allowlist import formats_of_container
from dampipe.media.ffmpeg.sandbox import Sandbox
from dampipe.media.packet_index.reader import Packet, read_indexes

SOUND_MARGIN = 1.0
"""Seconds of sound before and after the part: its packets do not begin where those of the picture do."""
ROUNDING = 2e-6
"""Seconds."""


@dataclass
class PacketParts:
    """The packets of a file whose bytes are fetched as far as they are needed."""

    parts: FileParts
    start: float
    """Where the part begins at the latest, as a time in the file, in seconds."""
    end: float
    """Where it ends."""
    streams: Sequence[Sequence[Packet]]
    """The packets of each stream that is copied, in the order of their times."""
    first: int = 0
    """The packet of the first stream with which the part begins."""
    behind: int = 0
    """The one after those that are fetched."""

    @classmethod
    def read(cls, sandbox: Sandbox, parts: FileParts, wanted: WantedSpan) -> "PacketParts | None":
        """Read the index, and fetch what a demuxer reads first. None where the index does not have the whole part."""
        found = read_indexes(sandbox, parts, wanted.streams, formats_of_container(wanted.media.container))
        if found is None:
            return None
        end = float(wanted.origin + wanted.end + wanted.reordering)
        streams = [sorted(packets, key=lambda packet: packet.time) for packets in found]
        if streams[0][-1].time + SOUND_MARGIN < float(
            wanted.origin + wanted.end
        ):  # of fragments, only the first ones
            return None
        parts.fetch([(packets[0].start, packets[0].end) for packets in streams])
        return cls(parts, float(wanted.origin + wanted.start + wanted.slack), end, streams)

    def fetch_keys(self) -> None:
        """Fetch the key frames with one of which the part begins: demuxers look into them."""
        keys = [packet for packet in self.streams[0] if packet.is_key]
        behind = _row(keys, self.start)
        self.parts.fetch([(packet.start, packet.end) for packet in keys[max(0, behind - 2) : behind]])

    def fetch(self, begin: CopiedPacket) -> bool:
        """Fetch the packets of the part, which begins with one of the first stream; False if the index has it not."""
        at = begin.decoded_at if begin.decoded_at is not None else begin.shown_at
        if at is None:
            return False
        packets = self.streams[0]
        self.first = _row(packets, float(at) - ROUNDING)
        if self.first == len(packets) or packets[self.first].time > float(at) + ROUNDING:
            return False
        self.behind = min(_row(packets, self.end) + 1, len(packets))
        wanted = list(packets[self.first : self.behind])
        start = packets[self.first].time
        for others in self.streams[1:]:
            row = max(0, _row(others, start - SOUND_MARGIN) - 1)
            wanted += others[row : _row(others, self.end + SOUND_MARGIN)]
        self.parts.fetch([(packet.start, packet.end) for packet in wanted])
        return True

    def are_copied(self, sizes: Sequence[int]) -> bool:
        """Whether packets of these sizes are those that were fetched, of the first stream, from the first one on."""
        expected = [packet.size for packet in self.streams[0][self.first : self.behind]]
        return bool(sizes) and list(sizes) == expected[: len(sizes)]


def _row(packets: Sequence[Packet], time: float) -> int:
    """The first packet that is decoded at a time or after it."""
    return bisect_left(packets, time, key=lambda packet: packet.time)
