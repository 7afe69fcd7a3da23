"""What cameras put into QuickTime and MP4 beside the tags: Sony's document, GoPro's telemetry, DJI's subtitles, Canon's
thumbnail with EXIF, Apple's name of a log curve.

At most MAX_ATOMS atoms are visited, and of a track the first samples of SAMPLES chunks are read.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dampipe.media.probe import camera_documents, dji_subtitles
from dampipe.media.probe.chunks import AtomReader, Part

SAMPLES = 8
"""Telemetry is in samples of a second; a camera may have no fix at the start."""
MAX_SAMPLE = 1 << 18
"""Bytes; longer samples are not read."""
_MAX_ENTRY = 1 << 16
_MAX_TABLE = 1 << 16
_STBL = (b"mdia", b"minf", b"stbl")
_APPLE_LOG = re.compile(rb"com\.apple\.[a-z0-9-]{1,40}\.apple-log(?:-(\d))?(?![\w-])")


class QuickTimeFacts(NamedTuple):
    """What was found; bytes as they stand in the file."""

    document: bytes | None = None
    """Sony's XML."""
    telemetry: tuple[bytes, ...] = ()
    """Payloads of GPMF: that of the whole file, then the first ones of its track."""
    subtitles: tuple[str, ...] = ()
    """The first ones of the first track of texts."""
    thumbnail: bytes | None = None
    """Canon's: a JPEG with EXIF."""
    log_profile: str | None = None


def read_facts(path: str) -> QuickTimeFacts:
    """Read a QuickTime or MP4. A damaged one has what stands before the damage."""
    with Path(path).open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        reader = AtomReader(stream, size)
        document = thumbnail = log_profile = None
        whole: list[bytes] = []
        telemetry: list[bytes] = []
        subtitles: list[str] = []
        try:
            for part in reader.atoms(0, size):
                if part.type == b"meta":
                    document = document or _document(reader, part)
                if part.type != b"moov":
                    continue
                for inner in reader.atoms(part.start, part.end):
                    if inner.type == b"meta":
                        document = document or _document(reader, inner)
                    elif inner.type == b"udta":
                        for atom in reader.atoms(inner.start, inner.end):
                            if atom.type == b"GPMF" and not whole:
                                whole += filter(None, [reader.content(atom.start, atom.end, MAX_SAMPLE)])
                            elif atom.type == b"meta":
                                document = document or _document(reader, atom)
                            elif atom.type == b"CNTH":
                                for image in reader.find((b"CNDA",), atom.start, atom.end):
                                    thumbnail = thumbnail or reader.content(image.start, image.end)
                    elif inner.type == b"trak":
                        track = _Track(reader, inner)
                        if track.format == b"gpmd" and not telemetry:
                            telemetry += track.samples()
                        elif track.format in (b"tx3g", b"text") and not subtitles:
                            subtitles += [text for text in map(_text, track.samples()) if text]
                        elif (match := _APPLE_LOG.search(track.description)) is not None:
                            log_profile = "Apple Log" + (f" {match[1].decode()}" if match[1] else "")
        except (OSError, ValueError, OverflowError):
            pass
    return QuickTimeFacts(document, (*whole, *telemetry), tuple(subtitles), thumbnail, log_profile)


def _document(reader: AtomReader, meta: Part) -> bytes | None:
    """The XML of a `meta` atom, which has a version in MP4 and none in QuickTime."""
    for start in (meta.start + 4, meta.start):
        for part in reader.find((b"xml ",), start, meta.end):
            return reader.content(part.start, part.end, camera_documents.MAX_BYTES)
    return None


class _Track:
    """The first samples of one track, by its tables."""

    def __init__(self, reader: AtomReader, trak: Part) -> None:
        self._reader = reader
        self._tables: dict[bytes, Part] = {}
        for stbl in reader.find(_STBL, trak.start, trak.end):
            for part in reader.atoms(stbl.start, stbl.end):
                self._tables.setdefault(part.type, part)
            break
        self.description = self._head(b"stsd", _MAX_ENTRY)
        self.format = self.description[12:16]
        """Four letters of the first sample description."""

    def samples(self) -> Iterator[bytes]:
        """The first sample of each of the first chunks."""
        sizes, chunks = self._head(b"stsz", _MAX_TABLE), self._head(b"stsc", _MAX_TABLE)
        offsets, width = self._head(b"stco", _MAX_TABLE), 4
        if not offsets:
            offsets, width = self._head(b"co64", _MAX_TABLE), 8
        same = int.from_bytes(sizes[4:8])
        number = 0
        for chunk in range(1, SAMPLES + 1):
            at = 8 + width * (chunk - 1)
            size = same or int.from_bytes(sizes[12 + 4 * number : 16 + 4 * number])
            if at + width > len(offsets) or not 0 < size <= MAX_SAMPLE:
                return
            start = int.from_bytes(offsets[at : at + width])
            yield self._reader.content(start, start + size) or b""
            number += _in_chunk(chunks, chunk)

    def _head(self, name: bytes, longest: int) -> bytes:
        part = self._tables.get(name)
        return (
            b""
            if part is None
            else self._reader.content(part.start, min(part.end, part.start + longest)) or b""
        )


def _in_chunk(table: bytes, chunk: int) -> int:
    """How many samples a chunk has, by the table of runs of chunks."""
    count = 1
    for at in range(8, len(table) - 11, 12):
        if int.from_bytes(table[at : at + 4]) > chunk:
            break
        count = int.from_bytes(table[at + 4 : at + 8])
    return count


def _text(sample: bytes) -> str:
    """The text of a sample of subtitles, which its length precedes."""
    return sample[2 : 2 + int.from_bytes(sample[:2])][: dji_subtitles.MAX_BYTES].decode("utf-8", "replace")
