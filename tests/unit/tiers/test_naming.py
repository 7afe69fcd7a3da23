"""Copies are named by where they come from, and keep their names from one archive to the next."""

import os

import pytest

from dampipe.features.tiers.naming import CopyNames, folder_of_source, marked

CARDS, ARCHIVE, OFFSITE, FOOTAGE, B = range(1, 6)
NAMES = CopyNames(
    [(CARDS, "cards"), (ARCHIVE, "archive"), (OFFSITE, "off/site"), (FOOTAGE, "b/footage"), (B, "b")]
)


@pytest.mark.parametrize(
    ("origin", "key", "destination", "expected"),
    [
        (CARDS, b"A001/C1.mov", ARCHIVE, b"cards/A001/C1.mov"),
        (FOOTAGE, b"C1.mov", ARCHIVE, b"b/footage/C1.mov"),
        (ARCHIVE, b"cards/A001/C1.mov", OFFSITE, b"cards/A001/C1.mov"),
        (ARCHIVE, b"cards/A001/C1.mov", CARDS, b"A001/C1.mov"),
        (ARCHIVE, b"b/footage/C1.mov", FOOTAGE, b"C1.mov"),
        (ARCHIVE, b"b/footage/C1.mov", B, b"b/footage/C1.mov"),
        (ARCHIVE, b"other/C1.mov", OFFSITE, b"archive/other/C1.mov"),
        (CARDS, b"cards", ARCHIVE, b"cards/cards"),
        (CARDS, b"cards/", ARCHIVE, b"cards/cards/"),
        (CARDS, os.fsencode("d/\udcff.mov"), ARCHIVE, b"cards/d/\xff.mov"),
    ],
)
def test_keys_of_copies(origin: int, key: bytes, destination: int, expected: bytes) -> None:
    assert NAMES.key(origin, key, destination) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cards", b"cards"),
        ("../../etc", b"etc"),
        ("/abs/path", b"abs/path"),
        (".hidden/./x", b"hidden/x"),
        ("..", b"source-7"),
        ("Käfer 3", "Käfer 3".encode()),
    ],
)
def test_no_name_of_a_source_leads_out_of_the_destination(name: str, expected: bytes) -> None:
    assert folder_of_source(7, name) == expected


def test_a_key_that_is_taken_is_marked_with_the_content() -> None:
    sha1 = "0123456789" * 4
    assert marked(b"a/b.tar.gz", sha1) == b"a/b.tar.01234567.gz"
    assert marked(b"a/.hidden", sha1) == b"a/.hidden.01234567"
