"""Imports of folders: names by the pattern, sidecars, duplicates, and what the library has already."""

import os
import shutil
from pathlib import Path

import pytest

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.imports.model import FileState, SessionState
from tests.support.camera_card import contents, make_card, snapshot, write
from tests.support.importing import Importing
from tests.support.pipeline import Deployment

MAY = 1_714_990_000


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Clips of one day, with sidecars, and what else lies in folders."""
    root = tmp_path / "in"
    write(root / "day/C0001.MP4", "one", 5000)
    write(root / "day/C0001M01.XML", "one xml", 300)
    write(root / "day/c0001.mp4.xmp", "one xmp", 200)
    write(root / "day/C0002.MP4", "two", 5000)
    write(root / "copy/C0001.MP4", "one", 5000)
    write(root / "other/C0001.MP4", "another", 5000)
    write(root / "other/C0001.xmp", "another xmp", 200)
    write(root / "notes.txt", "notes", 100)
    write(root / ".DS_Store", "system", 100)
    write(root / "day/._C0001.MP4", "system", 100)
    write(root / "index.ts", "source code", 0).write_text("export const a = 1;\n")
    (root / "link.mov").symlink_to(root / "day/C0002.MP4")
    for path in root.rglob("*"):
        os.utime(path, (MAY, MAY), follow_symlinks=False)
    return root


def test_names_sidecars_and_duplicates(here: Importing, origin: Path, tmp_path: Path) -> None:
    before = snapshot(origin)
    roots = [here.managed(name, tmp_path / name) for name in "ab"]
    report = here.run("folder", origin, "a", "b", pattern="{shot_on:%Y/%m}/{camera}/{name}")
    month = "2024/05/unknown"
    one, other = (origin / "day", origin / "other")
    wanted = {
        f"{month}/C0001.MP4": (origin / "copy/C0001.MP4").read_bytes(),
        f"{month}/C0001M01.XML": (one / "C0001M01.XML").read_bytes(),
        f"{month}/C0001.MP4.xmp": (one / "c0001.mp4.xmp").read_bytes(),
        f"{month}/C0002.MP4": (one / "C0002.MP4").read_bytes(),
        f"{month}/C0001-2.MP4": (other / "C0001.MP4").read_bytes(),
        f"{month}/C0001-2.xmp": (other / "C0001.xmp").read_bytes(),
    }
    for root in roots:
        assert contents(root) == wanted
    counts = report.counts
    assert (report.state, report.adds_up) == (SessionState.DONE, True)
    assert (counts.inputs, counts.imported, counts.already_there, counts.set_aside) == (12, 6, 1, 5)
    assert report.reasons == {"not_a_file": 1, "not_media": 2, "system_file": 2} and counts.unexpected == 1
    assert not report.safe_to_format
    [there] = here.files(report.number, (FileState.ALREADY_THERE,)).values()
    assert there.path == "day/C0001.MP4" and there.detail == str(roots[0] / month / "C0001.MP4")
    assert snapshot(origin) == before
    assert [(one.problem, one.files) for one in report.manifests] == [("", 6), ("", 6)]
    [compared] = AscMhl().verify(roots[1])
    assert compared.proved and compared.same == 6


def test_a_second_import_of_a_folder_copies_what_is_new(
    here: Importing, origin: Path, tmp_path: Path
) -> None:
    root = here.managed("a", tmp_path / "a")
    here.run("folder", origin, "a")
    before = snapshot(root)
    write(origin / "day/C0003.MP4", "three", 5000)
    for pattern in ("", "{name}"):
        report = here.run("folder", origin, "a", pattern=pattern)
        assert report.adds_up and not report.reasons.get("name_taken")
    assert contents(root).keys() - before.keys() >= {"day/C0003.MP4"}
    clips = [path for path in contents(root) if path.endswith(".MP4")]
    assert len(clips) == 4, clips


def test_what_the_library_has_is_not_copied_and_only_equal_sizes_are_read(
    here: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, origin = tmp_path / "library", tmp_path / "in"
    write(library / "old/known.mp4", "known", 4000)
    write(origin / "renamed.mp4", "known", 4000)
    write(origin / "same size.mp4", "fresh", 4000)
    write(origin / "fresh.mp4", "new", 3000)
    deployment = Deployment(here.catalog)
    deployment.scan(library)
    deployment.drain()
    root = here.managed("a", tmp_path / "a")
    from dampipe.features.imports.local_origin import LocalOrigin

    opened: list[str] = []
    real = LocalOrigin.open

    def noted(self: LocalOrigin, origin: str, key: str) -> object:
        opened.append(key)
        return real(self, origin, key)

    monkeypatch.setattr(LocalOrigin, "open", noted)
    report = here.run("folder", origin, "a")
    files = here.files(report.number)
    assert files["renamed.mp4"].state is FileState.ALREADY_THERE
    assert files["renamed.mp4"].detail == str(library / "old/known.mp4")
    assert set(contents(root)) == {"same size.mp4", "fresh.mp4"}
    assert sorted(opened) == ["fresh.mp4", "renamed.mp4", "same size.mp4", "same size.mp4"]
    shutil.rmtree(library)  # the library knows it, and it is not there
    report = here.run("folder", origin, "a")
    assert here.files(report.number)["renamed.mp4"].state is FileState.IMPORTED


def test_a_card_in_a_folder_keeps_its_structure(here: Importing, tmp_path: Path) -> None:
    origin = tmp_path / "in"
    card = make_card(origin / "shoot" / "CARD7")
    write(origin / "shoot" / "loose.mov", "loose", 700)
    root = here.managed("a", tmp_path / "a")
    report = here.run("folder", origin, "a", pattern="{shot_on:%Y}/{name}")
    assert report.adds_up and not report.counts.set_aside
    [year] = {path.split("/")[0] for path in contents(root) if "CARD7" in path}
    assert contents(root / year / "CARD7") == contents(card)
    assert any(path.endswith("/loose.mov") for path in contents(root))


def test_photographs_of_a_dcim_folder_are_sorted_by_the_pattern(here: Importing, tmp_path: Path) -> None:
    origin = tmp_path / "SD"
    write(origin / "DCIM/100CANON/IMG_0001.JPG", "photograph", 900)
    write(origin / "DCIM/100CANON/IMG_0001.CR3", "raw", 1900)
    root = here.managed("a", tmp_path / "a")
    report = here.run("folder", origin, "a", pattern="{name}")
    assert report.adds_up and set(contents(root)) == {"IMG_0001.JPG", "IMG_0001.CR3"}


def test_names_that_are_not_utf8(here: Importing, tmp_path: Path) -> None:
    origin = tmp_path / "in"
    origin.mkdir()
    name = os.fsdecode(b"caf\xe9.mp4")
    (origin / name).write_bytes(b"x" * 100)
    (origin / os.fsdecode(b"caf\xe9.xmp")).write_bytes(b"y" * 10)
    root = here.managed("a", tmp_path / "a")
    report = here.run("folder", origin, "a")
    assert report.adds_up and report.counts.imported == 2
    assert (root / name).read_bytes() == b"x" * 100
    assert "caf\\xe9.mp4" in here.files(report.number)


def test_an_empty_folder_is_an_empty_receipt(here: Importing, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    here.managed("a", tmp_path / "a")
    report = here.run("folder", tmp_path / "in", "a")
    assert (report.state, report.adds_up, report.counts.inputs) == (SessionState.DONE, True, 0)


def test_the_camera_of_a_clip_names_its_folder(here: Importing, tmp_path: Path) -> None:
    from PIL import Image

    origin = tmp_path / "in"
    origin.mkdir()
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Canon", "Canon EOS R5", "2023:04:05 06:07:08"
    Image.new("RGB", (32, 32)).save(origin / "IMG_1.JPG", exif=exif)
    root = here.managed("a", tmp_path / "a")
    report = here.run("folder", origin, "a", pattern="{camera}/{shot_on:%Y-%m-%d}/{name}")
    assert report.adds_up
    [path] = contents(root)
    assert path == "Canon EOS R5/2023-04-05/IMG_1.JPG"
