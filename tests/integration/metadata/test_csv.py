"""Metadata as tables for spreadsheets, over both databases: nothing is lost on the way there and back."""

import codecs
import csv
import io
import random
from collections.abc import Callable
from typing import Any

import pytest

from dampipe.features.metadata.csv.cells import Delimiter
from dampipe.features.metadata.csv.export import MetadataExport
from dampipe.features.metadata.csv.importer import MetadataImport
from dampipe.features.metadata.model import ExportRequest, ImportOptions, ImportReport
from dampipe.features.metadata.schema import Schema, default_schema
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import ValueSource
from tests.support.described import Described, name_of

ANNA = Actor(ActorKind.USER, "anna", Role.EDITOR)
BEN = Actor(ActorKind.USER, "ben", Role.EDITOR)
GUEST = Actor(ActorKind.USER, "guest", Role.COMMENTER)
SCHEMA = """
[[field]]
key = "keywords"
label = "Keywords"
type = "term"
vocabulary = "keywords"
multiple = true
[[field]]
key = "pool"
label = "Pool"
type = "text"
multiple = true
union = true
[[field]]
key = "weight"
label = "Weight"
type = "number"
unit = "kg"
least = -10
[[field]]
key = "shot_on"
label = "Shot"
type = "date"
[[field]]
key = "good"
label = "Good"
type = "boolean"
[[field]]
key = "see"
label = "See"
type = "asset"
multiple = true
[[field]]
key = "mood"
label = "Mood"
write = "commenter"
[[field]]
key = "locked"
label = "Locked"
write = "none"
"""


@pytest.fixture
def library(described: Described) -> Described:
    described.vocabulary("keywords", "Beach", "Sea", "=SUM", is_open=True)
    more = Schema.from_toml(SCHEMA)
    described.schemas.apply(LOCAL, Schema(field=(*default_schema().field, *more.field)))
    return described


def exported(library: Described, actor: Actor = LOCAL, **more: Any) -> bytes:
    return b"".join(library.library.services.get(MetadataExport).write(actor, ExportRequest(**more)))


def imported(library: Described, data: bytes | str, actor: Actor = LOCAL, **more: Any) -> ImportReport:
    data = data.encode() if isinstance(data, str) else data
    options = ImportOptions(**more)
    return library.library.services.get(MetadataImport).run(actor, io.BytesIO(data), options)


def rows_of(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def edited(data: bytes, change: Callable[[list[dict[str, str]]], None]) -> str:
    """The file after somebody has changed some of its rows."""
    rows = rows_of(data)
    change(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def problems(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code.removeprefix("metadata.")) for one in report.problems]


HOSTILE = [
    *("=1+1", "'=1", "'tis", "007", "2024-05-17", "1E5", "a|b", '"quoted"', "a;b,c", "+49", "@x", "<clear>"),
    *(
        "<unset>",
        "TRUE",
        "MAR1",
        "12345678901234567890",
        "x\u2028y",
        "–",
        "日本",
        "\u202ex",
        "1,5",
        "''",
        "|",
        "50%",
    ),
]


def fill(library: Described) -> None:
    rng = random.Random(5)
    for number in range(1, 6):
        texts = rng.sample(HOSTILE, 6)
        library.edit(number, ANNA, set={
            "title": texts[0], "description": f"{texts[1]}\n\n{texts[2]}", "people": texts[3:], "reel": "007",
            "rating": number, "weight": rng.choice([-0.5, 1e-5, 12345.678]), "good": bool(number % 2),
            "shot_on": rng.choice(["2024", "2024-05", "2024-05-17", "2024-05-17T10:30:00+02:00"]),
            "keywords": ["Beach", "=SUM"], "see": [name_of(number % 5 + 1)], "pool": texts[:2],
        })  # fmt: skip
    library.says(ValueSource.FILE, 1, "title", "from the file")
    library.says(ValueSource.FILE, 1, "pool", "from the file")
    library.edit(2, clear=("title",))


def test_an_export_has_a_row_for_each_asset_and_a_column_for_each_field(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "=cmd", "people": ["Ann", "B|C"], "reel": "007", "shot_on": "2024-05-17",
                               "keywords": ["Beach", "=SUM"], "weight": -0.5, "good": True})  # fmt: skip
    data = exported(library)
    assert data.startswith(codecs.BOM_UTF8)
    rows = rows_of(data)
    assert list(rows[0])[:3] == ["asset.sha1", "asset.path", "asset.version"] and "file_size" in rows[0]
    assert sorted(row["asset.sha1"].lstrip("'") for row in rows) == sorted(map(name_of, range(1, 6)))
    [one] = [row for row in rows if row["asset.sha1"].lstrip("'") == name_of(1)]
    picked = {key: one[key] for key in ("title", "people", "reel", "shot_on", "keywords", "weight", "good")}
    assert picked == {"title": "'=cmd", "people": 'Ann|"B|C"', "reel": "'007", "shot_on": "'2024-05-17",
                      "keywords": "Beach|=SUM", "weight": "-0.5", "good": "yes"}  # fmt: skip
    some = exported(library, filters={"field": ("rating",)}, fields=("reel",), delimiter=Delimiter.SEMICOLON)
    assert some.decode("utf-8-sig") == "asset.sha1;asset.path;asset.version;reel\r\n"


def test_what_is_imported_unchanged_changes_nothing(library: Described) -> None:
    fill(library)
    for delimiter in Delimiter:
        data = exported(library, delimiter=delimiter)
        for source in ("person", "import"):
            report = imported(library, data, source=source)
            assert (report.changes, report.operation, report.problems, report.rows) == (0, None, (), 5)
    utf_16 = exported(library, delimiter=Delimiter.TAB).decode("utf-8-sig").encode("utf-16")
    assert imported(library, utf_16).changes == 0
    plain = edited(exported(library), lambda rows: [row.pop("asset.version") for row in rows] and None)
    assert imported(library, plain, replace=True).changes == 0, "it says what is there already"


def test_all_values_of_one_library_arrive_in_another(library: Described) -> None:
    fill(library)
    data = exported(library)
    keys = (
        "title",
        "description",
        "people",
        "reel",
        "weight",
        "shot_on",
        "keywords",
        "see",
        "good",
        "rating",
    )

    def everything() -> list[Any]:
        alone = [library.get(number, key) for number in range(1, 6) for key in keys]
        return [*alone, *(sorted(library.get(number, "pool")) for number in range(1, 6))]

    wanted = everything()
    library.bulk(clear=(*keys, "pool"))
    assert imported(library, data, replace=True).changes == 0, "nobody edited it: it takes nothing back"
    data = edited(data, lambda rows: [row.pop("asset.version") for row in rows] and None)
    found = imported(library, data, replace=True)
    assert found.errors == 0 and found.changed == 5
    assert everything() == wanted


def test_an_edited_file_is_one_change_of_the_person_that_is_undone_at_once(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "old", "people": ["Ann", "Bob"]})

    def change(rows: list[dict[str, str]]) -> None:
        rows[0] |= {"title": "new", "people": "Bob|Cid", "keywords": "Sea"}
        rows[1] |= {"title": "<clear>", "reel": "'007", "description": "two\nlines"}

    library.says(ValueSource.FILE, 2, "title", "from the file")
    text = edited(exported(library), change)
    preview = imported(library, text, BEN, dry_run=True)
    assert (preview.operation, preview.changed, preview.changes, preview.errors) == (None, 2, 6, 0)
    assert {(one.field, one.before, one.after) for one in preview.differences if one.sha1 == name_of(1)} == {
        ("title", ("old",), ("new",)), ("people", ("Ann", "Bob"), ("Bob", "Cid")), ("keywords", (), ("Sea",)),
    }  # fmt: skip
    assert library.get(1, "title") == ["old"], "a dry run writes nothing"
    done = imported(library, text, BEN, name="list.csv")
    assert (done.changed, done.changes) == (2, 6)
    assert library.get(1, "people") == ["Bob", "Cid"] and library.get(1, "keywords") == ["sea"]
    assert library.get(2, "title") == [] and library.get(2, "reel") == ["007"]
    assert library.get(2, "description") == ["two\nlines"]
    [said] = library.metadata.get(LOCAL, name_of(1), ["title"]).fields[0].sources
    assert (said.source, said.actor) == (ValueSource.PERSON, "user:ben")
    assert library.metadata.operations(LOCAL)[0].summary == "import of list.csv"
    assert imported(library, text, BEN).changes == 0, "once more, it changes nothing"
    undone = library.metadata.undo(BEN)
    assert (undone.restored, undone.left) == (6, 0)
    assert library.get(1, "people") == ["Ann", "Bob"] and library.get(2, "title") == ["from the file"]


def test_what_was_changed_meanwhile_is_reported_and_stays(library: Described) -> None:
    library.bulk(1, 2, 3, actor=ANNA, set={"title": "old", "reel": "A"})

    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["title"] = rows[1]["title"] = "mine"

    data = exported(library)
    text = edited(data, change)
    library.edit(1, BEN, set={"title": "theirs", "reel": "B"})
    library.edit(3, BEN, set={"title": "theirs"})
    report = imported(library, text, ANNA)
    assert problems(report) == [(2, "title", "csv_changed_meanwhile")]
    assert "user:ben" in report.problems[0].text and "theirs" in report.problems[0].text
    assert [library.get(n, "title") for n in (1, 2, 3)] == [["theirs"], ["mine"], ["theirs"]]
    assert library.get(1, "reel") == ["B"], "nobody edited that cell"
    assert imported(library, data).changes == 0, "a file that nobody edited takes nothing back"
    assert imported(library, text, ANNA, replace=True).changes == 1
    assert library.get(1, "title") == ["mine"]
    undone = library.metadata.undo(ANNA)
    assert undone.restored == 1 and library.get(1, "title") == ["theirs"]


def test_a_table_made_by_hand_replaces_nothing_that_a_person_wrote_unasked(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "Anna's"})
    library.edit(2, ANNA, clear=("title",))
    library.says(ValueSource.FILE, 3, "title", "from the file")
    text = "asset.sha1;title\r\n" + "".join(f"{name_of(n)};by hand\r\n" for n in (1, 2, 3, 4))
    report = imported(library, text, BEN)
    assert problems(report) == [(2, "title", "csv_kept"), (3, "title", "csv_kept")]
    assert [library.get(n, "title") for n in (1, 2, 3, 4)] == [["Anna's"], [], ["by hand"], ["by hand"]]
    assert imported(library, text, BEN, replace=True).changes == 2
    assert [library.get(n, "title") for n in (1, 2)] == [["by hand"], ["by hand"]]


def test_an_import_of_a_program_never_counts_before_a_person(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "Anna's"})
    text = "asset.sha1,title\r\n" + "".join(f"{name_of(n)},listed\r\n" for n in (1, 2))
    report = imported(library, text, source="import", replace=True)
    assert problems(report) == [(2, "title", "csv_does_not_count")]
    assert [library.get(n, "title") for n in (1, 2)] == [["Anna's"], ["listed"]]
    library.edit(1, ANNA, unset=("title",))
    assert library.get(1, "title") == ["listed"]
    assert library.metadata.get(LOCAL, name_of(1), ["title"]).fields[0].source is ValueSource.IMPORT
    library.metadata.undo(LOCAL, report.operation)
    assert [library.get(n, "title") for n in (1, 2)] == [[], []]


def test_each_error_is_listed_with_row_and_column_and_nothing_is_imported(library: Described) -> None:
    text = (
        "asset.sha1,title,rating,keywords,shot_on,people,titel,weight,weight\r\n"
        f"{name_of(1)},fine,9,Beach,17.05.2024,\"\"\"a\",,1,\r\n"
        f"{'0' * 40},x\r\n"
        f"{name_of(2)},good,3,Bech\r\n"
        f"{name_of(1)},again\r\n"
        ",nameless\r\n"
        f"{name_of(3)},a,1,,,,,1,1,long\r\n"
        f"{name_of(4)},\"two\nlines\",,,,,,-11\r\n"
    )  # fmt: skip
    wanted = [
        (1, "titel", "csv_column_unknown"), (1, "weight", "csv_column_twice"),
        (2, "rating", "value_invalid"), (2, "shot_on", "value_invalid"), (2, "people", "csv_quotes"),
        (3, "asset.sha1", "csv_asset_unknown"), (4, "keywords", "csv_new_term"), (5, "asset.sha1", "csv_row_twice"),
        (6, "asset.sha1", "csv_asset_unknown"), (7, "", "csv_row_long"),
        (8, "title", "value_invalid"), (8, "weight", "value_invalid"),
    ]  # fmt: skip
    for dry_run in (True, False):
        report = imported(library, text, dry_run=dry_run)
        assert report.refused and report.operation is None
        assert sorted(problems(report)) == sorted(wanted) and report.errors == len(wanted)
    assert "did you mean title" in report.problems[0].hint.lower()
    assert library.get(1, "title") == [] and library.metadata.operations(LOCAL) == []
    partial = imported(library, text, partial=True)
    assert not partial.refused and partial.changed == 2
    assert [library.get(n, "title") for n in (1, 2, 3)] == [["fine"], ["good"], []]
    assert library.get(2, "rating") == [3] and library.get(1, "weight") == [1]


def test_new_terms_are_added_only_if_asked_for(library: Described) -> None:
    text = f"asset.sha1,keywords\r\n{name_of(1)},Beach|Dune\r\n"
    assert problems(imported(library, text, BEN)) == [(2, "keywords", "csv_new_term")]
    preview = imported(library, text, BEN, new_terms=True, dry_run=True)
    assert preview.differences[0].after == ("Beach", "Dune")
    assert imported(library, text, BEN, new_terms=True).changes == 1
    assert library.get(1, "keywords") == ["beach", "dune"]
    renamed = exported(library)
    library.library.services.get(VocabularyService).rename(LOCAL, "keywords", "beach", "Shore")
    report = imported(library, renamed, BEN, new_terms=False)
    assert problems(report) == [(2, "keywords", "csv_new_term")], (
        "a renamed term does not come back as a new one"
    )


def test_only_fields_that_one_may_write_are_written(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "Anna's"})

    def change(rows: list[dict[str, str]]) -> None:
        rows[0] |= {"title": "guest", "mood": "calm", "locked": "x", "file_size": "2"}

    report = imported(library, edited(exported(library, GUEST), change), GUEST)
    assert sorted(problems(report)) == [
        (2, "file_size", "csv_read_only"), (2, "locked", "read_only"), (2, "title", "role_missing"),
    ]  # fmt: skip
    assert (
        report.changes == 1 and library.get(1, "mood") == ["calm"] and library.get(1, "title") == ["Anna's"]
    )


def test_values_of_several_sources_that_count_together(library: Described) -> None:
    library.says(ValueSource.FILE, 1, "pool", "a", "b")
    library.edit(1, ANNA, add={"pool": ["c"]})
    data = exported(library)
    [cell] = [row["pool"] for row in rows_of(data) if row["pool"]]
    assert sorted(cell.split("|")) == ["a", "b", "c"]
    text = edited(data, lambda rows: rows[0].update(pool="b|c|d"))
    assert imported(library, text, BEN).changes == 1
    assert sorted(library.get(1, "pool")) == ["b", "c", "d"]
    library.metadata.undo(BEN)
    assert sorted(library.get(1, "pool")) == ["a", "b", "c"]


def test_a_file_of_another_asset_that_became_this_one_is_no_base(library: Described) -> None:
    library.edit(1, ANNA, set={"title": "one"})
    library.edit(2, ANNA, set={"title": "two"})
    rows = rows_of(exported(library))
    foreign = f"asset.sha1,asset.version,title\r\n{name_of(1)},{rows[1]['asset.version']},two\r\n"
    assert problems(imported(library, foreign)) == [(2, "title", "csv_kept")]


def test_a_file_that_breaks_off_changes_nothing(library: Described) -> None:
    text = f'asset.sha1,title\r\n{name_of(1)},a\r\n{name_of(2)},"b\r\n'
    with pytest.raises(InvalidInput):
        imported(library, text)
    assert library.get(1, "title") == []
