"""Google Takeout: parts that are matched as a whole, and a receipt in which every file of every part occurs."""

import json
import random
import shutil
from pathlib import Path

import pytest

from dampipe.features.imports.model import FileState, ImportReport, ImportRequest, SessionState
from dampipe.features.imports.takeout import importer
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from tests.support.camera_card import contents, snapshot
from tests.support.importing import Importing
from tests.support.takeout import ROOT, STAMP, TAKEN, Takeout, album_json, bytes_of, photo_json, realistic

YEAR = f"{ROOT}/Photos from 2019"


def begin(here: Importing, *parts: Path, include: tuple[str, ...] = (), pattern: str = "") -> int:
    origin = "\n".join(map(str, parts))
    return here.service.begin(
        LOCAL, ImportRequest(importer="takeout", origin=origin, to=("a",), include=include, pattern=pattern)
    ).number


def run(here: Importing, *parts: Path, include: tuple[str, ...] = (), pattern: str = "") -> ImportReport:
    return here.work(begin(here, *parts, include=include, pattern=pattern))


def outcomes(here: Importing, number: int) -> dict[str, str]:
    return {key: one.reason or one.state for key, one in here.files(number).items()}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_an_export_in_three_parts(here: Importing, tmp_path: Path, order: int) -> None:
    made, expected = realistic()
    parts = made.zips(tmp_path / "in")
    random.Random(order).shuffle(parts)
    before = snapshot(tmp_path / "in")
    root = here.managed("a", tmp_path / "a")
    report = run(here, *parts)
    assert (report.state, report.adds_up) == (SessionState.DONE, True), report
    found = outcomes(here, report.number)
    assert found.keys() == made.files().keys()
    for key, outcome in found.items():
        usual = "metadata_used" if key.endswith(".json") else "imported"
        assert outcome == expected.get(key, usual), key
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.already_there) == (19, 6, 1)
    assert (counts.metadata_used, counts.set_aside, counts.unexpected) == (7, 5, 1)
    assert contents(root) == {
        "2019/05/IMG_1.jpg": bytes_of("one"),
        "2019/05/IMG_1(1).jpg": bytes_of("another one"),
        "2019/05/IMG_1-edited.jpg": bytes_of("one, edited"),
        "2019/06/IMG_2.HEIC": bytes_of("live"),
        "2019/06/IMG_2.MP4": bytes_of("live film"),
        "2019/05/a_photograph_with_a_very_long_name_that_is_cut_off_by_google.jpg": bytes_of("cut"),
    }
    assert snapshot(tmp_path / "in") == before
    assert [(one.problem, one.files) for one in report.manifests] == [("", 6)]
    again = run(here, tmp_path / "in")
    assert (again.counts.imported, again.counts.already_there, again.adds_up) == (0, 7, True)


@pytest.mark.parametrize("form", ["tgz", "folder", "both"])
def test_other_forms_of_the_same_export(here: Importing, tmp_path: Path, form: str) -> None:
    made, _ = realistic()
    here.managed("a", tmp_path / "a")
    if form == "tgz":
        made.tarballs(tmp_path / "in")
    elif form == "folder":
        made.unpacked(tmp_path / "in")
    else:
        parts = made.zips(tmp_path / "in")
        parts[1].unlink()
        half = Takeout()
        half.parts[2] = made.parts[2]
        half.unpacked(tmp_path / "in")
    report = run(here, tmp_path / "in", include=("missing-parts",) if form == "both" else ())
    assert report.adds_up, report
    counts = report.counts
    assert (counts.inputs, counts.imported, counts.already_there, counts.metadata_used) == (19, 6, 1, 7)


def test_a_name_that_several_parts_have(here: Importing, tmp_path: Path) -> None:
    made = Takeout()
    for part in (1, 2):
        made.add(part, "Photos from 2019/IMG_1.jpg", f"of part {part}")
        made.add(part, "Photos from 2019/IMG_1.jpg.json", photo_json("IMG_1.jpg", TAKEN + part * 40_000_000))
    here.managed("a", tmp_path / "a")
    report = run(here, *made.zips(tmp_path / "in"))
    assert report.adds_up and report.counts.imported == 2 and report.counts.metadata_used == 2
    assert contents(tmp_path / "a") == {
        "2020/08/IMG_1.jpg": bytes_of("of part 1"), "2021/11/IMG_1.jpg": bytes_of("of part 2"),
    }  # fmt: skip


def test_live_photographs_of_one_name_keep_together(here: Importing, tmp_path: Path) -> None:
    made = Takeout()
    for part, year in ((1, 2019), (2, 2019)):
        folder = f"Photos from {year}" if part == 1 else "Rome"
        made.add(part, f"{folder}/IMG_1.HEIC", f"still {part}").add(
            part, f"{folder}/IMG_1.MP4", f"film {part}"
        )
        made.add(part, f"{folder}/IMG_1.HEIC.json", photo_json("IMG_1.HEIC", TAKEN + part))
    made.add(2, "Rome/IMG_2.HEIC", "alone").add(2, "Rome/IMG_2.HEIC.json", photo_json("IMG_2.HEIC"))
    here.managed("a", tmp_path / "a")
    report = run(here, *made.zips(tmp_path / "in"))
    assert report.adds_up and not report.counts.set_aside
    found = contents(tmp_path / "a")
    assert len(found) == 5
    for part in (1, 2):
        [still] = [path for path, data in found.items() if data == bytes_of(f"still {part}")]
        [film] = [path for path, data in found.items() if data == bytes_of(f"film {part}")]
        assert still.removesuffix(".HEIC") == film.removesuffix(".MP4")


def test_parts_that_are_missing_or_cut_stop_everything(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    parts = made.zips(tmp_path / "in")
    root = here.managed("a", tmp_path / "a")
    with pytest.raises(InvalidInput, match=rf"1 part.* missing: {STAMP}-002\.zip"):
        begin(here, parts[0], parts[2])
    whole = parts[1].read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        parts[1].write_bytes(whole[:length])
        with pytest.raises(InvalidInput, match=r"002\.zip cannot be read"):
            begin(here, *parts)
    (tmp_path / "in" / f"{STAMP}-002.zip").write_text("this is no archive")
    with pytest.raises(InvalidInput, match=r"002\.zip cannot be read"):
        begin(here, tmp_path / "in")
    with pytest.raises(NotFound, match="there is no part"):
        begin(here, *parts, tmp_path / "in" / f"{STAMP}-004.zip")
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(InvalidInput, match=r"neither a \.zip"):
        begin(here, tmp_path / "x.txt")
    assert not contents(root)
    report = run(here, *parts, include=("missing-parts",))
    assert report.adds_up and report.reasons["unreadable"] == 1
    assert here.files(report.number)[f"{STAMP}-002.zip"].reason == "unreadable"
    assert "2024/05/IMG_1.jpg" in contents(root), "what says when it was taken is in the part that is missing"


def test_a_tarball_that_was_cut(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    parts = made.tarballs(tmp_path / "in")
    here.managed("a", tmp_path / "a")
    whole = parts[0].read_bytes()
    for length in (0, 5, len(whole) // 2, len(whole) - 4):
        parts[0].write_bytes(whole[:length])
        with pytest.raises(InvalidInput, match=r"001\.tgz cannot be read"):
            begin(here, *parts)


def test_a_part_that_goes_away_or_changes_while_it_is_imported(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    parts = made.zips(tmp_path / "in")
    here.managed("a", tmp_path / "a")
    number = begin(here, *parts)
    away = shutil.move(parts[1], tmp_path / "away.zip")
    assert here.work(number).state is SessionState.BLOCKED
    shutil.move(away, parts[1])
    here.service.resume(LOCAL, number)
    report = here.work(number)
    assert report.adds_up and report.counts.imported == 6


def test_an_import_that_was_interrupted_continues_in_another_process(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    here.managed("a", tmp_path / "a")
    number = begin(here, *made.zips(tmp_path / "in"))
    from dampipe.features.imports.step import ImportPolicy

    here.worker._policy = ImportPolicy(portion=0.0, blocked_delay=0.0)
    for _ in range(100):
        importer._INDEXES = importer._Indexes()  # as a process that was started just now
        here.worker.portion(number)
        if here.report(number).is_over:
            break
    report = here.report(number)
    assert report.adds_up and report.counts.imported == 6 and report.counts.metadata_used == 7


def test_albums_and_what_google_knows_become_notes(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    made.add(1, "Untitled/IMG_5.jpg", "five").add(1, "Untitled/IMG_5.jpg.json", photo_json("IMG_5.jpg"))
    made.add(1, "Untitled/metadata.json", album_json(""))
    made.add(1, "Sea/IMG_6.jpg", "six").add(1, "Sea/IMG_6.jpg.json", photo_json("IMG_6.jpg"))
    made.zips(tmp_path / "in")
    found = {
        one.key.removeprefix(f"{STAMP}-00"): one
        for one in importer.TakeoutImporter().list(str(tmp_path / "in"))
    }

    def notes(key: str) -> object:
        return found[key].notes

    one = found[f"1.zip/{YEAR}/IMG_1.jpg"].notes
    assert one is not None and one.collections == ()
    assert one.values == {
        "description": ("The Tiber\nat night",), "favourite": (True,), "people": ("Anna", "Bo"),
        "latitude": (41.9,), "longitude": (12.5,), "altitude": (21.0,),
    }  # fmt: skip
    assert one.moment == TAKEN
    edited = found[f"2.zip/{YEAR}/IMG_1-edited.jpg"].notes
    assert edited is not None and edited.edit_of == f"{STAMP}-001.zip/{YEAR}/IMG_1.jpg"
    in_album = found[f"3.zip/{ROOT}/Rome 2019/IMG_1.jpg"].notes
    assert in_album is not None and in_album.collections == (("Google Photos", "Rome, in May"),)
    live = found[f"1.zip/{YEAR}/IMG_2.HEIC"].notes
    assert live is not None and live.collections == (("Google Photos", "Rome, in May"),), (
        "only its JSON is in the album"
    )
    sea, untitled = (
        found[f"1.zip/{ROOT}/Sea/IMG_6.jpg"].notes,
        found[f"1.zip/{ROOT}/Untitled/IMG_5.jpg"].notes,
    )
    assert sea is not None and sea.collections == (("Google Photos", "Sea"),)
    assert untitled is not None and untitled.collections == ()


def test_localised_folders_and_an_album_that_is_called_like_a_year(here: Importing, tmp_path: Path) -> None:
    made, root = Takeout(), "Takeout/Google Fotos"
    for year in (2018, 2019):
        made.parts.setdefault(1, {})[f"{root}/Fotos aus {year}/a.jpg"] = bytes_of(f"{year}")
        made.parts[1][f"{root}/Fotos aus {year}/a.jpg.json"] = photo_json("a.jpg", TAKEN + year)
    made.parts[1][f"{root}/Rom 2019/a.jpg"] = bytes_of("2019")
    made.parts[1][f"{root}/Rom 2019/a.jpg.json"] = photo_json("a.jpg", TAKEN + 2019)
    made.parts[1][f"{root}/Rom 2019/Metadaten.json"] = json.dumps(
        {"albumData": {"title": "Rom", "description": "", "access": "", "date": {"timestamp": "1"}}}
    ).encode()
    made.zips(tmp_path / "in")
    listed = {one.key: one for one in importer.TakeoutImporter().list(str(tmp_path / "in"))}
    albums = {
        key.split("/", 1)[1]: one.notes.collections for key, one in listed.items() if one.notes is not None
    }
    assert albums == {
        f"{root}/Fotos aus 2018/a.jpg": (),
        f"{root}/Fotos aus 2019/a.jpg": (),
        f"{root}/Rom 2019/a.jpg": (("Google Photos", "Rom"),),
    }


def test_what_was_deleted_is_imported_if_it_is_asked_for(here: Importing, tmp_path: Path) -> None:
    made, _ = realistic()
    here.managed("a", tmp_path / "a")
    report = run(here, *made.zips(tmp_path / "in"), include=("trashed",))
    assert report.adds_up and report.counts.imported == 7 and not report.reasons.get("trashed")


def test_pixel_motion_photographs_and_other_files(here: Importing, tmp_path: Path) -> None:
    made = Takeout()
    film = b"\0\0\0\x18ftypmp42" + bytes_of("film")
    made.add(1, "Photos from 2019/PXL_1.MP.jpg", "still").add(1, "Photos from 2019/PXL_1.MP", film)
    made.add(1, "Photos from 2019/PXL_1.MP.jpg.supplemental-metadata.json", photo_json("PXL_1.MP.jpg"))
    made.add(1, "Photos from 2019/note.MP", b"no film").add(1, "Photos from 2019/IMG_3.jpg", "three")
    made.add(1, "Photos from 2019/IMG_3.jpg.xmp", b"<x:xmpmeta/>")
    here.managed("a", tmp_path / "a")
    report = run(here, *made.zips(tmp_path / "in"), pattern="{name}")
    assert report.adds_up and report.reasons == {"not_media": 1}
    assert contents(tmp_path / "a") == {
        "PXL_1.MP.jpg": bytes_of("still"), "PXL_1.MP.mp4": film,
        "IMG_3.jpg": bytes_of("three"), "IMG_3.jpg.xmp": b"<x:xmpmeta/>",
    }  # fmt: skip
    assert all(one.state is not FileState.PENDING for one in here.files(report.number).values())
