"""The files of a folder are compared in the order of their names' bytes, each with its own facts."""

import os
import time
from array import array
from pathlib import Path

import pytest

from dampipe.features.scanning.changes import FoundFile, found_in_order
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.listing import Listing
from dampipe.features.scanning.local_tree import LocalTree
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.sources.storage_facts import AT_HAND
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import encoded

SOURCE = SourceId(7)
# As text, the surrogate that stands for the byte ff sorts before U+FF5E and U+1F3A5; as bytes, it sorts last.
NAMES = ["b.mov", "\udcff.mov", "\U0001f3a5.mov", "a.mov", "\uff5e.mov"]


def listing_of(names: list[str], *, is_stored: bool = False) -> Listing:
    """Files with different facts."""
    numbers = range(1, len(names) + 1)
    listing = Listing("/footage/day1", names=list(names))
    listing.sizes = array("q", numbers)
    listing.times = array("q", [number * 10 for number in numbers])
    listing.inodes = array("q", [number * 100 for number in numbers])
    if is_stored:
        listing.checksums = [f"md5:{number}" if number % 2 else "" for number in numbers]
        listing.tokens = [f"etag{number}" for number in numbers]
        listing.storage = [("archived", f"class {number}", None) for number in numbers]
    return listing


@pytest.mark.parametrize("is_stored", [False, True])
def test_each_file_keeps_its_facts_in_the_order_of_bytes(is_stored: bool) -> None:
    listing = listing_of(NAMES, is_stored=is_stored)
    rows = list(found_in_order(listing, SOURCE, "day1", True))
    assert [key for key, _, _ in rows] == sorted(map(os.fsencode, NAMES))
    for key, number, found in rows:
        columns = (listing.checksums, listing.tokens, listing.storage)
        stated = [column[number] for column in columns] if is_stored else ["", "", AT_HAND]
        size = number + 1
        assert found == FoundFile(SOURCE, "day1", NAMES[number], size, size * 10, size * 100, True, *stated)
        assert key == os.fsencode(found.name)
        assert isinstance(found, FoundFile)


def test_an_empty_folder_has_no_files() -> None:
    assert list(found_in_order(listing_of([]), SOURCE, "", False)) == []


@pytest.mark.parametrize("names", [[], ["a"], NAMES, ["a\0b", "c"], ["\0", "\0\0"]])
def test_names_are_encoded_one_by_one_whatever_is_in_them(names: list[str]) -> None:
    assert encoded(names) == [os.fsencode(name) for name in names]


@pytest.mark.parametrize(("age", "is_settled"), [(3600.0, True), (0.0, False), (-3600.0, False)])
def test_a_folder_is_settled_when_none_of_its_files_is_recent(
    tmp_path: Path, age: float, is_settled: bool
) -> None:
    now = time.time()
    for name, seconds in (("old.mov", 7200.0), ("other.mov", age)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now - seconds, now - seconds))
    tree = LocalTree(str(tmp_path), ScanPolicy(lambda name: True, settle=600.0), Inodes())
    listing = Listing(str(tmp_path))
    for name in ("old.mov", "other.mov"):
        listing.include(tree.file(name))
    assert tree.is_settled(listing) is is_settled
    assert [tree.may_grow(listing, number) for number in range(2)] == [False, not is_settled]


def test_a_listing_without_files_is_settled() -> None:
    tree = LocalTree("/footage", ScanPolicy(lambda name: True), Inodes())
    assert tree.is_settled(Listing("/footage"))
