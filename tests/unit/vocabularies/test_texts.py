"""Labels, languages and keys: how they are stored, and how they are compared."""

import pytest

from dampipe.features.vocabularies.model import (
    MAX_FOLDED,
    MAX_LABEL,
    Label,
    LabelKind,
    best_label,
    clean_label,
    clean_note,
    fold,
    is_key,
    make_key,
    valid_language,
    valid_vocabulary_key,
)
from dampipe.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE\u0301"),
        ("STRASSE", "straße"),
        ("Ångström", "A\u030angstro\u0308m"),
        ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
        ("a  b", " A\u00a0B "),
        ("مالطا", "\u200fمالطا"),
        ("می\u200cخواهم", "میخواهم"),
        ("soft\u00adhyphen", "softhyphen"),
        ("ﬁlm", "film"),
    ],
)
def test_spellings_of_one_label_are_looked_up_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("resume", "résumé"), ("Malta", "Malti"), ("C", "C++")])
def test_different_labels_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_label_that_grows_by_folding_fits_into_its_index() -> None:
    assert len(fold("ΐ" * MAX_LABEL)) <= MAX_FOLDED


def test_a_label_is_stored_in_nfc_without_layout_of_its_direction() -> None:
    assert clean_label(" Cafe\u0301\u202e\n au\tlait ") == "Café au lait"
    assert clean_label("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    "label", ["", "  ", "\u200b", "a\0b", "a\x07b", "\ud800", "x" * (MAX_LABEL + 1), "\u202e", "\u200f\u200f"]
)
def test_a_label_that_cannot_be_shown_is_refused(label: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_label(label)
    assert caught.value.code == "term.label_invalid"
    str(caught.value).encode()


def test_a_note_keeps_its_lines() -> None:
    assert clean_note(" one \r\n\r\n two ") == "one\n\ntwo"
    assert clean_note("\n") is None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("DE", "de"), ("de-at", "de-AT"), ("ZH-hant-tw", "zh-Hant-TW"), ("", ""), ("x-Klingon", "x-klingon")],
)
def test_languages_have_their_usual_case(given: str, wanted: str) -> None:
    assert valid_language(given) == wanted


@pytest.mark.parametrize("language", ["de_AT", "d" * 36, "ä", "de-", "-", "en; drop", "123"])
def test_a_language_that_is_not_valid_is_refused(language: str) -> None:
    with pytest.raises(InvalidInput):
        valid_language(language)


@pytest.mark.parametrize("key", ["", "Tags", "1a", "a b", "a/b", "a" * 65, "-a"])
def test_a_key_of_a_vocabulary_that_is_not_valid_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        valid_vocabulary_key(key)


@pytest.mark.parametrize(
    "label", ["Köln, Rhine", "日本", "مالطا", "!!", "a/b", "..", "C++", "x" * 500, "हिन्दी", "می\u200cخواهم"]
)
def test_a_key_that_is_made_of_a_label_is_valid(label: str) -> None:
    assert is_key(make_key(label))


def test_the_label_of_a_near_language_is_taken_before_the_default() -> None:
    labels = [
        Label("de-AT", LabelKind.PREFERRED, "Paradeiser"),
        Label("en", LabelKind.PREFERRED, "tomato"),
        Label("fr", LabelKind.ALTERNATIVE, "pomme d'amour"),
    ]
    assert best_label(labels, ("de", "en")) == "Paradeiser"
    assert best_label(labels, ("fr", "en")) == "tomato"
    assert best_label(labels, ()) == "Paradeiser"
    assert best_label([], ("en",)) == ""
