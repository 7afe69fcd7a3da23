"""Archives that lie, are damaged or mean harm: each file has an outcome, and nothing is written elsewhere."""

import io
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from dampipe.features.imports.takeout import importer
from dampipe.features.imports.takeout.parts import ZipPart
from tests.integration.imports.test_takeout import run
from tests.support.camera_card import contents
from tests.support.importing import Importing
from tests.support.takeout import ROOT, STAMP, bytes_of, photo_json, write_zip

YEAR = f"{ROOT}/Photos from 2019"
NAME = f"{STAMP}-001.zip"


def aside(here: Importing, number: int) -> dict[str, tuple[str, str]]:
    """Reason and detail of what was set aside, by key in the part."""
    files = here.files(number)
    return {
        key.removeprefix(f"{NAME}/"): (one.reason, one.detail) for key, one in files.items() if one.reason
    }


def test_names_that_lead_out_are_never_followed(here: Importing, tmp_path: Path) -> None:
    names = [
        "../../evil.jpg",
        "/etc/evil.jpg",
        "C:\\evil.jpg",
        "a/../../evil.jpg",
        "a//evil.jpg",
        "./evil.jpg",
        "x" * 2000 + ".jpg",
    ]
    write_zip(
        tmp_path / NAME, {**{name: bytes_of(name) for name in names}, f"{YEAR}/good.jpg": bytes_of("good")}
    )
    root = here.managed("a", tmp_path / "a")
    report = run(here, tmp_path / NAME, pattern="{folder}/{name}")
    assert report.adds_up and report.counts.inputs == 8 and report.reasons == {"name_invalid": 7}
    assert contents(root) == {"Photos from 2019/good.jpg": bytes_of("good")}
    assert not list(tmp_path.rglob("evil*"))


def test_nul_in_a_name(here: Importing, tmp_path: Path) -> None:
    path = write_zip(tmp_path / NAME, {"evilX.exe.jpg": b"x", f"{YEAR}/good.jpg": bytes_of("good")})
    path.write_bytes(path.read_bytes().replace(b"evilX.exe", b"evil\0.exe"))
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    assert report.adds_up and report.reasons == {"name_invalid": 1} and report.counts.imported == 1


def test_links_and_encrypted_files(here: Importing, tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo(f"{YEAR}/link.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(f"{YEAR}/secret.jpg", bytes_of("secret"))
        archive.writestr(f"{YEAR}/bzip2.jpg", bytes_of("bzip2"), zipfile.ZIP_BZIP2)
        archive.writestr(f"{YEAR}/good.jpg", bytes_of("good"))
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := data.find(signature, start + 1)) >= 0:
            if b"secret.jpg" in data[start : start + 100]:
                data[start + at] |= 1
    path.write_bytes(bytes(data))
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    found = aside(here, report.number)
    assert report.adds_up and report.counts.imported == 1
    assert found[f"{YEAR}/link.jpg"][0] == "not_a_file"
    assert found[f"{YEAR}/secret.jpg"] == ("unreadable", "it is encrypted")
    assert found[f"{YEAR}/bzip2.jpg"] == ("unreadable", "compression method 12")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("fault", ["content", "crc", "more", "less", "header"])
def test_damaged_files_are_set_aside(here: Importing, tmp_path: Path, fault: str, method: int) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{YEAR}/bad.jpg", bytes_of("bad", 50_000), method)
        archive.writestr(f"{YEAR}/good.jpg", bytes_of("good"), method)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    if fault == "content":
        data[data.index(b"bad.jpg") + 40] ^= 0xFF
    elif fault == "crc":
        data[entry + 16] ^= 0xFF
    elif fault == "header":
        data[0:4] = b"NOPE"
    else:
        size = 49_000 if fault == "more" else 51_000
        data[entry + 24 : entry + 28] = struct.pack("<L", size)
    path.write_bytes(bytes(data))
    root = here.managed("a", tmp_path / "a")
    report = run(here, path)
    assert report.adds_up and report.counts.imported == 1
    reason, detail = aside(here, report.number)[f"{YEAR}/bad.jpg"]
    assert reason == "unreadable" and "the archive is damaged" in detail
    assert list(contents(root).values()) == [bytes_of("good")]


def test_a_bomb_is_not_unpacked(here: Importing, tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{YEAR}/bomb.jpg", "w") as bomb:
            for _ in range(300):
                bomb.write(bytes(1 << 20))
        archive.writestr(f"{YEAR}/liar.jpg", bytes(5 << 20))
        archive.writestr(f"{YEAR}/good.jpg", bytes_of("good"))
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[place + 24 : place + 28] = struct.pack("<L", 1000)  # it says 1,000 bytes, and is 5 MB
    path.write_bytes(bytes(data))
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    found = aside(here, report.number)
    assert report.adds_up and report.counts.imported == 1
    assert found[f"{YEAR}/bomb.jpg"] == ("unreadable", "it is packed more tightly than any photograph")
    assert "there is more in it than the archive says" in found[f"{YEAR}/liar.jpg"][1]


def test_files_that_lie_over_each_other(here: Importing, tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / NAME, {f"{YEAR}/a.jpg": bytes_of("a", 5000), f"{YEAR}/b.jpg": bytes_of("b", 5000)}
    )
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 100)
    path.write_bytes(bytes(data))
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    assert report.adds_up and report.counts.imported == 1
    assert "lies over another" in aside(here, report.number)[f"{YEAR}/b.jpg"][1]


def test_two_entries_of_one_name_are_two_inputs(here: Importing, tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{YEAR}/a.jpg", bytes_of("first"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(f"{YEAR}/a.jpg", bytes_of("second"))
        archive.writestr(f"{YEAR}/a.jpg#2", b"what is called as the key of the second")
    here.managed("a", tmp_path / "a")
    report = run(here, path, pattern="{name}")
    assert report.adds_up and report.counts.inputs == 3
    assert contents(tmp_path / "a") == {"a.jpg": bytes_of("first"), "a-2.jpg": bytes_of("second")}


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "it is not valid JSON"),
        (b'{"title": "a.jpg", ', "it is not valid JSON"),
        (b"\xff\xfe\xfa", "it is not valid JSON"),
        (DEEP, "it is not valid JSON"),
        (b'{"photoTakenTime": ' + b"9" * 10_000 + b"}", "it is not valid JSON"),
        (bytes(5 << 20), "it is too large for a JSON file of Takeout"),
    ],
)
def test_json_files_that_cannot_be_read(here: Importing, tmp_path: Path, content: bytes, detail: str) -> None:
    path = write_zip(tmp_path / NAME, {f"{YEAR}/a.jpg": bytes_of("a"), f"{YEAR}/a.jpg.json": content})
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    reason, said = aside(here, report.number)[f"{YEAR}/a.jpg.json"]
    assert report.adds_up and report.counts.imported == 1
    assert reason == "metadata_invalid" and said.startswith(detail)


def test_a_json_file_of_500_mb_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(f"{YEAR}/a.jpg", bytes_of("a"))
        with archive.open(f"{YEAR}/a.jpg.json", "w") as huge:
            for _ in range(500):
                huge.write(b" " * (1 << 20))
    tracemalloc.start()
    listed = {one.key: one for one in importer.TakeoutImporter().list(str(path))}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert listed[f"{NAME}/{YEAR}/a.jpg.json"].set_aside is not None
    assert peak < 20 << 20, peak


@pytest.mark.parametrize(
    "said",
    [
        [1, 2], "text", None, {"title": 5, "photoTakenTime": 7, "people": "x", "geoData": []},
        {"title": "\ud800\0a", "photoTakenTime": {"timestamp": "1e400"}, "people": [None, {"name": 5}, {"name": " "}]},
        {"title": "a.jpg", "photoTakenTime": {"timestamp": "9" * 20}, "geoData": {"latitude": 1e308, "longitude": 1}},
        {"albumData": []}, {"title": None, "date": 5},
    ],
)  # fmt: skip
def test_json_files_of_other_forms(here: Importing, tmp_path: Path, said: object) -> None:
    import json

    path = write_zip(
        tmp_path / NAME, {f"{YEAR}/a.jpg": bytes_of("a"), f"{YEAR}/a.jpg.json": json.dumps(said).encode()}
    )
    here.managed("a", tmp_path / "a")
    report = run(here, path)
    assert report.adds_up and report.counts.imported == 1 and report.counts.inputs == 2


def test_names_in_cp437_and_in_utf8_that_does_not_say_so(tmp_path: Path) -> None:
    path = tmp_path / NAME
    write_zip(path, {f"{YEAR}/AAAA.jpg": b"1", f"{YEAR}/BBBBBB.jpg": b"2", f"{YEAR}/münchen.jpg": b"3"})
    data = path.read_bytes().replace(b"AAAA.jpg", b"\x81ber.jpg").replace(b"BBBBBB.jpg", b"f\xc3\xbcnf1.jpg")
    path.write_bytes(data)
    names = [entry.path.rpartition("/")[2] for entry in ZipPart(str(path), "").entries()]
    assert names == ["über.jpg", "fünf1.jpg", "münchen.jpg"]


def test_an_archive_of_more_than_65535_files_and_a_stub_before_it(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(66_000):
            archive.writestr(f"{YEAR}/{number}.jpg", b"")
    path.write_bytes(b"a stub" * 100 + path.read_bytes())
    part = ZipPart(str(path), "")
    entries = list(part.entries())
    assert len(entries) == 66_000
    with part.open(entries[-1]) as source:
        assert source.read() == b""


def test_a_zip64_entry(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(f"{YEAR}/a.jpg", "w", force_zip64=True) as large:
            large.write(bytes_of("a"))
        with archive.open(f"{YEAR}/b.jpg", "w") as streamed:  # sizes stand behind the content
            streamed.write(bytes_of("b"))
    part = ZipPart(str(path), "")
    found = {}
    for entry in part.entries():
        with part.open(entry) as source:
            found[entry.path[-5]] = source.read()
    assert found == {"a": bytes_of("a"), "b": bytes_of("b")}


def test_hostile_tarballs(here: Importing, tmp_path: Path) -> None:
    path = tmp_path / f"{STAMP}-001.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, target in (
            ("../evil.jpg", tarfile.REGTYPE, ""), ("/evil.jpg", tarfile.REGTYPE, ""),
            (f"{YEAR}/link.jpg", tarfile.SYMTYPE, "/etc/passwd"), (f"{YEAR}/hard.jpg", tarfile.LNKTYPE, "/etc/passwd"),
            (f"{YEAR}/device.jpg", tarfile.CHRTYPE, ""), (f"{YEAR}/good.jpg", tarfile.REGTYPE, ""),
            (f"{YEAR}/good.jpg.json", tarfile.REGTYPE, ""),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            data = photo_json("good.jpg") if name.endswith("json") else bytes_of(name)
            info.type, info.linkname = kind, target
            info.size = len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(data))
    root = here.managed("a", tmp_path / "a")
    report = run(here, path)
    assert report.adds_up and report.counts.inputs == 7
    assert report.reasons == {"name_invalid": 2, "not_a_file": 3}
    assert contents(root) == {"2019/05/good.jpg": bytes_of(f"{YEAR}/good.jpg")}
    assert not list(tmp_path.rglob("evil*"))


def test_random_bytes_in_archives_are_never_an_internal_error(here: Importing, tmp_path: Path) -> None:
    import random

    from dampipe.kernel.errors import DampipeError

    path = write_zip(
        tmp_path / NAME, {f"{YEAR}/a.jpg": bytes_of("a"), f"{YEAR}/a.jpg.json": photo_json("a.jpg")}
    )
    whole = path.read_bytes()
    here.managed("a", tmp_path / "a")
    for seed in range(60):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data) - 400, len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data))
        try:
            report = run(here, path)
        except DampipeError:
            continue
        assert report.adds_up, (seed, report)
