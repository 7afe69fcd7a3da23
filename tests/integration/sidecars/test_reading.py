"""What other programs write to sidecars becomes values."""

import os
import time
from pathlib import Path

import pytest

from dampipe.kernel.access import LOCAL
from tests.support.sidecar_samples import DARKTABLE, DIGIKAM, IMMICH, LIGHTROOM, RESOLVE, SELF_CLOSED
from tests.support.sidecars import Sidecars

KEYWORDS = """
[[field]]
key = "keywords"
label = "Keywords"
multiple = true
searchable = true
xmp = "dc:subject"
"""
TERMS = """
[[field]]
key = "keywords"
label = "Keywords"
type = "term"
vocabulary = "subjects"
multiple = true
xmp = "dc:subject"
"""


def with_keywords(library: Sidecars, keywords: str = KEYWORDS) -> None:
    from dampipe.features.metadata.schema import default_schema

    library.schema(f"{default_schema().to_toml()}\n{keywords}")


def test_sidecars_of_all_programs_are_read(here: Sidecars) -> None:
    with_keywords(here)
    for name in ("adobe.mp4", "immich.mp4", "darktable.mp4", "digikam.mp4", "resolve.mp4"):
        here.clip(name)
    here.write("adobe.xmp", LIGHTROOM)
    here.write("immich.mp4.xmp", IMMICH)
    here.write("darktable.mp4.xmp", DARKTABLE)
    here.write("digikam.mp4.XMP", DIGIKAM)
    here.write("resolve.xmp", RESOLVE)
    here.scan()
    read = {
        ("adobe", "title"): ["Night drive"],
        ("adobe", "rating"): [3],
        ("adobe", "label"): ["Red"],
        ("adobe", "shot_on"): ["2024-05-17T10:30:00.12+02:00"],
        ("adobe", "keywords"): ["Berlin", "night & rain"],
        ("immich", "description"): ["A dog on the beach"],
        ("immich", "rating"): [5],
        ("immich", "keywords"): ["Dog"],
        ("darktable", "rating"): [1],
        ("darktable", "label"): ["Green"],
        ("darktable", "shot_on"): ["2023-01-02T03:04:05"],
        ("digikam", "rating"): [4],
        ("digikam", "keywords"): ["Dog", "beach"],
        ("digikam", "people"): ["Ada", "Grace"],
        ("resolve", "scene"): ["12A"],
        ("resolve", "take"): [3],
        ("resolve", "good_take"): [True],
        ("resolve", "notes"): ["soft focus"],
    }
    assert {(name, key): here.value(f"{name}.mp4", key) for name, key in read} == read
    assert {(name, key): here.says(f"{name}.mp4", key, "sidecar") for name, key in read} == read


def test_a_changed_sidecar_replaces_what_it_said_as_a_whole(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    here.write("a.xmp", IMMICH)
    here.scan()
    assert here.value("a.mp4", "rating") == [5]
    assert here.value("a.mp4", "description") == ["A dog on the beach"]
    assert here.value("a.mp4", "title") == [] and here.value("a.mp4", "label") == []
    (here.root / "a.xmp").unlink()
    here.scan()
    assert here.values_with("sidecar") == 0


def test_a_person_counts_whatever_sidecars_say(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.scan()
    here.edit("a.mp4", set={"title": "Mine"}, clear=["label"])
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    assert here.value("a.mp4", "title") == ["Mine"] and here.value("a.mp4", "label") == []
    assert here.says("a.mp4", "title", "sidecar") == ["Night drive"]
    assert here.value("a.mp4", "rating") == [3]
    here.edit("a.mp4", unset=["title", "label"])
    assert here.value("a.mp4", "title") == ["Night drive"] and here.value("a.mp4", "label") == ["Red"]


def test_the_whole_name_wins(here: Sidecars) -> None:
    here.clip("a.mp4")
    here.write("a.mp4.xmp", IMMICH)
    here.write("a.xmp", LIGHTROOM)  # the later one
    here.scan()
    assert here.value("a.mp4", "rating") == [5] and here.value("a.mp4", "title") == []
    (here.root / "a.mp4.xmp").unlink()
    here.scan()
    assert here.value("a.mp4", "rating") == [3] and here.value("a.mp4", "description") == []


def test_of_copies_the_sidecar_that_was_changed_last_counts(here: Sidecars) -> None:
    here.clip("a/x.mp4", "same")
    here.clip("b/y.mp4", "same")
    here.write("b/y.xmp", LIGHTROOM)
    here.write("a/x.xmp", IMMICH)
    here.scan()
    assert here.value("a/x.mp4", "rating") == [5]
    here.write("b/y.xmp", LIGHTROOM.replace(b'Rating="3"', b'Rating="2"'))
    here.scan()
    assert here.value("a/x.mp4", "rating") == [2] and here.value("a/x.mp4", "description") == []


def test_a_sidecar_moves_with_its_file(here: Sidecars) -> None:
    here.clip("a/x.mp4")
    here.write("a/x.xmp", LIGHTROOM)
    here.scan()
    (here.root / "a").rename(here.root / "b")
    here.scan()
    assert here.value("b/x.mp4", "title") == ["Night drive"]


def test_an_unchanged_library_reads_nothing(here: Sidecars, monkeypatch: pytest.MonkeyPatch) -> None:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    monkeypatch.setattr(here.reader, "_read", lambda *given: pytest.fail("nothing has changed"))
    here.scan()
    assert here.value("a.mp4", "rating") == [3]


def test_a_sidecar_that_is_written_to_is_read_again(local: Sidecars) -> None:
    local.clip("a.mp4")
    path = local.write("a.xmp", LIGHTROOM)
    os.utime(path)
    local.scan()
    assert local.value("a.mp4", "rating") == [3]
    path.write_bytes(LIGHTROOM.replace(b'Rating="3"', b'Rating="1"'))
    later = time.time() - 100
    os.utime(path, (later, later))
    local.take_in()  # without a scan: the folder is still to be read
    assert local.value("a.mp4", "rating") == [1]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + IMMICH[IMMICH.index(b"<x:") :]
BROKEN = {
    "doctype": BOMB,
    "too_large": IMMICH + b" " * (17 << 20),
    "not_xml": LIGHTROOM[:900],
    "too_deep": b"<a>" * 100_000,
    "not_xmp": b"<html/>",
    "encoding": IMMICH.replace(b"A dog", b"\xff\xff"),
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_broken_sidecar_is_a_warning_and_says_what_it_said_before(local: Sidecars, problem: str) -> None:
    local.clip("new.mp4")
    local.clip("known.mp4")
    local.write("known.xmp", LIGHTROOM)
    local.scan()
    local.write("new.xmp", BROKEN[problem])
    local.write("known.xmp", BROKEN[problem])
    done = local.scan()
    assert done.state not in ("failed", "suspicious")
    assert local.value("known.mp4", "title") == ["Night drive"]
    report = local.report("new.mp4")
    assert report is not None and report.problem == problem
    assert local.service.status(LOCAL).problems == 2
    local.write("known.xmp", IMMICH)
    local.scan()
    assert local.value("known.mp4", "rating") == [5] and local.value("known.mp4", "title") == []


def test_values_that_no_field_takes_are_named(local: Sidecars) -> None:
    local.clip("a.mp4")
    sample = LIGHTROOM.replace(b'Rating="3"', b'Rating="nine"').replace(b'Label="Red"', b'Label="Rot"')
    local.write("a.xmp", sample)
    local.scan()
    report = local.report("a.mp4")
    assert report is not None and set(report.skipped) == {"rating", "label"}
    assert local.value("a.mp4", "title") == ["Night drive"]


def test_links_lead_nowhere(local: Sidecars, tmp_path: Path) -> None:
    (tmp_path / "secret.xmp").write_bytes(LIGHTROOM)
    local.clip("a.mp4")
    local.clip("b.mp4")
    (local.root / "a.xmp").symlink_to(tmp_path / "secret.xmp")
    os.mkfifo(local.root / "b.xmp")
    local.scan()
    assert local.values_with("sidecar") == 0
    reports = [local.report("a.mp4"), local.report("b.mp4")]
    assert [one.problem for one in reports if one is not None] == ["link", "link"]


def test_an_open_vocabulary_gets_proposals_and_a_strict_one_nothing(here: Sidecars) -> None:
    from dampipe.features.vocabularies.queries import TermRepository
    from dampipe.features.vocabularies.tables import TERM, VOCABULARY

    with here.database.write() as connection:
        row = {
            "key": "subjects",
            "label": "subjects",
            "is_open": True,
            "languages": '["en"]',
            "created_at": 1.0,
        }
        connection.execute(VOCABULARY.insert().values(row))
        TermRepository(here.database).add_many(connection, "subjects", ["Berlin"], LOCAL)
    with_keywords(here, TERMS)
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    assert len(here.value("a.mp4", "keywords")) == 2
    with here.database.write() as connection:
        states = sorted(connection.execute(TERM.select()).mappings(), key=lambda one: one["id"])
        assert [one["state"] for one in states] == ["active", "proposed"]
        connection.execute(VOCABULARY.update().values(is_open=False))
    here.write("a.xmp", LIGHTROOM.replace(b"<rdf:li>Places</rdf:li>", b"<rdf:li>Rome</rdf:li>"))
    here.scan()
    report = here.report("a.mp4")
    assert report is not None and report.skipped == ("keywords",)
    assert len(here.value("a.mp4", "keywords")) == 2


def test_a_sidecar_without_properties_says_nothing(local: Sidecars) -> None:
    local.clip("a.mp4")
    local.write("a.xmp", SELF_CLOSED)
    local.scan()
    assert local.values_with("sidecar") == 0
    report = local.report("a.mp4")
    assert report is not None and (report.sidecar, report.problem) == ("a.xmp", None)
