"""Facts and texts of real files, as the probe finds them: stills by Pillow, films by ffmpeg, documents beside them."""

import struct
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.info import MediaInfo
from dampipe.media.probe.prober import Prober
from tests.support import camera_files as files

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def exif() -> Image.Exif:
    made = Image.Exif()
    made.update({271: "Canon", 272: "Canon EOS R5", 270: "Boats"})
    made.get_ifd(ExifTags.IFD.Exif).update({33434: 0.008, 33437: 2.8, 34855: 800, 37386: 35.0, 42033: "0123"})
    made.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 51.0, 27.72), 3: "E", 4: (2.0, 17.0, 42.0)})
    return made


@pytest.mark.parametrize("suffix", ["jpg", "tif", "png", "webp"])
def test_stills(tmp_path: Path, prober: Prober, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    made = exif()
    if suffix == "tif":  # Pillow writes directories into a TIFF only as values
        made.update({kind: dict(made.get_ifd(kind)) for kind in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)})
    Image.new("RGB", (64, 48), "red").save(path, exif=made)
    found = prober.probe(str(path))
    assert found.camera == "Canon EOS R5"
    facts = found.shooting
    assert (facts.iso, facts.aperture, facts.focal_length, facts.serial) == (800.0, 2.8, 35.0, "0123")
    assert facts.exposure_time == pytest.approx(0.008)
    assert (facts.latitude, facts.longitude) == pytest.approx((48.8577, 2.295))
    assert found.description.properties == {"dc:description": ("Boats",)} and not found.warnings


def test_xmp_comes_before_exif_for_texts_and_iptc_between(tmp_path: Path, prober: Prober) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (64, 48)).save(path, exif=exif(), xmp=XMP.encode())
    words = b"".join(
        b"\x1c\2" + struct.pack(">BH", tag, len(text)) + text
        for tag, text in ((25, b"old"), (120, b"Caption"))
    )
    block = b"8BIM\4\4\0\0" + struct.pack(">I", len(words)) + words + bytes(len(words) % 2)
    segment = b"Photoshop 3.0\0" + block
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + content[2:])
    found = prober.probe(str(path)).description.properties
    assert found == {"dc:subject": ("sea", "boats"), "dc:description": ("Caption",)}


def film(ffmpeg: Ffmpeg, path: Path, **tags: str) -> Path:
    source = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.4")
    keys = [part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")]
    more = ("-movflags", "use_metadata_tags") if path.suffix in (".mov", ".mp4") else ()
    run_ffmpeg(ffmpeg, ["-y", *source, *more, "-c:v", "libx264", *keys, str(path)], Limits(seconds=60))
    return path


def test_quicktime_keys(tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober) -> None:
    keys = {
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 15 Pro",
        "com.apple.quicktime.location.ISO6709": "+48.8577+002.2950+035.000/",
        "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
        "com.apple.quicktime.keywords": "sea,boats",
        "com.apple.quicktime.title": "Harbour",
        "com.blackmagic-design.camera.iso": "400",
        "com.blackmagic-design.camera.shutterAngle": "180",
        "com.apple.proapps.reel": "A001",
    }
    found = prober.probe(str(film(ffmpeg, tmp_path / "a.mov", **keys)))
    facts = found.shooting
    assert found.camera == "Apple iPhone 15 Pro"
    assert (facts.latitude, facts.longitude, facts.altitude) == (48.8577, 2.295, 35.0)
    assert (facts.iso, facts.exposure_time) == (400.0, 0.02)
    assert found.description.properties == {
        "dc:title": ("Harbour",),
        "dc:subject": ("sea", "boats"),
        "xmpDM:tapeName": ("A001",),
    }
    assert found.created_from == "zoned" and str(found.created_at) == "2024-05-06 07:08:09+02:00"


def test_matroska_tags(tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober) -> None:
    tags = {
        "TITLE": "Harbour",
        "ARTIST": "Ann",
        "KEYWORDS": "sea, boats",
        "COPYRIGHT": "(c) Ann",
        "DESCRIPTION": "Boats",
    }
    assert prober.probe(str(film(ffmpeg, tmp_path / "a.mkv", **tags))).description.properties == {
        "dc:title": ("Harbour",),
        "dc:description": ("Boats",),
        "dc:subject": ("sea", "boats"),
        "dc:creator": ("Ann",),
        "dc:rights": ("(c) Ann",),
    }


def with_atoms(path: Path, *atoms: bytes) -> None:
    """Atoms behind all others."""
    path.write_bytes(path.read_bytes() + b"".join(atoms))


def test_the_document_of_a_camera_in_a_film_and_beside_it(
    tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober
) -> None:
    inside = film(ffmpeg, tmp_path / "inside.mp4", creation_time="2024-05-06T05:00:00Z")
    with_atoms(inside, files.atom(b"meta", bytes(4), files.atom(b"xml ", bytes(4), files.SONY.encode())))
    beside = film(ffmpeg, tmp_path / "C0001.mp4", creation_time="2024-05-06T05:00:00Z")
    (tmp_path / "C0001M01.XML").write_text(files.SONY)
    found: MediaInfo
    for path in (inside, beside):
        found = prober.probe(str(path))
        assert found.camera == "Sony ILME-FX3" and found.shooting.log_profile == "S-Log3"
        assert found.shooting.gamut == "S-Gamut3.Cine" and found.shooting.lens == "FE 24-70mm F2.8 GM"
        assert (found.created_from, str(found.created_at)) == ("camera", "2024-05-06 07:08:09+02:00")
    (tmp_path / "C0001M01.XML").write_text("<NonRealTimeMeta")
    found = prober.probe(str(beside))
    assert found.camera is None and found.created_from == "container"


def test_subtitles_beside_a_film_of_a_drone(tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober) -> None:
    path = film(ffmpeg, tmp_path / "DJI_0001.mp4")
    path.with_suffix(".SRT").write_text(files.DJI)
    found = prober.probe(str(path))
    assert (found.shooting.iso, found.shooting.aperture, found.shooting.altitude) == (400.0, 2.8, 35.6)
    assert str(found.created_at) == "2024-05-06 07:08:09.123000" and found.created_from == "camera"


def test_real_telemetry(prober: Prober, footage: Path) -> None:
    found = prober.probe(str(footage / "gopro-max-heromode.mp4")).shooting
    assert (found.make, found.model, found.serial) == ("GoPro", "MAX", "C3353424500199")
    assert (found.latitude, found.longitude, found.altitude) == (33.12677, -117.3273436, -22.96)
    assert (found.iso, found.exposure_time) == (101.0, 0.00100781)
    karma = prober.probe(str(footage / "gopro-karma.mp4")).shooting
    assert karma.latitude is None and karma.iso is None, "it has no fix, and a gain that is no sensitivity"
