"""The walk tells new, changed, unchanged, missing and half-written files apart, and is never rash."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dampipe.features.scanning.model import ScanJob, ScanProgress
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.walk import Walk
from dampipe.features.sources.model import LocationState
from dampipe.jobs.keys import RunKey
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog

HASH = RunKey("hash", "1", "main", on_location=True)


def is_clip(name: str) -> bool:
    return name.endswith(".mp4")


def walk_of(job: ScanJob, catalog: Catalog, settle: float = 0.0) -> Walk:
    return Walk(job, catalog.database, catalog.sources, HASH, ScanPolicy(is_clip, settle))


Scan = Callable[..., tuple[ScanProgress, list[str]]]


@pytest.fixture
def catalog(catalogue_url: str) -> Iterator[Catalog]:
    made = Catalog(Database(catalogue_url))
    made.set_up()
    yield made
    made.close()


@pytest.fixture
def scan(catalog: Catalog) -> Scan:
    def walk(*paths: Path, settle: float = 0.0) -> tuple[ScanProgress, list[str]]:
        number = catalog.scans.create([str(path) for path in paths])
        job = catalog.scans.claim(number, "me", 60)
        assert job is not None
        warnings = walk_of(job, catalog, settle).run()
        return catalog.scans.progress(number), warnings

    return walk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.mp4", "notes.txt", "day1/b.mp4", "day1/c.mp4", "day2/deep/d.mp4", ".trash/e.mp4"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "tree"


def states(catalog: Catalog) -> dict[str, str]:
    from sqlalchemy import select

    from dampipe.features.sources.tables import LOCATION

    with catalog.database.read() as connection:
        return {row.name: row.state for row in connection.execute(select(LOCATION.c.name, LOCATION.c.state))}


def test_media_files_are_found_and_others_are_not(scan: Scan, catalog: Catalog, tree: Path) -> None:
    progress, warnings = scan(tree)
    assert (progress.found, progress.new, progress.missing, warnings) == (4, 4, 0, [])
    assert set(states(catalog)) == {"a.mp4", "b.mp4", "c.mp4", "d.mp4"}


def test_a_second_walk_changes_nothing(scan: Scan, tree: Path) -> None:
    scan(tree)
    progress, _ = scan(tree)
    assert (progress.found, progress.new, progress.unchanged, progress.missing) == (4, 0, 4, 0)


def test_a_changed_file_is_told_from_a_new_one(scan: Scan, tree: Path) -> None:
    scan(tree)
    (tree / "a.mp4").write_bytes(b"longer than before")
    (tree / "new.mp4").write_bytes(b"new")
    progress, _ = scan(tree)
    assert (progress.new, progress.changed, progress.unchanged) == (1, 1, 3)


def test_a_deleted_file_and_a_deleted_folder_go_missing_and_come_back(
    scan: Scan, catalog: Catalog, tree: Path
) -> None:
    scan(tree)
    (tree / "a.mp4").rename(tree / "away")
    (tree / "day1").rename(tree / ".day1")
    progress, _ = scan(tree)
    assert progress.missing == 3
    assert states(catalog) == {
        "a.mp4": LocationState.MISSING,
        "b.mp4": LocationState.MISSING,
        "c.mp4": LocationState.MISSING,
        "d.mp4": LocationState.PRESENT,
    }
    (tree / ".day1").rename(tree / "day1")
    progress, _ = scan(tree)
    assert (progress.new, progress.missing) == (2, 0), "never identified, so as good as new"
    assert states(catalog)["b.mp4"] == LocationState.PRESENT


def test_an_empty_mount_point_deletes_nothing(scan: Scan, catalog: Catalog, tree: Path) -> None:
    scan(tree)
    tree.rename(tree.parent / "elsewhere")
    tree.mkdir()
    progress, warnings = scan(tree)
    assert progress.missing == 0
    assert "is the share mounted?" in warnings[0]
    assert set(states(catalog).values()) == {LocationState.PRESENT}


def test_a_source_that_is_gone_deletes_nothing(scan: Scan, catalog: Catalog, tree: Path) -> None:
    scan(tree)
    tree.rename(tree.parent / "elsewhere")
    progress, warnings = scan(tree)
    assert progress.missing == 0 and "does not exist" in warnings[0]


def test_a_walk_of_a_subfolder_says_nothing_of_the_rest(scan: Scan, catalog: Catalog, tree: Path) -> None:
    scan(tree)
    (tree / "a.mp4").unlink()
    (tree / "day1" / "b.mp4").unlink()
    progress, _ = scan(tree / "day1")
    assert (progress.found, progress.missing) == (1, 1)
    assert states(catalog)["a.mp4"] == LocationState.PRESENT


def test_one_file_can_be_scanned(scan: Scan, tree: Path) -> None:
    progress, _ = scan(tree / "day1" / "b.mp4")
    assert (progress.found, progress.new) == (1, 1)
    progress, _ = scan(tree)
    assert (progress.found, progress.new, progress.unchanged) == (4, 3, 1)


def test_a_source_inside_another_keeps_its_files(scan: Scan, catalog: Catalog, tree: Path) -> None:
    scan(tree / "day2")
    progress, _ = scan(tree)
    assert (progress.found, progress.new, progress.unchanged) == (4, 3, 1)
    progress, _ = scan(tree)
    assert (progress.new, progress.unchanged, progress.missing) == (0, 4, 0)
    assert len(catalog.sources.all()) == 2


def test_a_file_that_still_grows_is_left_for_later(scan: Scan, tree: Path) -> None:
    growing = tree / "growing.mp4"
    growing.write_bytes(b"1")
    old = time.time() - 60
    for path in tree.rglob("*.mp4"):
        if path != growing:
            os.utime(path, (old, old))
    over = threading.Event()

    def grow() -> None:
        while not over.wait(0.05):
            with growing.open("ab") as file:
                file.write(b"more")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        progress, warnings = scan(tree, settle=2.0)
    finally:
        over.set()
        writer.join()
    assert progress.new == 4
    assert "growing.mp4: still being written" in warnings[0]


def test_a_fresh_file_is_taken_once_it_has_held_still(scan: Scan, tree: Path) -> None:
    (tree / "fresh.mp4").write_bytes(b"fresh")
    progress, warnings = scan(tree, settle=0.4)
    assert (progress.new, warnings) == (5, [])


def test_a_folder_that_is_called_like_a_file_is_a_folder(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "tree" / "reel.mp4").mkdir(parents=True)
    (tmp_path / "tree" / "reel.mp4" / "a.mp4").write_bytes(b"x")
    (tmp_path / "tree" / "link.mp4").symlink_to(tmp_path / "tree" / "reel.mp4")
    assert scan(tmp_path / "tree")[0].new == 1
    assert scan(tmp_path / "tree")[0].unchanged == 1


@pytest.mark.parametrize(
    "name",
    ["two words.mp4", 'it\'s "quoted".mp4', "emoji 🎬.mp4", "-dash.mp4", "per%cent.mp4", "new\nline.mp4"],
)
def test_odd_names_are_taken(scan: Scan, tmp_path: Path, name: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / name).write_bytes(b"x")
    assert scan(tmp_path / "odd")[0].new == 1
    assert scan(tmp_path / "odd")[0].unchanged == 1


def test_a_name_that_is_no_utf8_is_taken(scan: Scan, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/odd"
    os.mkdir(folder)
    with open(folder + b"/caf\xe9.mp4", "wb") as file:
        file.write(b"x")
    assert scan(tmp_path / "odd")[0].new == 1
    assert scan(tmp_path / "odd")[0].unchanged == 1


def test_an_interrupted_walk_starts_again_and_counts_right(catalog: Catalog, tree: Path) -> None:
    number = catalog.scans.create([str(tree)])
    job = catalog.scans.claim(number, "first", -1.0)
    assert job is not None
    walk_of(job, catalog).run()
    again = catalog.scans.claim(number, "second", 60)
    assert again is not None
    walk_of(again, catalog).run()
    progress = catalog.scans.progress(number)
    assert (progress.found, progress.new, progress.unchanged) == (4, 4, 0)
