"""Identifiers by which files belong together, as cameras and phones write them."""

import io
import struct
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.probe.group_identifiers import apple_texts
from dampipe.media.probe.prober import Prober

CONTENT = "0F5C8E52-9C9D-4B1A-8C1E-5D0C7E7A1B22"
BURST = "7B3A6B0E-2D41-4C57-9E6F-0A1B2C3D4E5F"


def apple_note(texts: dict[int, str]) -> bytes:
    """A maker note as Apple writes it."""
    entries, data = b"", b""
    start = 14 + 2 + 12 * (len(texts) + 1) + 4
    for tag, text in sorted(texts.items()):
        value = text.encode() + b"\0"
        entries += struct.pack(">HHII", tag, 2, len(value), start + len(data))
        data += value
    entries = struct.pack(">HHIi", 1, 9, 1, 14) + entries
    return b"Apple iOS\0\0\1MM" + struct.pack(">H", len(texts) + 1) + entries + bytes(4) + data


def jpeg(path: Path, note: bytes = b"", xmp: str = "", tail: bytes = b"") -> Path:
    exif = Image.Exif()
    if note:
        exif.get_ifd(ExifTags.IFD.Exif)[0x927C] = note
    out = io.BytesIO()
    more = {"xmp": xmp.encode()} if xmp else {}
    Image.new("RGB", (64, 48), "red").save(out, "JPEG", exif=exif, **more)
    path.write_bytes(out.getvalue() + tail)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=1")
    run_ffmpeg(ffmpeg, ["-y", *source, "-c:v", "libx264", str(path)], Limits(seconds=60))
    return path.read_bytes()


def test_a_live_photo_and_its_film_have_one_identifier(
    tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober
) -> None:
    photo = jpeg(tmp_path / "a.jpg", apple_note({0x11: CONTENT}))
    film = tmp_path / "a.mov"
    source = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=1", "-movflags", "use_metadata_tags")
    tag = ("-metadata", f"com.apple.quicktime.content.identifier={CONTENT}")
    run_ffmpeg(ffmpeg, ["-y", *source, "-c:v", "libx264", *tag, str(film)], Limits(seconds=60))
    assert prober.probe(str(photo)).content_id == prober.probe(str(film)).content_id == CONTENT


def test_bursts_of_apple_and_google(tmp_path: Path, prober: Prober) -> None:
    apple = jpeg(tmp_path / "a.jpg", apple_note({0x0B: BURST}))
    google = jpeg(tmp_path / "b.jpg", xmp=f'<rdf:Description GCamera:BurstID="{BURST}"/>')
    assert prober.probe(str(apple)).burst_id == prober.probe(str(google)).burst_id == BURST


@pytest.mark.parametrize("kind", ["container", "container with a gain map", "offset", "samsung"])
def test_the_film_inside_a_motion_photo(tmp_path: Path, prober: Prober, film: bytes, kind: str) -> None:
    item = '<Container:Item Item:Mime="video/mp4" Item:Semantic="MotionPhoto" Item:Length="{}" Item:Padding="0"/>'
    first = (
        '<Container:Item Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0" Item:Padding="0"/>'
    )
    gain = '<Container:Item Item:Mime="image/jpeg" Item:Semantic="GainMap" Item:Length="9"/>'
    head = '<rdf:Description GCamera:MotionPhoto="1"/>'
    path = tmp_path / "a.jpg"
    if kind == "container":
        jpeg(path, xmp=head + first + item.format(len(film)), tail=film)
    elif kind == "container with a gain map":
        jpeg(path, xmp=head + first + gain + item.format(len(film)), tail=b"gain map." + film)
    elif kind == "offset":
        xmp = f'<rdf:Description GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(film)}"/>'
        jpeg(path, xmp=xmp, tail=film)
    else:
        name = b"MotionPhoto_Data"
        block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + film
        directory = (
            b"SEFH" + struct.pack("<II", 107, 1) + struct.pack("<HHII", 0, 0x0A30, len(block), len(block))
        )
        jpeg(path, tail=block + directory + struct.pack("<I", len(directory)) + b"SEFT")
    found = prober.probe(str(path)).embedded_film
    assert found is not None
    assert path.read_bytes()[found.offset : found.offset + found.length] == film


@pytest.mark.parametrize(
    ("xmp", "tail"),
    [
        ('<x GCamera:MotionPhoto="1"/><y Item Semantic="MotionPhoto" Length="999999999999"/>', b""),
        ('<x GCamera:MicroVideo="1" GCamera:MicroVideoOffset="12"/>', b"no film here"),
        ('<x GCamera:MicroVideo="1" GCamera:MicroVideoOffset="99999999999999999999"/>', b""),
        ("", b"SEFH" + struct.pack("<I", 2**32 - 1) + b"SEFT"),
        ("", struct.pack("<I", 8) + b"SEFT"),
    ],
)
def test_what_does_not_fit_is_left_out(tmp_path: Path, prober: Prober, xmp: str, tail: bytes) -> None:
    media = prober.probe(str(jpeg(tmp_path / "a.jpg", xmp=xmp, tail=tail)))
    assert media.embedded_film is None


def test_a_plain_photo_has_no_identifiers(tmp_path: Path, prober: Prober) -> None:
    media = prober.probe(str(jpeg(tmp_path / "a.jpg")))
    assert (media.content_id, media.burst_id, media.embedded_film) == (None, None, None)


@pytest.mark.parametrize("cut", range(0, 80, 3))
def test_a_cut_maker_note_gives_what_is_there(cut: int) -> None:
    note = apple_note({0x11: CONTENT})
    assert set(apple_texts(note[: len(note) - cut])) <= {0x11}


def test_a_maker_note_of_another_make_gives_nothing() -> None:
    assert apple_texts(b"Nikon\0\2\x10\0\0MM\0*" + bytes(100)) == {}
