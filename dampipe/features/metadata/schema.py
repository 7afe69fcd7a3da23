"""The schema of a library: the fields that people declare, as TOML, as JSON Schema and as the catalogue stores them."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from dampipe.features.metadata.errors import SCHEMA_INVALID
from dampipe.kernel.access import Role
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import (
    FIELD_INVALID,
    PRECEDENCE,
    Constraints,
    FieldType,
    MetadataField,
    ValueSource,
    check_field,
)
from dampipe.kernel.storable import unstorable_in

MOST_FIELDS = 500
"""Fields of a schema."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXTENSION = "x-dampipe"
"""Key in a JSON Schema below which stands what JSON Schema has no word for."""

RoleName = Literal["commenter", "editor", "manager", "admin"]


class FieldDeclaration(BaseModel):
    """One field, as a schema file declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(max_length=64)]
    label: Annotated[str, Field(max_length=200)]
    type: FieldType = FieldType.TEXT
    help: Annotated[str, Field(max_length=1000)] = ""
    group: Annotated[str, Field(max_length=200)] = ""
    multiple: bool = False
    unit: Annotated[str, Field(max_length=20)] = ""
    vocabulary: Annotated[str, Field(max_length=64)] = ""
    least: float | None = None
    most: float | None = None
    pattern: Annotated[str | None, Field(max_length=500)] = None
    max_length: int | None = None
    choices: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    write: RoleName | Literal["none"] = "editor"
    """The least role that may write it."""
    searchable: bool = False
    facet: bool = False
    sortable: bool = False
    xmp: Annotated[str, Field(max_length=100)] = ""
    precedence: tuple[ValueSource, ...] = ()
    union: bool = False
    renamed_from: Annotated[str, Field(max_length=64)] = ""
    """The key that the field had before: its values stay. It is not kept with the schema."""

    @field_validator("label", "help", "group", "unit", "choices")
    @classmethod
    def _can_be_shown(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not all(text.isprintable() for text in ((value,) if isinstance(value, str) else value)):
            raise ValueError("it holds a character that cannot be printed")
        return value

    def metadata_field(self) -> MetadataField:
        """The field. Raises InvalidInput (FIELD_INVALID) if it contradicts itself."""
        made = MetadataField(
            key=self.key,
            label=self.label,
            type=self.type,
            help=self.help,
            multiple=self.multiple,
            unit=self.unit,
            vocabulary=self.vocabulary,
            constraints=Constraints(self.least, self.most, self.pattern, self.max_length, self.choices),
            group=self.group,
            write=None if self.write == "none" else Role[self.write.upper()],
            searchable=self.searchable,
            facet=self.facet,
            sortable=self.sortable,
            xmp=self.xmp,
            union=self.union,
            precedence=self.precedence or PRECEDENCE,
        )
        check_field(made)
        return made

    def stated(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON takes it."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Schema(BaseModel):
    """The fields of a library, in the order in which they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Annotated[tuple[FieldDeclaration, ...], Field(max_length=MOST_FIELDS)] = ()

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """From a schema file: one table `[[field]]` for each field. Raises InvalidInput."""
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InvalidInput(SCHEMA_INVALID, problem=str(error), place="the file") from error
        return cls.checked(given)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From what `to_json` wrote."""
        return cls.model_validate_json(text)

    @classmethod
    def from_json_schema(cls, given: Mapping[str, Any]) -> Self:
        """From a JSON Schema of an object whose properties are the fields. Raises InvalidInput."""
        properties = given.get("properties")
        if not isinstance(properties, Mapping):
            raise InvalidInput(SCHEMA_INVALID, problem="it has no properties", place="the JSON Schema")
        return cls.checked({"field": [_from_property(str(key), one) for key, one in properties.items()]})

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> Self:
        """From a table as TOML gives it. Raises InvalidInput."""
        if (text := unstorable_in(given)) is not None:
            problem = f"{text[:100]!a} holds a character that cannot be stored"
            raise InvalidInput(SCHEMA_INVALID, problem=problem, place="the schema")
        try:
            made = cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            where = _place(first["loc"], given)
            raise InvalidInput(SCHEMA_INVALID, problem=first["msg"], place=where) from error
        keys = [one.key for one in made.field]
        for key in keys:
            if keys.count(key) > 1:
                raise InvalidInput(FIELD_INVALID, key=key, reason="another has that key")
        made.metadata_fields()
        return made

    def metadata_fields(self) -> list[MetadataField]:
        """The fields. Raises InvalidInput for one that contradicts itself."""
        return [one.metadata_field() for one in self.field]

    def to_json(self) -> str:
        """As the catalogue stores it."""
        stored = [one.model_copy(update={"renamed_from": ""}).stated() for one in self.field]
        return json.dumps({"field": stored}, ensure_ascii=True)

    def to_toml(self) -> str:
        """As a schema file."""
        return "\n".join(_toml_table(one.stated()) for one in self.field)

    def to_json_schema(self) -> dict[str, Any]:
        """As a JSON Schema of the values of one asset; what it has no word for stands below EXTENSION."""
        return {
            "$schema": DIALECT,
            "type": "object",
            "properties": {one.key: _property(one) for one in self.field},
            "additionalProperties": False,
        }


@cache
def default_schema() -> Schema:
    """The schema of a library that has none of its own."""
    text = (files("dampipe.features.metadata") / "default_schema.toml").read_text(encoding="utf-8")
    return Schema.from_toml(text)


def _place(path: Sequence[int | str], given: Mapping[str, Any]) -> str:
    """Where in a schema a problem is: the key of the field and the name of the attribute."""
    listed = given.get("field")
    if len(path) > 1 and isinstance(path[1], int) and isinstance(listed, list):
        one = listed[path[1]]
        key = one.get("key") if isinstance(one, dict) else None
        name = f"the field {key!r}" if key else f"field {path[1] + 1}"
        return f"{path[2]} of {name}" if len(path) > 2 else name
    return ".".join(map(str, path)) or "the file"


_TYPES: Mapping[FieldType, Mapping[str, Any]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.LONG_TEXT: {"type": "string"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.DATE: {"type": "string"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.TERM: {"type": "string"},
    FieldType.PERSON: {"type": "string"},
    FieldType.RATING: {"type": "integer"},
    FieldType.LABEL: {"type": "string"},
    FieldType.URL: {"type": "string", "format": "uri"},
    FieldType.ASSET: {"type": "string", "pattern": "^[0-9a-f]{40}$"},
}
_WORDS = {
    "least": "minimum",
    "most": "maximum",
    "pattern": "pattern",
    "max_length": "maxLength",
    "choices": "enum",
}
"""Attributes of a field by their keywords of JSON Schema."""


def _property(one: FieldDeclaration) -> dict[str, Any]:
    stated = one.stated()
    item: dict[str, Any] = dict(_TYPES[one.type])
    made = one.metadata_field()
    if one.type is FieldType.RATING:
        item |= {"minimum": made.limits[0], "maximum": made.limits[1]}
    item |= {word: stated[name] for name, word in _WORDS.items() if name in stated}
    if "pattern" in stated:
        item["pattern"] = (
            f"^(?:{stated['pattern']})$"  # it matches the whole text, which JSON Schema does not ask for
        )
    whole = {"type": "array", "items": item, "uniqueItems": True} if one.multiple else item
    more = {
        name: value for name, value in stated.items() if name not in ("key", "label", "help", "renamed_from")
    }
    more |= {"type": str(one.type)}
    texts = {"title": one.label} | ({"description": one.help} if one.help else {})
    return {**texts, **whole, EXTENSION: more}


def _from_property(key: str, given: Any) -> dict[str, Any]:
    """The declaration that a property means: as it says below EXTENSION, else by its type."""
    if not isinstance(given, Mapping):
        raise InvalidInput(SCHEMA_INVALID, problem="it is not an object", place=f"the property {key!r}")
    found: dict[str, Any] = {"key": key, "label": given.get("title", key)}
    if "description" in given:
        found["help"] = given["description"]
    more = given.get(EXTENSION)
    if isinstance(more, Mapping):
        return {**more, **found}
    is_array = given.get("type") == "array"
    item = given.get("items", {}) if is_array else given
    if not isinstance(item, Mapping):
        item = {}
    kinds = {"number": FieldType.NUMBER, "integer": FieldType.NUMBER, "boolean": FieldType.BOOLEAN}
    kind = kinds.get(str(item.get("type")), FieldType.TEXT)
    formats = {"uri": FieldType.URL, "date": FieldType.DATE, "date-time": FieldType.DATE}
    if item.get("type") == "string":
        kind = formats.get(str(item.get("format")), FieldType.TEXT)
    found |= {"type": str(kind), "multiple": is_array}
    for name, word in _WORDS.items():
        if word in item:
            found[name] = item[word]
    if given.get("readOnly"):
        found["write"] = "none"
    return found


def _toml_table(stated: Mapping[str, Any]) -> str:
    # JSON's strings, numbers, booleans and lists of strings are TOML's, too, but for the escape of a slash.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in stated.items()]
    return "\n".join(["[[field]]", *lines, ""])
