"""Moved and renamed files keep what they are; whatever is not proven is hashed."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.features.scanning.inodes import Inodes
from dampipe.features.sources.model import LocationState
from tests.support.scanning import Scanning, grow


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Scanning]:
    made = Scanning(catalogue_url)
    yield made
    made.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    grow(tmp_path / "tree", 12, random.Random(1))
    return tmp_path / "tree"


def test_a_renamed_folder_of_a_thousand_files_costs_no_task(here: Scanning, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    (root / "old").mkdir(parents=True)
    for number in range(1000):
        (root / "old" / f"{number}.mp4").write_bytes(b"%d" % number)
    here.scan(root)
    here.hash_all()
    before = here.places()
    (root / "old").rename(root / "new")
    found = here.scan(root)
    assert (found.moved, found.new, found.missing, found.unchanged, found.active) == (1000, 0, 0, 0, 0)
    assert here.hash_all() == []
    assert here.places() == {path.replace("/old/", "/new/"): facts for path, facts in before.items()}


def test_a_file_that_was_missing_for_a_while_is_known_at_its_new_place(here: Scanning, tree: Path) -> None:
    here.scan(tree)
    here.hash_all()
    clip = next(tree.rglob("*.mp4"))
    clip.rename(tree.parent / "aside.mp4")
    assert here.scan(tree).missing == 1
    (tree.parent / "aside.mp4").rename(tree / "back.mp4")
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (1, 0, 0)
    assert here.hash_all() == []


def test_two_candidates_are_hashed(here: Scanning, tree: Path) -> None:
    clip = next(tree.rglob("*.mp4"))
    os.link(clip, tree / "link.mp4")
    here.scan(tree)
    here.hash_all()
    clip.rename(tree / "one.mp4")
    (tree / "link.mp4").rename(tree / "two.mp4")
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (0, 2, 2)
    assert here.hash_all() == ["one.mp4", "two.mp4"]


def test_where_inodes_mean_nothing_a_move_is_proven_by_its_content(
    here: Scanning, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Inodes, "trusts", lambda self, device: False)
    here.scan(tree)
    here.hash_all()
    clip = next(tree.rglob("*.mp4"))
    _, sha1, _ = here.places()[str(clip)]
    clip.rename(tree / "moved.mp4")
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (0, 1, 1)
    assert here.hash_all() == ["moved.mp4"]
    assert here.places()[str(tree / "moved.mp4")] == (LocationState.PRESENT, sha1, "done")


def test_a_file_renamed_before_it_was_hashed_is_hashed_once(here: Scanning, tree: Path) -> None:
    here.scan(tree)
    clip = next(tree.rglob("*.mp4"))
    clip.rename(tree / "moved.mp4")
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (0, 1, 1)
    assert len(here.hash_all()) == 12, "nobody is sent after the file that is gone"
    (tree / "moved.mp4").rename(clip)
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (1, 0, 0)
    assert here.hash_all() == []


def test_a_file_that_vanished_before_it_was_hashed_is_hashed_when_it_is_back(
    here: Scanning, tree: Path
) -> None:
    here.scan(tree)
    clip = next(tree.rglob("*.mp4"))
    clip.rename(tree.parent / "aside")
    assert here.scan(tree).missing == 1
    assert len(here.hash_all()) == 11
    (tree.parent / "aside").rename(clip)
    found = here.scan(tree)
    assert (found.new, found.unchanged) == (1, 11)
    assert here.hash_all() == [clip.name]


def test_a_tree_that_was_restored_is_unchanged_and_its_moves_are_known(here: Scanning, tree: Path) -> None:
    here.scan(tree)
    here.hash_all()
    tree.rename(tree.parent / "old")
    shutil.copytree(tree.parent / "old", tree)
    assert here.scan(tree).unchanged == 12
    next(tree.rglob("*.mp4")).rename(tree / "moved.mp4")
    assert here.scan(tree).moved == 1
    assert here.hash_all() == []


def test_a_move_from_an_inner_source_to_another_of_its_folders(here: Scanning, tree: Path) -> None:
    here.scan(tree / "day1")
    here.scan(tree)
    here.hash_all()
    (tree / "day1" / "card1").rename(tree / "day1" / "other")
    found = here.scan(tree)
    assert (found.moved, found.new, found.missing) == (1, 0, 0)


def test_a_move_between_sources_is_proven_by_its_content(here: Scanning, tmp_path: Path) -> None:
    for name in ("one", "two"):
        grow(tmp_path / name, 3, random.Random(name))
    here.scan(tmp_path / "one", tmp_path / "two")
    here.hash_all()
    shutil.move(next((tmp_path / "one").rglob("*.mp4")), tmp_path / "two" / "moved.mp4")
    found = here.scan(tmp_path / "one", tmp_path / "two")
    assert (found.moved, found.new, found.missing) == (0, 1, 1)
    assert here.hash_all() == ["moved.mp4"]
    assert here.catalog.totals.of() == (6, 7)


def test_invented_inodes_are_told_by_the_file_system(tmp_path: Path) -> None:
    facts = os.stat(tmp_path)
    device = f"{os.major(facts.st_dev)}:{os.minor(facts.st_dev)}"
    mounts = tmp_path / "mountinfo"
    for kind, options, trusted in (
        ("ext4", "rw", True),
        ("exfat", "rw", False),
        ("fuse.sshfs", "rw", False),
        ("fuseblk", "rw", True),
        ("cifs", "rw,serverino", True),
        ("cifs", "rw,noserverino", False),
    ):
        mounts.write_text(f"36 35 {device} / /mnt rw,noatime master:1 - {kind} /dev/x {options}\n")
        assert Inodes(mounts).trusts(facts.st_dev) is trusted, kind
