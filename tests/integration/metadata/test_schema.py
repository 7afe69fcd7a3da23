"""Schemas over the values of a library: what breaks is listed and refused, what is told is done, all is undone."""

import json

import pytest

from dampipe.features.metadata.model import SchemaDiff
from dampipe.features.metadata.schema import Schema
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.field import ValueSource
from tests.integration.metadata.test_undo import rows
from tests.support.described import Described, name_of

BASE = '[[field]]\nkey = "a"\nlabel = "A"\n[[field]]\nkey = "b"\nlabel = "B"\nmultiple = true\nsearchable = true\n'


def field(key: str, **stated: object) -> str:
    lines = [
        f"{name} = {json.dumps(value)}"
        for name, value in {"key": key, "label": key.upper(), **stated}.items()
    ]
    return "\n".join(["[[field]]", *lines, ""])


def check(described: Described, text: str) -> SchemaDiff:
    return described.schemas.check(LOCAL, Schema.from_toml(text))


def breaks(found: SchemaDiff) -> dict[tuple[str, str], int]:
    return {(one.field, one.reason): one.values for one in found.breaks}


def test_a_library_begins_with_the_default_schema(described: Described) -> None:
    shown = described.schemas.show(LOCAL)
    assert shown.version == 0 and not shown.can_undo
    assert {"title", "description", "rating", "label", "creator", "copyright"} <= {
        one.key for one in shown.fields
    }
    with pytest.raises(NotFound):
        described.schemas.undo(LOCAL)


def test_what_would_break_is_counted_with_examples_and_refused(described: Described) -> None:
    described.schema(BASE)
    for asset, text in {1: "12", 2: "12", 3: "many", 4: "few"}.items():
        described.edit(asset, set={"a": text, "b": [text, "x"]})
    number = field("a", type="number") + field("b")
    found = check(described, number)
    assert breaks(found) == {("a", "type"): 2, ("b", "single"): 4}
    assert found.converted == {"a": 2} and found.changed == {"a": ("type",), "b": ("multiple", "searchable")}
    assert sorted(found.breaks[0].examples) == ["few", "many"]
    with pytest.raises(Conflict) as refused:
        described.schema(number)
    assert refused.value.code == "schema.breaks_values" and refused.value.parameters["values"] == 6
    with pytest.raises(Conflict):
        described.schema(number, clear=["a"])
    with pytest.raises(Conflict, match="cannot be kept"):
        described.schema(number, clear=["b"], keep=["a"])
    assert described.get(3, "a") == ["many"]
    described.schema(number, clear=["a", "b"])
    assert [described.get(n, "a") for n in range(1, 5)] == [[12], [12], [], []]
    assert described.get(1, "b") == ["12"]
    assert described.which("a", "=", "12") == [1, 2]


@pytest.mark.parametrize(
    ("limits", "broken"),
    [
        ({"max_length": 3}, 2),
        ({"pattern": "[a-z]+"}, 2),
        ({"choices": ["One", "two", "LONGER"]}, 1),
        ({"type": "url"}, 4),
        ({"type": "boolean"}, 4),
    ],
)
def test_each_constraint_is_checked(described: Described, limits: dict[str, object], broken: int) -> None:
    described.schema(field("a"))
    for asset, text in {1: "one", 2: "two", 3: "Longer", 4: "12345"}.items():
        described.edit(asset, set={"a": text})
    before = rows(described)
    assert sum(breaks(check(described, field("a", **limits))).values()) == broken
    if "type" not in limits:
        described.schema(field("a", **limits), keep=["a"])
        kept = [described.get(n, "a") for n in range(1, 5)]
        assert [one[0].casefold() for one in kept] == ["one", "two", "longer", "12345"]
        described.schemas.undo(LOCAL)
    described.schema(field("a", **limits), clear=["a"])
    assert len(rows(described)) == 4 - broken
    described.schemas.undo(LOCAL)
    assert rows(described) == before


def test_limits_of_numbers_are_checked_and_wider_ones_break_nothing(described: Described) -> None:
    described.schema(field("a", type="number", least=0))
    for asset in range(1, 6):
        described.edit(asset, set={"a": asset * 10})
    assert breaks(check(described, field("a", type="number", most=30))) == {
        ("a", "metadata.value_invalid"): 2
    }
    assert not check(described, field("a", type="number")).breaks
    assert not check(described, field("a", type="text")).breaks
    described.schema(field("a", type="text"))
    assert described.get(3, "a") == ["30"]
    assert described.which("a", "contains", "3") == [3]


def test_a_removed_field_is_kept_or_cleared(described: Described) -> None:
    described.schema(BASE)
    described.edit(1, set={"b": ["x", "y"]})
    described.says(ValueSource.FILE, 2, "b", "z")
    before = rows(described)
    only = field("a")
    assert breaks(check(described, only)) == {("b", "removed"): 3}
    described.schema(only, keep=["b"])
    assert rows(described) == before
    described.schema(BASE)
    assert described.get(1, "b") == ["x", "y"], "it comes back with its field"
    described.schema(only, clear=["b"])
    assert rows(described) == []
    described.schemas.undo(LOCAL)
    assert rows(described) == before and described.get(2, "b") == ["z"]


def test_a_renamed_field_takes_values_and_history_along(described: Described) -> None:
    described.schema(BASE)
    described.edit(1, set={"a": "1"})
    before = rows(described)
    renamed = field("c", renamed_from="a") + field("b", multiple=True)
    assert check(described, renamed).renamed == {"a": "c"} and not check(described, renamed).breaks
    described.schema(renamed)
    assert described.get(1, "c") == ["1"]
    assert [one.field for one in described.metadata.history(LOCAL, name_of(1))] == ["c"]
    described.schema(renamed)  # applying the file once more changes nothing
    assert described.get(1, "c") == ["1"]
    described.schemas.undo(LOCAL)
    described.schemas.undo(LOCAL)
    assert rows(described) == before and described.get(1, "a") == ["1"]
    with pytest.raises(InvalidInput):
        check(described, field("c", renamed_from="nothing"))


def test_two_fields_may_change_places(described: Described) -> None:
    described.schema(field("a") + field("b"))
    described.edit(1, set={"a": "was a", "b": "was b"})
    described.schema(field("x", renamed_from="a") + field("b"))
    described.schema(field("x") + field("a", renamed_from="b"))
    assert (described.get(1, "x"), described.get(1, "a")) == (["was a"], ["was b"])


def test_an_undo_leaves_alone_what_was_changed_since(described: Described) -> None:
    described.schema(field("a"))
    for asset, text in {1: "1", 2: "two", 3: "3"}.items():
        described.edit(asset, set={"a": text})
    described.schema(field("a", type="number"), clear=["a"])
    described.edit(2, set={"a": 22})
    described.edit(3, set={"a": 33})
    done = described.schemas.undo(LOCAL)
    assert [described.get(n, "a") for n in (1, 2, 3)] == [["1"], ["22"], ["33"]]
    assert done.version == 3 and not done.diff.breaks
    with pytest.raises(Conflict):
        described.schemas.undo(LOCAL)  # the field of these values would go
    described.schemas.undo(LOCAL, keep=["a"])
    assert described.schemas.show(LOCAL).version == 4


def test_values_of_all_sources_are_converted_with_their_states(described: Described) -> None:
    described.schema(field("b", multiple=True))
    described.says(ValueSource.MODEL, 1, "b", "1", "2", state="proposed")
    described.edit(2, clear=("b",))
    described.schema(field("b", multiple=True, type="number"))
    found = described.metadata.get(LOCAL, name_of(1), ["b"]).fields[0]
    assert [(one.values, one.states) for one in found.sources] == [((1, 2), ("proposed", "proposed"))]
    assert described.metadata.get(LOCAL, name_of(2), ["b"]).fields[0].sources[0].states == ("cleared",)


def test_texts_become_terms_of_a_vocabulary_and_back(described: Described) -> None:
    described.vocabulary("places", "Rome", "Oslo")
    described.schema(field("b", multiple=True))
    described.edit(1, set={"b": ["rome", "Oslo"]})
    described.edit(2, set={"b": ["Nowhere"]})
    before = rows(described)
    terms = field("b", multiple=True, type="term", vocabulary="places")
    assert breaks(check(described, terms)) == {("b", "type"): 1}
    described.schema(terms, clear=["b"])
    assert described.get(1, "b") == ["rome", "oslo"]
    described.schema(field("b", multiple=True))
    assert described.get(1, "b") == ["Rome", "Oslo"], "by their labels"
    described.schemas.undo(LOCAL)
    described.schemas.undo(LOCAL)
    assert rows(described) == before
    with pytest.raises(NotFound, match="does not exist"):
        check(described, field("b", type="term", vocabulary="nothing"))


def test_only_managers_change_the_schema_and_only_the_one_they_saw(described: Described) -> None:
    editor = Actor(ActorKind.USER, "anna", Role.EDITOR)
    with pytest.raises(Forbidden):
        described.schemas.apply(editor, Schema.from_toml(BASE))
    with pytest.raises(Forbidden):
        described.schemas.check(editor, Schema.from_toml(BASE))
    described.schema(BASE, if_version=0)
    with pytest.raises(Conflict, match="changed meanwhile"):
        described.schema(BASE, if_version=0)
    changed = described.events("schema.changed")
    assert [(actor, data["version"], data["added"]) for _, actor, data in changed] == [
        ("local", 1, ["a", "b"])
    ]


def test_a_field_of_files_cannot_be_declared_once_more(described: Described) -> None:
    with pytest.raises(InvalidInput, match="of its own"):
        check(described, field("duration"))
