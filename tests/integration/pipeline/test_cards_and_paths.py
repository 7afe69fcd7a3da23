"""Scans of whole cards, of names in two spellings, of links in circles, and of a share under two paths."""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.walk import Walk
from dampipe.features.sources.model import LocationState
from dampipe.kernel.db.database import Database
from dampipe.media.filetypes import is_media
from tests.support.catalog import Catalog
from tests.support.scanning import HASH, Scanning

CARD = (
    "PRIVATE/M4ROOT/CLIP/C0001.MP4",
    "PRIVATE/M4ROOT/CLIP/C0001M01.XML",
    "PRIVATE/M4ROOT/SUB/C0001S03.MP4",
    "PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
    "PRIVATE/M4ROOT/MEDIAPRO.XML",
    "DCIM/100GOPRO/GX010002.MP4",
    "DCIM/100GOPRO/GX010002.THM",
    "DCIM/100GOPRO/GL010002.LRV",
    "Contents/Audio/song.wav",
)


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url)
    made.policy = ScanPolicy(is_media, 0.0)
    yield made
    made.close()


def write(path: Path, data: bytes | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or str(path).encode())
    return path


def sidecars(here: Scanning, name: str) -> list[str]:
    with here.catalog.database.read() as connection:
        found = connection.exec_driver_sql("SELECT id, name FROM version").all()
    [asset] = [row.id for row in found if row.name == name]
    return here.catalog.assets.sidecars(asset)


def test_a_card_gives_its_clips_with_what_belongs_to_them(here: Scanning, tmp_path: Path) -> None:
    card = tmp_path / "CARD"
    for name in CARD:
        write(card / name)
    assert here.scan(card).found == 3
    assert here.hash_all() == ["C0001.MP4", "GX010002.MP4", "song.wav"]
    m4root = card / "PRIVATE" / "M4ROOT"
    assert sidecars(here, "C0001.MP4") == [
        str(m4root / name) for name in ("CLIP/C0001M01.XML", "SUB/C0001S03.MP4", "THMBNL/C0001T01.JPG")
    ]
    (card / "DCIM/100GOPRO/GX010002.THM").unlink()
    card.rename(tmp_path / "CARD2")
    (tmp_path / "CARD2").rename(card)
    assert here.scan(card).unchanged == 3
    assert sidecars(here, "GX010002.MP4") == [str(card / "DCIM/100GOPRO/GL010002.LRV")]
    (card / "DCIM/100GOPRO").rename(card / "DCIM/day1")
    assert here.scan(card).moved == 1
    assert sidecars(here, "GX010002.MP4") == [str(card / "DCIM/day1/GL010002.LRV")]


def test_a_folder_of_the_cameras_own_that_is_a_source_is_walked(here: Scanning, tmp_path: Path) -> None:
    card = tmp_path / "CARD"
    for name in CARD:
        write(card / name)
    here.catalog.sources.add("sub clips", str(card / "PRIVATE" / "M4ROOT" / "SUB"))
    here.scan(card)
    assert here.hash_all() == ["C0001.MP4", "C0001S03.MP4", "GX010002.MP4", "song.wav"]


def test_single_files_of_a_folder_have_it_read_once(catalogue_url: str, tmp_path: Path) -> None:
    here = Scanning(catalogue_url)
    clips = [write(tmp_path / "day1" / f"c{number}.mp4") for number in range(5)]
    assert here.scan(*clips).new == 5
    assert here.asked == 5 + 5  # once for each path given, and once for each name in the folder
    here.close()


def test_a_single_file_has_its_sidecars_too(here: Scanning, tmp_path: Path) -> None:
    clip = write(tmp_path / "day1" / "a.mp4")
    write(clip.with_suffix(".xmp"))
    assert here.scan(clip).new == 1
    here.hash_all()
    assert sidecars(here, "a.mp4") == [str(clip.with_suffix(".xmp"))]
    write(tmp_path / "day1" / "b.mp4")
    here.scan(tmp_path / "day1")
    assert sidecars(here, "a.mp4") == [str(clip.with_suffix(".xmp"))]


def test_another_spelling_is_no_other_file(here: Scanning, tmp_path: Path) -> None:
    nfd, nfc = (unicodedata.normalize(form, "Été") for form in ("NFD", "NFC"))
    tree = tmp_path / "tree"
    write(tree / nfd / f"{nfd}.mp4", b"one")
    write(tree / "plain.mp4")
    here.scan(tree)
    here.hash_all()
    before = here.places()
    copy = tree / "copy"  # as a share that is mounted anew: same sizes and times, other inodes and bytes
    copy.mkdir()
    at = (tree / nfd / f"{nfd}.mp4").stat().st_mtime_ns
    (tree / nfd / f"{nfd}.mp4").unlink()
    (tree / nfd).rmdir()
    copy.rename(tree / nfc)
    again = write(tree / nfc / f"{nfc}.mp4", b"one")
    os.utime(again, ns=(at, at))
    found = here.scan(tree)
    assert (found.new, found.moved, found.missing, found.unchanged) == (0, 0, 0, 2)
    after = here.places()
    assert after[str(again)] == before[str(tree / nfd / f"{nfd}.mp4")]
    assert len(after) == len(before) == 2
    both = write(tree / nfd / f"{nfd}.mp4", b"two")
    assert here.scan(tree).new == 1, "this file system tells them apart"
    assert {str(again), str(both)} < set(here.places())


def test_folders_of_which_each_is_spelled_otherwise_are_known(here: Scanning, tmp_path: Path) -> None:
    nfd, nfc = (unicodedata.normalize(form, "Été") for form in ("NFD", "NFC"))
    clip = write(tmp_path / "tree" / nfd / nfc / "a.mp4")
    at = clip.stat().st_mtime_ns
    here.scan(tmp_path / "tree")
    here.hash_all()
    before = here.places()
    shutil.rmtree(tmp_path / "tree" / nfd)
    again = write(tmp_path / "tree" / nfc / nfd / "a.mp4")
    os.utime(again, ns=(at, at))
    found = here.scan(tmp_path / "tree")
    assert (found.unchanged, found.found, found.missing) == (1, 1, 0)
    assert here.places() == {str(again): before[str(clip)]}


def test_links_in_a_circle_end(here: Scanning, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    clip = write(tree / "day1" / "a.mp4")
    (tree / "day1" / "back").symlink_to(tree)
    (tree / "self.mp4").symlink_to(tree / "self.mp4")
    (tree / "nowhere.mp4").symlink_to(tree / "gone.mp4")
    assert here.scan(tree).found >= 1
    assert list(here.places()) == [str(clip)]


def test_a_source_has_its_own_patterns(here: Scanning, tmp_path: Path) -> None:
    names = ("a.mp4", "a.jpg", "private/b.mp4", "private/ok/c.mp4", "__MACOSX/d.mp4")
    for name in names:
        write(tmp_path / "tree" / name)
    here.policy = ScanPolicy(is_media, 0.0, exclude=["__MACOSX/"])
    sources, root = here.catalog.sources, str(tmp_path / "tree")

    def taken() -> set[str]:
        here.scan(tmp_path / "tree", accept_missing=True)
        present = {path for path, facts in here.places().items() if facts[0] == LocationState.PRESENT}
        return {str(Path(path).relative_to(root)) for path in present}

    sources.add("tree", root, include=["*.mp4"], exclude=["/private/", "!__MACOSX/"])
    assert taken() == {"a.mp4", "__MACOSX/d.mp4"}
    sources.add("tree", root, exclude=["/private/*", "!/private/ok/"])
    assert taken() == {"a.mp4", "a.jpg", "private/ok/c.mp4"}
    [source] = sources.all()
    for name in names:
        assert here.policy.takes(source, name) == (name in taken())


def test_a_machine_sees_the_source_under_another_path(
    here: Scanning, catalogue_url: str, tmp_path: Path
) -> None:
    """One share, mounted in two places: here two paths, of which one is there at a time."""
    root, elsewhere = tmp_path / "archive", tmp_path / "mnt" / "x"
    write(root / "day1" / "a.mp4", b"a")
    here.catalog.sources.add("archive", str(root), path_maps={"gpu": str(elsewhere)})
    there = Catalog(Database(catalogue_url, machine="gpu"))
    assert here.scan(root).new == 1
    elsewhere.parent.mkdir()
    root.rename(elsewhere)
    scan = here.catalog.scans.create([str(root)])
    job = there.scans.claim(scan, "gpu", 60)
    assert job is not None and job.paths == [str(elsewhere)]
    write(elsewhere / "day1" / "b.mp4", b"b")
    Walk(job, there.database, there.sources, HASH, here.policy).run()
    there.scans.finish(job, ScanState.WALKED, [])
    progress = here.catalog.scans.progress(scan)
    assert (progress.new, progress.unchanged, progress.paths) == (1, 1, (str(root),))
    assert there.scans.progress(scan).paths == (str(elsewhere),)
    a, b = 1, 2
    assert there.assets.files(location=a)[0].path == str(elsewhere / "day1" / "a.mp4")
    assert here.catalog.assets.files(location=b)[0].path == str(root / "day1" / "b.mp4")
    asked = there.scans.create([str(elsewhere / "day1")])
    mine = here.catalog.scans.claim(asked, "me", 60)
    assert mine is not None and mine.paths == [str(root / "day1")]
    there.close()
