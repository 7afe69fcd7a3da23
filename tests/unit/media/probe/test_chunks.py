"""The structure of QuickTime and RIFF files: base of a time code track, XMP packets, and no end of hostile input."""

import struct
import time
from pathlib import Path
from random import Random

import pytest

from dampipe.media.probe.chunks import ContainerFacts, read_facts

RF64 = (
    b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"
    + struct.pack("<QQQI", 99, 3, 3, 0)
    + b"data\xff\xff\xff\xffabc\0"
)
UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def atom(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie(scale: int = 30_000, duration: int = 1001, frames: int = 30, *more: bytes) -> bytes:
    """A movie with a picture track and a time code track."""

    def track(entry: bytes) -> bytes:
        table = atom(b"stsd", struct.pack(">II", 0, 1), entry)
        return atom(b"trak", atom(b"tkhd", bytes(8)), atom(b"mdia", atom(b"minf", atom(b"stbl", table))))

    code = struct.pack(">6xHIIIIBx", 1, 0, 0, scale, duration, frames)
    return atom(b"ftyp", b"qt  ") + atom(
        b"moov", track(atom(b"avc1", bytes(70))), track(atom(b"tmcd", code)), *more
    )


@pytest.mark.parametrize(
    ("scale", "duration", "frames", "base"),
    [(30_000, 1001, 30, 30), (24_000, 1001, 24, 24), (90_000, 3003, 29, 30), (60_000, 1001, 60, 60), (1, 0, 0, None),
     (30_000, 1001, 255, 30), (7, 1, 7, None)],
)  # fmt: skip
def test_the_base_of_a_time_code_track(
    scale: int, duration: int, frames: int, base: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(movie(scale, duration, frames))
    assert read_facts(str(path), "mov,mp4").timecode_base == base
    assert read_facts(str(path), "matroska,webm") == ContainerFacts()


def test_packets(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, container in [
        (movie(30, 1, 30, atom(b"udta", atom(b"XMP_", b"<x/>"))), "mov,mp4"),
        (movie() + atom(b"uuid", bytes(16), b"no") + atom(b"uuid", UUID, b"<x/>"), "mov,mp4"),
        (movie() + struct.pack(">I4sQ", 1, b"uuid", 36) + UUID + b"<x/>", "mov,mp4"),
        (b"RIFF\0\0\0\0WAVEfmt \x03\0\0\0abc\0_PMX\x04\0\0\0<x/>", "wav"),
        (RF64 + b"_PMX\x04\0\0\0<x/>iXML\x04\0\0\0<y/>", "wav"),
    ]:
        path.write_bytes(content)
        facts = read_facts(str(path), container)
        assert facts.xmp == b"<x/>"
        assert facts.ixml == (b"<y/>" if b"iXML" in content else None)


@pytest.mark.parametrize("kind", [b"moov", b"trak", b"free", b"uuid"])
def test_a_file_of_nothing_but_atoms_ends_soon(kind: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(atom(kind) * 500_000)
    started = time.thread_time()  # of this thread: other processes do not count
    assert read_facts(str(path), "mov,mp4") == ContainerFacts()
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 500_000)
    assert read_facts(str(path), "wav") == ContainerFacts()
    assert time.thread_time() - started < 2


def test_damaged_files_have_no_facts_and_no_error(tmp_path: Path) -> None:
    random, path, whole = Random(1), tmp_path / "a.mov", movie() + atom(b"uuid", UUID, b"<x/>")
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random.randint(1, 12)):
            data[random.randrange(len(data))] = random.randrange(256)
        path.write_bytes(data[: random.randint(0, len(data))])
        read_facts(str(path), "mov,mp4")
        read_facts(str(path), "wav")
    assert read_facts(str(tmp_path / "none"), "mov,mp4") == ContainerFacts()
