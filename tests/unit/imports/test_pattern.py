"""Naming patterns: what they say, what they refuse, and that no value leads out of the destination."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dampipe.features.imports.card import CardImporter
from dampipe.features.imports.folder import FolderImporter
from dampipe.features.imports.pattern import Pattern, numbered, safe
from dampipe.kernel.errors import InvalidInput

FIELDS = FolderImporter.fields
VALUES = {
    "name": "C0001.MP4",
    "stem": "C0001",
    "suffix": "MP4",
    "folder": "day 1/b cam",
    "camera": "Sony ILCE-7SM3",
    "shot_on": datetime(2024, 5, 6, 7, 8, 9),
    "imported_on": datetime(2026, 1, 2),
}


def path(text: str, **values: object) -> str:
    return Pattern(text, FIELDS, names_files=True).path({**VALUES, **values})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{shot_on:%Y/%m}/{camera}/{name}", "2024/05/Sony ILCE-7SM3/C0001.MP4"),
        ("{folder}/{name}", "day 1/b cam/C0001.MP4"),
        ("{shot_on}_{name}", "2024-05-06_C0001.MP4"),
        ("{imported_on:%y%m%d}/{stem}.{suffix}", "260102/C0001.MP4"),
        ("{shot_on:%j at %H.%M.%S}/{name}", "127 at 07.08.09/C0001.MP4"),
        ("{{x}}/{name}", "{x}/C0001.MP4"),
    ],
)
def test_what_a_pattern_says(text: str, expected: str) -> None:
    assert path(text) == expected


def test_missing_values() -> None:
    assert path("{camera}/{name}", camera="") == "unknown/C0001.MP4"
    assert path("{camera|no camera}/{name}", camera=" . ") == "no camera/C0001.MP4"
    assert path("{folder}/{name}", folder="") == "C0001.MP4"
    assert path("{shot_on:%Y}/{name}", shot_on=datetime(33, 1, 1)) == "0033/C0001.MP4"


@pytest.mark.parametrize(
    "text",
    [
        "", "/{name}", "../{name}", "a/../{name}", "a//{name}", "{name}/", "./{name}", "{nam}/{name}", "{name",
        "name}", "{}/{name}", "{shot_on:%Q}/{name}", "{shot_on:%}/{name}", "{shot_on:}/{name}", "{camera:%Y}/{name}",
        "{camera|}/{name}",
        "{camera|a/b}/{name}", "a:b/{name}", "a\0/{name}", "a\\{name}", "{card}/{name}",
        "{name.__class__}", "{shot_on!r}/{name}", "{camera}", "{stem}", "{name}/x", "{shot_on:../%Y}/{name}",
        " a/{name}",
        "a./{name}", "x" * 1001 + "{name}", "a*/{name}", "{0}/{name}", "a|b/{name}",
    ],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Pattern(text, FIELDS, names_files=True)
    assert error.value.code == "import.pattern_invalid"


def test_the_patterns_of_importers_are_valid() -> None:
    for importer in (CardImporter, FolderImporter):
        Pattern(importer.default_pattern, importer.fields, names_files=importer.names_files)


values = st.text(max_size=200)
name = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=50
).filter(lambda one: one not in (".", ".."))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(camera=values, name=name, folder=st.lists(name, max_size=4), year=st.integers(1, 9999))
def test_no_value_leads_out(camera: str, name: str, folder: list[str], year: int) -> None:
    found = path(
        "{folder}/{shot_on:%Y/%m}/{camera}/{name}",
        camera=camera, name=name, folder="/".join(folder), shot_on=datetime(year, 2, 3),
    )  # fmt: skip
    parts = found.split("/")
    assert all(part not in ("", ".", "..") and "\0" not in part for part in parts)
    assert parts[: len(folder)] == folder and parts[-1] == name
    assert len(parts) == len(folder) + 4
    assert parts[-2] == (safe(camera) or "unknown")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=values)
def test_no_text_is_a_crash_or_leads_out(text: str) -> None:
    try:
        found = Pattern(text, FIELDS, names_files=True).path(VALUES)  # type: ignore[arg-type]
    except InvalidInput:
        return
    assert all(part not in ("", ".", "..") for part in found.split("/")) and "\0" not in found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=name, first=st.integers(1, 9999), second=st.integers(1, 9999))
def test_numbers_keep_names_apart(name: str, first: int, second: int) -> None:
    assert (numbered(name, first) == numbered(name, second)) == (first == second)
    assert "/" not in numbered(name, first)
