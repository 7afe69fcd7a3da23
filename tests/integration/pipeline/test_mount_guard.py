"""The mount guard: a source that is away, empty, unreadable or suddenly much smaller loses nothing."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.features.scanning.errors import ScanStopped
from dampipe.features.scanning.model import Guard, ScanState
from dampipe.features.sources.model import LocationState
from tests.support.scanning import Scanning, grow


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url, guard=Guard(share=0.5, files=10))
    yield made
    made.close()


@pytest.fixture
def tree(here: Scanning, tmp_path: Path) -> Path:
    """Twenty files that are known."""
    grow(tmp_path / "tree", 20, random.Random(1))
    here.scan(tmp_path / "tree")
    here.hash_all()
    return tmp_path / "tree"


def missing(here: Scanning) -> int:
    return sum(state == LocationState.MISSING for state, *_ in here.places().values())


def delete(tree: Path, count: int) -> None:
    for path in sorted(tree.rglob("*.mp4"))[:count]:
        path.unlink()


def test_a_loss_of_half_is_believed_and_of_more_is_not(here: Scanning, tree: Path) -> None:
    delete(tree, 10)
    found = here.scan(tree)
    assert (found.state, found.missing, missing(here)) == (ScanState.WALKED, 10, 10)
    grow(tree, 20, random.Random(2))
    here.scan(tree)
    here.hash_all()
    before = here.places()
    delete(tree, 11)
    found = here.scan(tree)
    assert (found.state, found.missing, found.over) == (ScanState.SUSPICIOUS, 0, True)
    assert "lacks 11 of 20 known files" in here.warnings[0] and "accept missing files" in here.warnings[0]
    assert here.places() == before
    found = here.scan(tree, accept_missing=True)
    assert (found.state, found.missing, here.warnings) == (ScanState.WALKED, 11, [])


def test_a_few_files_may_all_go(here: Scanning, tmp_path: Path) -> None:
    grow(tmp_path / "few", 9, random.Random(1))
    here.scan(tmp_path / "few")
    delete(tmp_path / "few", 8)
    assert here.scan(tmp_path / "few").missing == 8


def test_what_has_only_moved_is_no_loss(here: Scanning, tree: Path) -> None:
    (tree / "all").mkdir()
    for folder in sorted(tree.glob("day*")):
        folder.rename(tree / "all" / folder.name)
    found = here.scan(tree)
    assert (found.state, found.moved, found.missing) == (ScanState.WALKED, 20, 0)


def test_another_disk_under_the_same_name_is_no_reason_to_forget(here: Scanning, tree: Path) -> None:
    tree.rename(tree.parent / "away")
    grow(tree / "another", 60, random.Random(3))
    found = here.scan(tree)
    assert (found.state, found.new, found.missing) == (ScanState.SUSPICIOUS, 60, 0)


def test_an_empty_source_is_suspicious_and_may_be_accepted(here: Scanning, tree: Path) -> None:
    tree.rename(tree.parent / "away")
    tree.mkdir()
    assert here.scan(tree).state == ScanState.SUSPICIOUS
    assert missing(here) == 0
    found = here.scan(tree, accept_missing=True)
    assert (found.state, found.missing) == (ScanState.WALKED, 20)


def test_a_source_that_is_away_is_never_accepted_as_gone(here: Scanning, tree: Path) -> None:
    tree.rename(tree.parent / "away")
    found = here.scan(tree, accept_missing=True)
    assert (found.state, missing(here)) == (ScanState.SUSPICIOUS, 0)


def test_one_source_in_doubt_does_not_shield_another(here: Scanning, tree: Path, tmp_path: Path) -> None:
    grow(tmp_path / "other", 20, random.Random(4))
    here.scan(tmp_path / "other")
    delete(tmp_path / "other", 5)
    delete(tree, 15)
    found = here.scan(tmp_path / "other", tree)
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 5)
    assert len(here.warnings) == 1 and str(tree) in here.warnings[0]


def test_only_what_lies_below_an_unreadable_folder_is_not_called_missing(here: Scanning, tree: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("this user may read everything")
    _below_an_unreadable_folder(here, tree, lambda path: path.chmod(0))
    (tree / "day1").chmod(0o755)


def test_the_same_where_a_folder_fails_to_answer(
    here: Scanning, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = os.scandir

    def break_(path: Path) -> None:
        def scandir(place: int) -> object:
            if os.readlink(f"/proc/self/fd/{place}") == str(path):
                raise OSError(5, "Input/output error")
            return original(place)

        monkeypatch.setattr(os, "scandir", scandir)

    _below_an_unreadable_folder(here, tree, break_)
    found = here.scan(tree / "day1")
    assert (found.state, found.missing) == (ScanState.SUSPICIOUS, 0)


def _below_an_unreadable_folder(here: Scanning, tree: Path, break_: object) -> None:
    assert callable(break_)
    next((tree / "day1").rglob("*.mp4")).unlink()
    next((tree / "day2").rglob("*.mp4")).unlink()
    break_(tree / "day1")
    found = here.scan(tree)
    assert (found.state, found.missing) == (ScanState.WALKED, 1)
    assert len(here.warnings) == 1 and f"{tree / 'day1'} cannot be read" in here.warnings[0]
    gone = [path for path, (state, *_) in here.places().items() if state == LocationState.MISSING]
    assert len(gone) == 1 and "/day2/" in gone[0]


def test_many_warnings_are_counted_only(here: Scanning, tree: Path) -> None:
    here.policy = replace(here.policy, most_warnings=3)
    for path in sorted(tree.rglob("*.mp4")):
        path.unlink()
        path.symlink_to(path)  # a loop, which nobody can follow
    found = here.scan(tree)
    assert len(here.warnings) == 4 and here.warnings[3] == "and 17 more warnings"
    assert found.missing == 0


def test_the_number_of_warnings_survives_an_interruption(here: Scanning, tree: Path) -> None:
    here.policy = replace(here.policy, most_warnings=3, write_interval=0.0)
    for path in sorted(tree.rglob("*.mp4")):
        path.unlink()
        path.symlink_to(path)
    number = here.catalog.scans.create([str(tree)])
    job = here.catalog.scans.claim(number, "stopped", -1.0)
    assert job is not None
    policy, here.policy = here.policy, replace(here.policy, is_media=_stop_at(here, number, 12))
    with pytest.raises(ScanStopped):
        here.walk(job).run()
    here.policy = policy
    before = here.catalog.scans.progress(number).warnings
    assert len(before) == 4 and before[3].endswith(" more warnings")
    here.attempt(number)
    assert len(here.warnings) == 4 and here.warnings[3] == "and 17 more warnings"


def _stop_at(here: Scanning, scan: int, count: int) -> Callable[[str], bool]:
    """Names of clips; at that number of them the scan is taken by another worker."""
    clips: list[str] = []

    def is_clip(name: str) -> bool:
        if not name.endswith(".mp4"):
            return False
        clips.append(name)
        if len(clips) == count:
            here.catalog.scans.release("stopped")
            assert here.catalog.scans.claim(scan, "another", -1.0) is not None
        return True

    return is_clip
