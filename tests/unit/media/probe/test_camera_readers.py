"""Readers of what cameras write: the right values, and whatever a hostile file contains."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from dampipe.media.probe import camera_documents, dji_subtitles, gpmf, quicktime, xmp
from dampipe.media.probe.camera_facts import read as read_camera_facts
from dampipe.media.probe.container_facts import read_tags
from dampipe.media.probe.exif_facts import camera_facts, described_by_exif, described_by_iptc
from dampipe.media.probe.findings import LONGEST_TEXT, Findings, number_of, position_of
from dampipe.media.probe.recording_time import DateSource
from tests.support import camera_files as files

QUICK = settings(deadline=None, max_examples=60)


def found_in(document: str) -> Findings:
    found = Findings()
    assert camera_documents.read_document(document.encode(), found)
    return found


def test_the_document_of_sony() -> None:
    found = found_in(files.SONY)
    assert found.camera == {
        "make": "Sony",
        "model": "ILME-FX3",
        "serial": "4294967295",
        "lens": "FE 24-70mm F2.8 GM",
        "log_profile": "S-Log3",
        "gamut": "S-Gamut3.Cine",
        "latitude": -33.8568333,
        "longitude": 151.215,
    }
    assert [(one.text, one.source) for one in found.dates] == [
        ("2024-05-06T07:08:09+02:00", DateSource.CAMERA)
    ]


def test_the_clip_file_of_panasonic() -> None:
    found = found_in(files.P2)
    assert found.camera == {
        "make": "Panasonic",
        "model": "AU-V35LT1",
        "serial": "C0A1",
        "iso": 800.0,
        "log_profile": "V-Log",
        "gamut": "V-Gamut",
        "latitude": -35.25,
        "longitude": 139.5,
        "altitude": 12.0,
    }
    assert found.texts == {
        "dc:creator": ("Ann Example",),
        "xmpDM:projectName": ("Alps",),
        "xmpDM:scene": ("12A",),
        "xmpDM:takeNumber": ("3",),
        "dc:title": ("Harbour",),
    }
    assert [one.text for one in found.dates] == ["2024-05-06T07:08:09+09:00"]


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<x",
        "<other/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><NonRealTimeMeta/>',
        f"<xmeml>{'x' * 10}</xmeml>",
        f"<NonRealTimeMeta>{'x' * camera_documents.MAX_BYTES}</NonRealTimeMeta>",
    ],
    ids=range(6),
)
def test_other_documents_are_not_read(document: str) -> None:
    found = Findings()
    assert not camera_documents.read_document(document.encode(), found)
    assert not found.camera and not found.texts and not found.dates


def test_standard_curves_are_no_log_profiles() -> None:
    found = found_in(files.SONY.replace("s-log3-cine", "rec709").replace("s-gamut3-cine", "rec709"))
    assert "log_profile" not in found.camera and "gamut" not in found.camera


def test_telemetry_of_a_camera_with_a_fix() -> None:
    found = gpmf.parse(files.gpmf())
    assert found == pytest.approx(found) and found.exposure_time == pytest.approx(0.005)
    assert (found.iso, found.latitude, found.longitude, found.altitude) == (400.0, 48.8577, 2.295, 35.0)
    assert found.time == "2024-05-06 07:08:09.250"


def test_telemetry_of_a_newer_camera() -> None:
    found = gpmf.parse(files.gpmf9((-33.5, 151.25, 12.0)))
    assert (found.latitude, found.longitude, found.altitude) == (-33.5, 151.25, 12.0)
    assert found.time == "2024-05-06 07:08:09.250"


def test_without_a_fix_there_is_no_position_and_no_time() -> None:
    for payload in (files.gpmf(fix=0), files.gpmf9((1.0, 2.0, 3.0), fix=0)):
        found = gpmf.parse(payload)
        assert (found.latitude, found.longitude, found.altitude, found.time) == (None, None, None, None)
    assert gpmf.parse(files.gpmf(fix=2)).altitude is None, "a fix of two dimensions has no altitude"


def test_subtitles_of_drones() -> None:
    found = Findings()
    assert dji_subtitles.read(files.DJI, found)
    assert found.camera == {
        "iso": 400.0,
        "exposure_time": 0.0015625,
        "aperture": 2.8,
        "log_profile": "D-Log M",
        "latitude": 48.8577,
        "longitude": 2.295,
        "altitude": 35.6,
    }
    assert [one.text for one in found.dates] == ["2024-05-06 07:08:09.123"]
    old = Findings()
    assert dji_subtitles.read("F/2.8, SS 320.00, ISO 100, EV 0, GPS (2.2950, 48.8577, 15), D 1.0m", old)
    assert old.camera["exposure_time"] == 0.003125 and old.camera["latitude"] == 48.8577
    assert not dji_subtitles.read("1\n00:00:00,000 --> 00:00:02,000\nISO: a film about standards", Findings())


def test_what_cameras_put_into_quicktime(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({33437: 4.0, 34855: 640})
    Image.new("RGB", (8, 8)).save(thumbnail, "JPEG", exif=exif)
    document = atom_of_sony()
    subtitle = files.DJI.encode()
    path = tmp_path / "a.mp4"
    canon = files.atom(b"udta", files.atom(b"CNTH", files.atom(b"CNDA", thumbnail.getvalue())))
    tracks = {
        b"gpmd": [files.gpmf(fix=0), files.gpmf()],
        b"tx3g": [struct.pack(">H", len(subtitle)) + subtitle],
    }
    path.write_bytes(files.quicktime(tracks, canon, top=document))
    facts = quicktime.read_facts(str(path))
    assert facts.document is not None and b"NonRealTimeMeta" in facts.document
    assert facts.telemetry == tuple(tracks[b"gpmd"]) and facts.subtitles == (files.DJI,)
    warnings: list[str] = []
    found = read_camera_facts(str(path), "mov,mp4", [{}], None, None, warnings)
    assert found.camera["latitude"] == 48.8577, "that of the second payload: the first has no fix"
    assert (found.camera["iso"], found.camera["aperture"]) == (400.0, 4.0)
    assert found.camera["model"] == "ILME-FX3" and found.camera["log_profile"] == "S-Log3"
    assert not warnings


def atom_of_sony() -> bytes:
    return files.atom(b"meta", bytes(4), files.atom(b"xml ", bytes(4), files.SONY.encode()))


@pytest.mark.parametrize("at", ["top", "moov", "udta", "without a version"])
def test_sonys_document_wherever_it_stands(tmp_path: Path, at: str) -> None:
    path, meta = tmp_path / "a.mp4", atom_of_sony()
    made = {
        "top": files.quicktime({}, top=meta),
        "moov": files.quicktime({}, meta),
        "udta": files.quicktime({}, files.atom(b"udta", meta)),
        "without a version": files.quicktime(
            {}, files.atom(b"meta", files.atom(b"xml ", files.SONY.encode()))
        ),
    }[at]
    path.write_bytes(made)
    assert b"ILME-FX3" in (quicktime.read_facts(str(path)).document or b"")


def test_apples_log_curve(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    for name, expected in (("apple-log", "Apple Log"), ("apple-log-2", "Apple Log 2")):
        entry = files.atom(
            b"hvc1", bytes(78), files.atom(b"logs", f"com.apple.apple-wide-gamut.{name}".encode())
        )
        stsd = files.atom(b"stsd", struct.pack(">II", 0, 1), entry)
        trak = files.atom(b"trak", files.atom(b"mdia", files.atom(b"minf", files.atom(b"stbl", stsd))))
        path.write_bytes(files.quicktime({}, trak))
        assert quicktime.read_facts(str(path)).log_profile == expected


def test_documents_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "C0001M01.XML").write_text(files.SONY)
    video, clip = tmp_path / "CONTENTS" / "VIDEO", tmp_path / "CONTENTS" / "CLIP"
    video.mkdir(parents=True)
    clip.mkdir()
    (clip / "0001AB.XML").write_text(files.P2)
    assert [b"ILME" in one for one in camera_documents.beside(str(tmp_path / "C0001.MP4"))] == [True]
    assert [b"AU-V35" in one for one in camera_documents.beside(str(video / "0001AB.MXF"))] == [True]
    (tmp_path / "A001C001.XML").write_text(files.P2.replace("P2Main", "ClipMain"))
    [other] = camera_documents.beside(str(tmp_path / "A001C001.MXF"))
    assert found_in(other.decode()).camera["model"] == "AU-V35LT1"
    assert not list(camera_documents.beside(str(tmp_path / "C0002.MP4")))


def test_sonys_document_in_mxf(tmp_path: Path) -> None:
    path = tmp_path / "a.mxf"
    for before, after in ((100, 3 << 20), (3 << 20, 100)):
        path.write_bytes(bytes(before) + files.SONY.encode() + bytes(after))
        assert (camera_documents.in_mxf(str(path)) or b"").endswith(b"</NonRealTimeMeta>")
    path.write_bytes(bytes(3 << 20))
    assert camera_documents.in_mxf(str(path)) is None


@pytest.mark.parametrize(
    ("tags", "key", "expected"),
    [
        ({"com.apple.quicktime.location.iso6709": "+48.8577+002.2950+035.0/"}, "altitude", 35.0),
        ({"location": "-3351.41+15112.9/"}, "latitude", -33.8568333),
        ({"com.blackmagic-design.camera.iso": "800"}, "iso", 800.0),
        ({"com.blackmagic-design.camera.shutterangle": "180°"}, "exposure_time", 0.02),
        ({"com.blackmagic-design.camera.aperture": "f2.8"}, "aperture", 2.8),
        ({"com.arri.camera.exposureindexasa": "1600"}, "iso", 1600.0),
        ({"com.arri.camera.cameraserialnumber": "31337"}, "serial", "31337"),
        ({"com.arri.camera.colorgammasxs": "LOG-C"}, "log_profile", "LogC"),
        ({"com.apple.quicktime.camera.lens_model": "iPhone 15 Pro back camera"}, "lens", "iPhone 15 Pro back camera"),
        ({"com.apple.proapps.serialno": "1234"}, "serial", "1234"),
    ],
)  # fmt: skip
def test_tags_of_cameras(tags: dict[str, str], key: str, expected: object) -> None:
    found = Findings()
    read_tags([tags], 25.0, found)
    assert found.camera[key] == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_texts_of_containers() -> None:
    found = Findings()
    keys = {
        "title": "Harbour",
        "com.apple.quicktime.keywords": "sea, boats;sea",
        "com.apple.quicktime.rating.user": "4.000000",
        "com.apple.proapps.reel": "0x060A2B340101",
        "artist": "Ann; Bob",
        "com.apple.proapps.scene": "12A",
    }
    read_tags([keys, {"title": "English", "reel_name": "A001"}], None, found)
    assert found.texts == {
        "dc:title": ("Harbour",),
        "dc:subject": ("sea", "boats"),
        "dc:creator": ("Ann", "Bob"),
        "xmp:Rating": ("4",),
        "xmpDM:scene": ("12A",),
    }
    other = Findings()
    read_tags([{}, {"title": "English", "reel_name": "A001"}], None, other)
    assert other.texts == {"xmpDM:tapeName": ("A001",)}, "the title of a track is not that of the film"


def test_exif_of_a_camera() -> None:
    exif = Image.Exif()
    exif.update(
        {271: "Canon", 272: "Canon EOS R5", 270: "Boats ", 315: "Ann; Bob", 33432: "(c) Ann", 0x4746: 3}
    )
    exif.update({0x9C9E: "sea;boats".encode("utf-16-le")})
    details = {33434: 0.008, 33437: 2.8, 34855: 800, 37386: 35.0, 42033: "0123", 42036: "RF35mm F1.8"}
    exif.get_ifd(ExifTags.IFD.Exif).update(details)
    place = {1: "S", 2: (33.0, 51.0, 24.6), 3: "E", 4: (151.0, 12.0, 54.0), 5: b"\1", 6: 4.5}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place | {7: (5.0, 8.0, 9.0), 29: "2024:05:06"})
    found = Findings()
    camera_facts(exif, found)
    described_by_exif(exif, found)
    assert found.camera == {
        "make": "Canon",
        "model": "Canon EOS R5",
        "serial": "0123",
        "lens": "RF35mm F1.8",
        "iso": 800.0,
        "exposure_time": 0.008,
        "aperture": 2.8,
        "focal_length": 35.0,
        "latitude": -33.8568333,
        "longitude": 151.215,
        "altitude": -4.5,
    }
    assert found.texts == {
        "dc:description": ("Boats",),
        "dc:creator": ("Ann", "Bob"),
        "dc:subject": ("sea", "boats"),
        "dc:rights": ("(c) Ann",),
        "xmp:Rating": ("3",),
    }
    assert [(one.text, one.offset) for one in found.dates] == [("2024:05:06 05:08:09", "+00:00")]


@pytest.mark.parametrize(
    ("details", "key", "expected"),
    [
        ({34855: 65535, 34866: 102400}, "iso", 102400.0),
        ({34855: (400, 0)}, "iso", 400.0),
        ({37377: 7.0}, "exposure_time", 1 / 128),
        ({37378: 4.0}, "aperture", 4.0),
        ({42034: (24.0, 70.0, 2.8, 2.8)}, "lens", "24-70 mm f/2.8"),
        ({42034: (35.0, 35.0, 1.8, 1.8)}, "lens", "35 mm f/1.8"),
    ],
)
def test_other_tags_of_exif(details: dict[int, object], key: str, expected: object) -> None:
    exif, found = Image.Exif(), Findings()
    exif.get_ifd(ExifTags.IFD.Exif).update(details)
    camera_facts(exif, found)
    assert found.camera[key] == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_iptc_in_both_character_sets() -> None:
    found = Findings()
    described_by_iptc(
        {(2, 25): ["Café".encode("latin-1"), b"sea"], (2, 120): b"Boats\r\nin the harbour"}, found
    )
    assert found.texts == {"dc:subject": ("Café", "sea"), "dc:description": ("Boats\nin the harbour",)}
    utf8 = Findings()
    described_by_iptc({(1, 90): b"\x1b%G", (2, 5): "Café".encode()}, utf8)
    assert utf8.texts == {"dc:title": ("Café",)}


def test_properties_of_xmp() -> None:
    packet = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
      xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmp:Rating="4">
     <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>
     <dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li>
      <rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:title>
     <mwg-rs:Regions><mwg-rs:RegionList><rdf:Bag>
      <rdf:li><rdf:Description mwg-rs:Name="Ann" mwg-rs:Type="Face"/></rdf:li>
      <rdf:li><rdf:Description mwg-rs:Name="Rex" mwg-rs:Type="Pet"/></rdf:li>
     </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
    </rdf:Description></rdf:RDF></x:xmpmeta>"""
    found = xmp.properties(packet.encode())
    assert found["dc:subject"] == ("sea", "boats") and found["dc:title"] == ("Harbour",)
    assert found["xmp:Rating"] == ("4",) and found["mwg-rs:Name"] == ("Ann",)
    assert xmp.properties(b"<broken") == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dc:description", "OLYMPUS DIGITAL CAMERA"),
        ("dc:description", "SONY DSC"),
        ("dc:title", "  \0 "),
        ("xmp:Rating", "0"),
        ("xmp:Rating", "-1"),
        ("xmpDM:tapeName", "060A2B340101010501010D43"),
        ("dc:unknown", "x"),
    ],
)
def test_texts_that_say_nothing_are_left_out(name: str, value: str) -> None:
    found = Findings()
    found.say(name, value)
    assert not found.texts


def test_numbers_and_places_that_are_not_plausible_are_left_out() -> None:
    found = Findings()
    for key, value in (
        ("iso", 0.0),
        ("iso", float("nan")),
        ("aperture", float("inf")),
        ("exposure_time", -1.0),
    ):
        found.number(key, value)
    for place in ((0.0, 0.0), (91.0, 1.0), (1.0, 181.0), (float("nan"), 1.0), (1.0, None)):
        found.place(*place)
    assert not found.camera


@QUICK
@given(st.text(max_size=40) | st.text("+-./0123456789f", max_size=40))
def test_any_text_is_read_as_a_number_or_not(text: str) -> None:
    number = number_of(text)
    position = position_of(text)
    assert number is None or isinstance(number, float)
    assert position is None or len(position) == 3


@QUICK
@given(st.text(max_size=300), st.sampled_from(["dc:title", "dc:description", "xmp:Rating", "xmpDM:tapeName"]))
def test_texts_that_are_kept_can_be_stored(text: str, name: str) -> None:
    found = Findings()
    found.say(name, text)
    for value in found.texts.get(name, ()):
        assert value == value.strip() and "\0" not in value and len(value) <= LONGEST_TEXT
        value.encode()


@QUICK
@given(st.binary(max_size=400))
def test_any_telemetry_is_read(payload: bytes) -> None:
    gpmf.parse(payload)
    gpmf.parse(files.gpmf()[:-20] + payload)


@QUICK
@given(st.data())
def test_damaged_telemetry_is_read(data: st.DataObject) -> None:
    payload = bytearray(files.gpmf() + files.gpmf9((1.0, 2.0, 3.0)))
    for _ in range(data.draw(st.integers(1, 12))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    found = gpmf.parse(bytes(payload))
    checked = Findings()
    checked.number("iso", found.iso)
    checked.place(found.latitude, found.longitude, found.altitude)


@QUICK
@given(st.data())
def test_damaged_files_of_cameras_are_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = files.quicktime({b"gpmd": [files.gpmf()], b"tx3g": [b"\0\3abc"]}, top=atom_of_sony())
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    path.write_bytes(content)
    found = read_camera_facts(str(path), "mov,mp4", [{}], bytes(content[:200]), 25.0, [])
    assert all(isinstance(one, (str, float)) for one in found.camera.values())


@QUICK
@given(st.text(max_size=300))
def test_any_subtitles_and_documents_are_read(text: str) -> None:
    dji_subtitles.read(text, Findings())
    dji_subtitles.read(files.DJI[:150] + text, Findings())
    camera_documents.read_document(text.encode(), Findings())
    camera_documents.read_document(
        files.SONY.replace("ILME-FX3", "x").encode()[:-30] + text.encode(), Findings()
    )
