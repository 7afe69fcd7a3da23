"""Schemas as TOML and as JSON Schema, and declarations that contradict themselves."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dampipe.app.features as _features  # noqa: F401 - registers the features
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FieldType, Operator, declared_fields


def test_the_default_schema_is_what_a_librarian_expects() -> None:
    fields = {one.key: one for one in default_schema().metadata_fields()}
    assert fields["rating"].limits == (0.0, 5.0) and fields["rating"].xmp == "xmp:Rating"
    assert fields["label"].constraints.choices == ("Red", "Yellow", "Green", "Blue", "Purple")
    assert {key for key, one in fields.items() if not one.xmp} == {"favourite"}  # no property is known for it
    assert all(one.group for one in fields.values())
    assert len({one.xmp for one in fields.values()}) == len(fields)
    assert not fields.keys() & declared_fields().keys()


def test_facts_are_read_only_and_each_has_operators() -> None:
    declared = declared_fields()
    facts = {key: one for key, one in declared.items() if one.is_fact}
    assert declared.keys() - facts.keys() == {"tags"}
    assert {"duration", "codec", "camera", "recorded_on", "lines"} <= facts.keys()
    for one in facts.values():
        assert one.write is None and Operator.IS_SET in one.operators
    assert Operator.LESS in facts["recorded_on"].operators and Operator.CONTAINS in facts["camera"].operators


TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
OF_TEXT = st.builds(
    FieldDeclaration,
    key=st.just("t"),
    label=TEXTS,
    help=TEXTS,
    group=TEXTS,
    multiple=st.booleans(),
    max_length=st.none() | st.integers(1, 9),
    choices=st.lists(TEXTS, max_size=3, unique=True),
)
OF_NUMBERS = st.builds(
    FieldDeclaration,
    key=st.just("n"),
    label=TEXTS,
    type=st.just(FieldType.NUMBER),
    unit=TEXTS,
    least=st.none() | st.floats(-9, 0),
    most=st.none() | st.floats(1, 9),
    write=st.sampled_from(["editor", "none"]),
)
OF_TERMS = st.builds(
    FieldDeclaration,
    key=st.just("v"),
    label=TEXTS,
    type=st.just(FieldType.TERM),
    vocabulary=TEXTS,
    facet=st.booleans(),
    xmp=st.sampled_from(["", "dc:subject"]),
)
DECLARATIONS = st.one_of(OF_TEXT, OF_NUMBERS, OF_TERMS)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(fields=st.lists(DECLARATIONS, max_size=3, unique_by=lambda one: one.key))
def test_toml_and_json_schema_say_the_same(fields: list[FieldDeclaration]) -> None:
    schema = Schema(field=tuple(fields))
    assert Schema.from_toml(schema.to_toml()) == schema
    assert Schema.from_json_schema(schema.to_json_schema()) == schema
    assert Schema.from_json(schema.to_json()) == schema


def test_a_json_schema_of_others_is_read_by_its_types() -> None:
    found = Schema.from_json_schema(
        {
            "properties": {
                "title": {"type": "string", "title": "Title", "maxLength": 10, "description": "A name."},
                "iso": {"type": "integer", "minimum": 50},
                "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
                "page": {"type": "string", "format": "uri"},
                "on": {"type": "string", "format": "date", "readOnly": True},
                "ok": {"type": "boolean"},
            }
        }
    )
    kinds = {one.key: (str(one.type), one.multiple, one.choices) for one in found.field}
    assert kinds == {
        "title": ("text", False, ()),
        "iso": ("number", False, ()),
        "tags": ("text", True, ("a", "b")),
        "page": ("url", False, ()),
        "on": ("date", False, ()),
        "ok": ("boolean", False, ()),
    }
    assert found.field[0].max_length == 10 and found.field[1].least == 50 and found.field[4].write == "none"


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"key": "Bad Key"}, "identifier"),
        ({"label": " "}, "no label"),
        ({"type": "term"}, "needs a vocabulary"),
        ({"vocabulary": "x"}, "only a field of terms"),
        ({"unit": "mm"}, "only a number"),
        ({"least": 1}, "limits"),
        ({"type": "number", "pattern": "x"}, "pattern"),
        ({"type": "number", "choices": ["x"]}, "choices"),
        ({"type": "label"}, "needs choices"),
        ({"type": "number", "least": 2, "most": 1}, "exceeds"),
        ({"type": "rating", "least": 7}, "exceeds"),
        ({"pattern": "("}, "regular expression"),
        ({"max_length": 0}, "less than 1"),
        ({"choices": ["a", "a"]}, "the same"),
        ({"precedence": ["file", "person"]}, "a person's values come first"),
        ({"precedence": ["person", "person"]}, "twice"),
        ({"union": True}, "several values"),
        ({"xmp": "title"}, "prefix:name"),
        ({"type": "long_text", "facet": True}, "long text"),
        ({"multiple": True, "sortable": True}, "sort order"),
        ({"type": "nothing"}, "type of the field 'x'"),
        ({"write": "viewer"}, "write of the field 'x'"),
        ({"other": 1}, "other of the field 'x'"),
        ({"label": "a\nb"}, "cannot be printed"),
        ({"pattern": "\0"}, "cannot be stored"),
        ({"pattern": "a\ud800"}, "cannot be stored"),
        ({"type": "label", "choices": ["a", "\0"]}, "cannot be stored"),
        ({"a\0": 1}, "cannot be stored"),
    ],
)
def test_what_contradicts_itself_is_refused_and_named(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as found:
        Schema.checked({"field": [{"key": "x", "label": "X", **stated}]})
    assert words in f"{found.value} {found.value.hint}"


def test_files_that_are_no_schemas_are_refused() -> None:
    twice = '[[field]]\nkey = "a"\nlabel = "A"\n' * 2
    for text in ("[[field]", twice, "field = 1", "[other]\nx = 1", '[[field]]\nkey = "a"\n'):
        with pytest.raises(InvalidInput):
            Schema.from_toml(text)
    for given_schema in (
        {},
        {"properties": []},
        {"properties": {"a": 1}},
        {"properties": {"a": {"x-dampipe": {"type": 1}}}},
    ):
        with pytest.raises(InvalidInput):
            Schema.from_json_schema(given_schema)
