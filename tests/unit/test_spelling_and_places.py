"""Names in two spellings, and one folder under several paths."""

import os
import unicodedata
from pathlib import Path

from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import as_declared, as_seen_here, under_known_root
from dampipe.kernel.unicode_paths import path_spellings, respelled, spellings

NFC, NFD = (unicodedata.normalize(form, "café.mp4") for form in ("NFC", "NFD"))


def test_the_other_spelling_is_the_same_file() -> None:
    assert respelled({NFD, "a.mp4"}, [NFC, "a.mp4"]) == {NFC: NFD}
    assert respelled({NFC}, [NFD, "new.mp4"]) == {NFD: NFC}
    assert set(spellings(NFC)) == {NFC, NFD} and spellings("a") == ["a"]


def test_a_path_may_be_spelled_in_as_many_ways_as_its_names() -> None:
    names = [NFC, NFD]
    every = {f"{first}/plain/{last}" for first in names for last in names}
    for path in every:
        assert set(path_spellings(path)) == every - {path}
    assert path_spellings("plain/b.mp4") == [] == path_spellings("\udcff/plain")
    deep = "/".join([NFC] * 40)
    assert path_spellings(deep) == ["/".join([NFD] * 40)]


def test_two_files_with_both_spellings_are_two_files() -> None:
    assert respelled({NFC, NFD}, [NFC, NFD]) == {}
    assert respelled({NFC}, [NFC, NFD]) == {}
    assert respelled({NFC, NFD}, []) == {}


def test_names_that_are_no_utf8_are_left_alone() -> None:
    odd = os.fsdecode(b"caf\xe9.mp4")
    assert respelled({odd}, [NFC]) == {}


MAPPED = Source(id=1, name="archive", root="/here", declared="/mnt/archive")
INNER = Source(id=2, name="inner", root="/here/inner")


def test_paths_go_to_the_catalogue_and_come_back() -> None:
    for here, there in (("/here/day1/a.mp4", "/mnt/archive/day1/a.mp4"), ("/here", "/mnt/archive")):
        assert as_declared(here, [MAPPED]) == there
        assert as_seen_here(there, [MAPPED]) == here
    assert as_declared("/elsewhere/a", [MAPPED]) == "/elsewhere/a" == as_seen_here("/elsewhere/a", [MAPPED])
    assert as_declared("/here/inner/a", [MAPPED, INNER]) == "/here/inner/a"


def test_a_link_or_a_second_mount_leads_to_the_source(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    (root / "day1").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    source = Source(id=1, name="archive", root=str(root))
    assert under_known_root(str(tmp_path / "link" / "day1"), [source]) == str(root / "day1")
    assert under_known_root(str(tmp_path / "link"), [source]) == str(root)
    other = str(tmp_path / "other")
    assert under_known_root(other, [source]) == other

    def case_blind(one: str, two: str) -> bool:
        return one.casefold() == two.casefold()

    shouted = f"{tmp_path}/ARCHIVE/day1"
    assert under_known_root(shouted, [source], case_blind) == str(root / "day1")
