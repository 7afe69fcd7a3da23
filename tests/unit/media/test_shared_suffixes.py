"""Where a suffix is that of media and of other files, the first bytes decide."""

import random

import pytest

from dampipe.media.filetypes import HEAD, is_media_content, needs_content, unknown_kind

DICE = random.Random(1)


def packets(size: int, offset: int = 0) -> bytes:
    """A transport stream with packets of `size` bytes; offset: bytes before the first sync byte."""
    body = b"".join(b"G" + DICE.randbytes(size - 1) for _ in range(12))
    return (DICE.randbytes(offset) + body)[:HEAD]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.ts", packets(188)),
        ("a.ts", packets(188, 77)),
        ("a.mts", packets(192, 4)),
        ("a.ts", packets(204)),
        ("a.mod", b"\0\0\1\xba\x44" + bytes(60)),
        ("a.mod", packets(188)),
        ("a.dat", b"RIFF\0\0\0\0CDXAfmt "),
        ("a.vob", b"\0\0\1\xba" + bytes(60)),
        ("a.raw", b"IIU\0" + bytes(60)),
        ("a.hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"),
        ("a.ts", bytes(HEAD)),  # damaged: its failure is shown
        ("a.mov", b"text that is not media"),
        ("a.rgb", b"\x01\xda\x01\x01" + bytes(60)),
        ("a.vst", bytes((0, 0, 2)) + bytes(15)),
        ("a.fits", b"SIMPLE  =                    T"),
        ("a.pcd", bytes(range(256)) * 4),
        ("a.pcx", b"\x0a\x05\x01\x08" + bytes(60)),
        ("a.vro", b"\0\0\1\xba\x44" + bytes(60)),
    ],
)
def test_media(name: str, head: bytes) -> None:
    assert is_media_content(name, head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("index.ts", b"import { a } from 'b';\n" * 40),
        ("GGGG.ts", b"G" * HEAD + b" is a letter"),
        ("uml.ts", "// Prüfung: größer als 0, 日本語\n".encode() * 20),
        ("utf16.ts", "const a = 1;".encode("utf-16")),
        ("latin1.ts", "// größer".encode("latin-1")),
        ("empty.ts", b""),
        (
            "de.ts",
            b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" language="de_DE">',
        ),
        ("index.mts", b"export {};\n"),
        ("go.mod", b"module example.org/x\n\ngo 1.22\n"),
        ("song.mod", b"Title".ljust(20, b"\0") + bytes(900)),
        ("iso.mod", b"\x1f\x8b\x08" + bytes(100)),
        ("cache.dat", bytes(range(256)) * 4),
        ("dump.raw", bytes(range(256)) * 4),
        ("scan.hdr", b"ENVI\nsamples = 100\n"),
        ("a.rm", b"rm -rf build\n"),
        ("board.dts", b"/dts-v1/;\n/ { };\n"),
        ("bench.nut", b"function main() {}\n"),
        ("pixels.rgb", bytes(range(256)) * 4),
        ("pixels.bw", b""),
        ("drawing.vst", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)),
        ("cloud.pcd", b"# .PCD v0.7\nVERSION 0.7\nDATA binary\n" + bytes(60)),
        ("config.pcx", b"<xml/>"),
        ("movie.vro", b"text\n"),
        ("wave.tak", b"take 1\n"),
        ("a.obu", b"o b u\n"),
        ("x.fits", b"fits well\n"),
    ],
)
def test_other_files(name: str, head: bytes) -> None:
    assert needs_content(name)
    assert not is_media_content(name, head)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.R3D", ".r3d"),
        ("README", ""),
        ("a.tar.gz", ".gz"),
        ("a.this-is-odd", ""),
        ("a." + "x" * 40, ""),
        ("a.mp4.part", None),
        ("a.xmp", None),
        ("a.AAE", None),
        ("a.thm", None),
        ("Thumbs.db", None),
        ("desktop.ini", None),
        (".DS_Store", None),
        ("._a.mov", None),
        ("~lock", None),
    ],
)
def test_kinds_that_are_counted(name: str, kind: str | None) -> None:
    assert unknown_kind(name) == kind
