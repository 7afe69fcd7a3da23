"""What libavformat does not read of QuickTime, MP4, WAV and AVI: the base of a time code track, and XMP packets."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from dampipe.media.timecode import BASES

_PATH_TO_TRACKS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MAX_ATOMS = 5_000
"""Of one level; footage has a few hundred."""
_MAX_PACKET = 4 << 20
_TMCD_LENGTH = 34
"""Of a sample description of a time code track, with its length and type."""


class ContainerFacts(NamedTuple):
    """Facts of a container beyond those of libavformat."""

    timecode_base: int | None = None
    """Frame numbers per second that the time code track of QuickTime counts."""
    xmp: bytes | None = None


def read_facts(path: str, container: str) -> ContainerFacts:
    """Read them from the structure of the file. container: as libavformat names it. A damaged file has none."""
    try:
        with Path(path).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if container.startswith("mov"):
                return ContainerFacts(_timecode_base(stream, size), _quicktime_xmp(stream, size))
            if container in ("wav", "avi"):
                return ContainerFacts(xmp=_riff_xmp(stream, size))
    except (OSError, ValueError):
        pass
    return ContainerFacts()


class _Part(NamedTuple):
    """An atom or chunk: its type, and where its content is."""

    type: bytes
    start: int
    end: int


def _atoms(stream: BinaryIO, start: int, end: int) -> Iterator[_Part]:
    for _ in range(_MAX_ATOMS):
        if start + 8 > end:
            return
        stream.seek(start)
        header = stream.read(16)
        if len(header) < 8:
            return
        length, content = int.from_bytes(header[:4]), 8
        if length == 1 and len(header) == 16:
            length, content = int.from_bytes(header[8:16]), 16
        elif length == 0:
            length = end - start
        if length < content:
            return
        yield _Part(header[4:8], start + content, min(start + length, end))
        start += length


def _find(stream: BinaryIO, path: tuple[bytes, ...], start: int, end: int) -> Iterator[_Part]:
    for part in list(_atoms(stream, start, end)):
        if part.type == path[0]:
            if len(path) == 1:
                yield part
            else:
                yield from _find(stream, path[1:], part.start, part.end)


def _timecode_base(stream: BinaryIO, size: int) -> int | None:
    for part in _find(stream, _PATH_TO_TRACKS, 0, size):
        stream.seek(part.start + 8)  # version, flags and number of entries
        entry = stream.read(_TMCD_LENGTH)
        if len(entry) == _TMCD_LENGTH and entry[4:8] == b"tmcd":
            scale, duration = int.from_bytes(entry[24:28]), int.from_bytes(entry[28:32])
            # Some cameras write 29 frame numbers for 29.97 frames per second.
            bases = (entry[32], round(scale / duration) if duration else 0)
            return next((base for base in bases if base in BASES), None)
    return None


def _quicktime_xmp(stream: BinaryIO, size: int) -> bytes | None:
    for part in _find(stream, (b"moov", b"udta", b"XMP_"), 0, size):
        return _content(stream, part.start, part.end)
    for part in _find(stream, (b"uuid",), 0, size):
        if part.end - part.start > 16:
            stream.seek(part.start)
            if stream.read(16) == _XMP_UUID:
                return _content(stream, part.start + 16, part.end)
    return None


def _riff_xmp(stream: BinaryIO, size: int) -> bytes | None:
    start = 12
    for _ in range(_MAX_ATOMS):
        stream.seek(start)
        header = stream.read(8)
        if len(header) < 8:
            return None
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"_PMX":
            return _content(stream, start + 8, min(start + 8 + length, size))
        start += 8 + length + length % 2
    return None


def _content(stream: BinaryIO, start: int, end: int) -> bytes | None:
    if end - start > _MAX_PACKET:
        return None
    stream.seek(start)
    return stream.read(end - start)
