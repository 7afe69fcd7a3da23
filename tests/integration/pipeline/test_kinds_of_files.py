"""Which files a scan takes: by name, by content where the name is shared, and those that a person has named."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.features.scanning import policy as policies
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.media.filetypes import is_media
from tests.support.scanning import Scanning

TEXT = b"export const answer: number = 42;\n" * 50
STREAM = b"".join(b"G\x40\x00" + bytes([number]) * 185 for number in range(20))


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url)
    made.policy = ScanPolicy(is_media, 0.0, exclude=("private/", "*_proxy.mp4"))
    yield made
    made.close()


def write(path: Path, content: bytes = b"film") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content + path.name.encode())
    return path


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    return folder


def present(here: Scanning) -> list[str]:
    return sorted(
        os.path.basename(path) for path, (state, _, _) in here.places().items() if state == "present"
    )


def test_a_web_project_is_not_footage_and_is_counted(here: Scanning, footage: Path) -> None:
    for number in range(40):
        write(footage / "app" / f"part{number % 3}" / f"view{number}.ts", TEXT)
    write(footage / "app" / "go.mod", b"module example.org/app\n")
    write(footage / "app" / "a.mts", TEXT)
    write(footage / "app" / "README.xyz")
    write(footage / "clip.ts", STREAM)
    write(
        footage / "m2.mts", bytes(4) + bytes(4).join(STREAM[n : n + 188] for n in range(0, len(STREAM), 188))
    )
    write(footage / "old.mod", b"\0\0\1\xba" + bytes(100))
    write(footage / "C1.XMP")
    write(footage / ".DS_Store")
    for _ in range(2):  # the second scan has remembered what it was
        progress = here.scan(footage)
        assert progress.found == 3
        assert progress.unknown.files == 43
        assert progress.unknown.suffixes == {".ts": 40, ".mod": 1, ".mts": 1, ".xyz": 1}
    assert present(here) == ["clip.ts", "m2.mts", "old.mod"]


def test_unchanged_files_are_not_opened_again(
    here: Scanning, footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        write(footage / f"view{number}.ts", TEXT)
    opened: list[str] = []
    look = policies.filetypes.is_media_content
    monkeypatch.setattr(
        policies.filetypes, "is_media_content", lambda name, head: opened.append(name) or look(name, head)
    )
    here.scan(footage)
    assert len(opened) == 10
    here.scan(footage)
    assert len(opened) == 10
    write(footage / "new.ts", TEXT)
    write(footage / "view3.ts", TEXT * 2)
    here.scan(footage)
    assert sorted(opened[10:]) == ["new.ts", "view3.ts"]


def test_a_stream_that_becomes_text_is_missing_and_the_other_way_round(here: Scanning, footage: Path) -> None:
    first, second = write(footage / "a.ts", STREAM), write(footage / "b.ts", TEXT)
    assert here.scan(footage).new == 1
    write(first, TEXT)
    write(second, STREAM)
    progress = here.scan(footage)
    assert (progress.new, progress.missing, progress.unknown.suffixes) == (1, 1, {".ts": 1})


def test_only_the_most_frequent_kinds_are_named(here: Scanning, footage: Path) -> None:
    for number in range(30):
        for copy in range(1 + (number < 2)):
            write(footage / f"file{copy}.x{number}")
    unknown = here.scan(footage).unknown
    assert (unknown.files, len(unknown.suffixes), unknown.others) == (32, 20, 10)
    assert str(unknown).startswith("32 files of unknown kinds: .x0 2, .x1 2, .x10 1, ")
    assert str(unknown).endswith(", others 10")


@pytest.mark.parametrize(
    "name",
    [
        "odd.xyz",
        "day1/a_proxy.mp4",
        "private/a.mp4",
        "private/deep/er/a.mp4",
        "@eaDir/x.mp4",
        "._ok.mov",
        "DCIM/CANONMSC/M0100.mp4",
        "CARD/M4ROOT/SUB/C0001S03.MP4",
        "A001.RDC/A001_C001_H.mov",
        "script.ts",
    ],
)
def test_what_a_person_named_is_kept_by_scans_of_its_folder(here: Scanning, footage: Path, name: str) -> None:
    other = write(footage / "other.mp4")
    named = write(footage / name, TEXT)
    write(named.with_name(f"neighbour{named.suffix}"), TEXT)
    here.catalog.sources.add("all", str(footage))
    here.scan(footage)
    assert here.scan(named).new == 1
    here.hash_all()
    for number in range(2):
        write(footage / f"more{number}.mp4")  # so that the folder is compared
        write(named.with_name(f"more{number}{named.suffix}"), TEXT)
        progress = here.scan(footage)
        assert progress.missing == 0
        assert here.places()[str(named)][0] == "present"
    write(named, TEXT + b"changed")
    assert here.scan(footage).changed == 1
    named.unlink()
    assert here.scan(footage).missing == 1
    write(named, TEXT + b"again")
    assert here.scan(footage).missing == 0
    assert here.places()[str(named)][0] == "present"
    assert here.places()[str(other)][0] == "present"


def test_a_file_outside_of_sources_is_kept_when_its_folders_are_scanned(
    here: Scanning, footage: Path
) -> None:
    named = write(footage / "a" / "b" / "odd.xyz")
    write(footage / "a" / "c.mp4")
    assert here.scan(named).new == 1
    for folder in (footage / "a" / "b", footage / "a", footage):
        assert here.scan(folder).missing == 0
        assert here.places()[str(named)][0] == "present"


def test_a_folder_that_a_person_named_is_kept(here: Scanning, footage: Path) -> None:
    write(footage / "other.mp4")
    kept = write(footage / "private" / "deep" / "a.mp4")
    here.catalog.sources.add("all", str(footage))
    here.scan(footage)
    assert here.scan(footage / "private").new == 1
    write(footage / "more.mp4")
    assert here.scan(footage).missing == 0
    assert here.places()[str(kept)][0] == "present"
    kept.unlink()
    assert here.scan(footage).missing == 1


def test_what_a_new_pattern_excludes_is_missing_unless_it_was_named(here: Scanning, footage: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write(footage / name)
    here.catalog.sources.add("all", str(footage))
    here.scan(footage)
    here.catalog.sources.add("all", str(footage), exclude=["a.mp4"])
    assert here.scan(footage).missing == 1
    assert present(here) == ["b.mp4"]
    here.scan(footage / "a.mp4")
    write(footage / "c.mp4")
    assert here.scan(footage).missing == 0
    assert present(here) == ["a.mp4", "b.mp4", "c.mp4"]


def test_a_lone_proxy_of_a_camera_is_footage_until_its_clip_comes(here: Scanning, footage: Path) -> None:
    for name in ("DJI_0001.LRF", "GL010002.LRV"):
        write(footage / name)
    write(footage / "DJI_0003.MP4")
    write(footage / "DJI_0003.LRF")
    assert here.scan(footage).new == 3
    assert present(here) == ["DJI_0001.LRF", "DJI_0003.MP4", "GL010002.LRV"]
    write(footage / "DJI_0001.MP4")
    progress = here.scan(footage)
    assert (progress.new, progress.missing) == (1, 1)
    assert present(here) == ["DJI_0001.MP4", "DJI_0003.MP4", "GL010002.LRV"]
