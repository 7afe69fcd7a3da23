"""Names in two Unicode normal forms."""

import os
import unicodedata

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


def test_names_that_are_not_valid_utf8_are_not_mapped() -> None:
    odd = os.fsdecode(b"caf\xe9.mp4")
    assert respelled({odd}, [NFC]) == {}
