"""What libavformat does not read of QuickTime, MP4, WAV and AVI: the base of a time code track, XMP and iXML."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from dampipe.media.probe.xmp import MAX_BYTES
from dampipe.media.timecode import BASES

_PATH_TO_TRACKS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MAX_ATOMS = 10_000
"""Read of one file; footage has a few hundred before what is sought."""
_LENGTH_ELSEWHERE = 0xFFFFFFFF
_TMCD_LENGTH = 34
"""Of a sample description of a time code track, with its length and type."""


class ContainerFacts(NamedTuple):
    """Facts of a container beyond those of libavformat."""

    timecode_base: int | None = None
    """Frame numbers per second that the time code track of QuickTime counts."""
    xmp: bytes | None = None
    ixml: bytes | None = None


def read_facts(path: str, container: str) -> ContainerFacts:
    """Read them from the structure of the file. container: as libavformat names it. A damaged file has none."""
    try:
        with Path(path).open("rb") as stream:
            reader = AtomReader(stream, os.fstat(stream.fileno()).st_size)
            if container.startswith("mov"):
                return ContainerFacts(reader.timecode_base(), reader.quicktime_xmp())
            if container in ("wav", "avi"):
                chunks = reader.riff_chunks((b"_PMX", b"iXML"))
                return ContainerFacts(xmp=chunks.get(b"_PMX"), ixml=chunks.get(b"iXML"))
    except (OSError, ValueError):
        pass
    return ContainerFacts()


class Part(NamedTuple):
    """An atom: its type, and where its content is."""

    type: bytes
    start: int
    end: int


class AtomReader:
    """Walks the atoms of one file, at most MAX_ATOMS of them: a hostile file could consist of nothing else."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._left = MAX_ATOMS

    def timecode_base(self) -> int | None:
        """Of the first time code track."""
        for part in self.find(_PATH_TO_TRACKS, 0, self._size):
            self._stream.seek(part.start + 8)  # version, flags and number of entries
            entry = self._stream.read(_TMCD_LENGTH)
            if len(entry) == _TMCD_LENGTH and entry[4:8] == b"tmcd":
                scale, duration = int.from_bytes(entry[24:28]), int.from_bytes(entry[28:32])
                # Some cameras write 29 frame numbers for 29.97 frames per second.
                bases = (entry[32], round(scale / duration) if duration else 0)
                return next((base for base in bases if base in BASES), None)
        return None

    def quicktime_xmp(self) -> bytes | None:
        """The packet in the user data of the movie, or in an atom of its own."""
        for part in self.find((b"moov", b"udta", b"XMP_"), 0, self._size):
            return self.content(part.start, part.end)
        for part in self.find((b"uuid",), 0, self._size):
            self._stream.seek(part.start)
            if self._stream.read(len(_XMP_UUID)) == _XMP_UUID:
                return self.content(part.start + len(_XMP_UUID), part.end)
        return None

    def riff_chunks(self, names: Collection[bytes]) -> dict[bytes, bytes]:
        """The contents of the first chunks with these names, as far as they are not too long."""
        found: dict[bytes, bytes] = {}
        start, data_length = 12, None
        while self._left > 0 and len(found) < len(names):
            self._left -= 1
            self._stream.seek(start)
            header = self._stream.read(8)
            if len(header) < 8:
                break
            name, length = header[:4], int.from_bytes(header[4:], "little")
            if name == b"ds64":  # of RF64, whose chunk of samples may be longer than 4 GB
                data_length = int.from_bytes(self._stream.read(16)[8:], "little")
            elif name == b"data" and length == _LENGTH_ELSEWHERE and data_length is not None:
                length = data_length
            elif name in names and name not in found:
                content = self.content(start + 8, min(start + 8 + length, self._size))
                if content is not None:
                    found[name] = content
            start += 8 + length + length % 2
        return found

    def find(self, path: tuple[bytes, ...], start: int, end: int) -> Iterator[Part]:
        """The atoms at a path of types, between two places of the file."""
        for part in self.atoms(start, end):
            if part.type == path[0]:
                if len(path) == 1:
                    yield part
                else:
                    yield from self.find(path[1:], part.start, part.end)

    def atoms(self, start: int, end: int) -> Iterator[Part]:
        """The atoms between two places of the file."""
        while self._left > 0 and start + 8 <= end:
            self._left -= 1
            self._stream.seek(start)
            header = self._stream.read(16)
            if len(header) < 8:
                return
            length, content = int.from_bytes(header[:4]), 8
            if length == 1 and len(header) == 16:
                length, content = int.from_bytes(header[8:16]), 16
            elif length == 0:
                length = end - start
            if length < content:
                return
            yield Part(header[4:8], start + content, min(start + length, end))
            start += length

    def content(self, start: int, end: int, longest: int = MAX_BYTES) -> bytes | None:
        """The bytes between two places; None if there are more than `longest`."""
        if end - start > longest:
            return None
        self._stream.seek(start)
        return self._stream.read(max(0, end - start))
