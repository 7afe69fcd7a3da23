"""Requests and reports of metadata: the same for every face."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, model_validator

from dampipe.features.assets.selected import Selected
from dampipe.features.metadata.csv.cells import Delimiter
from dampipe.features.metadata.csv.reader import Encoding
from dampipe.features.metadata.schema import FieldDeclaration
from dampipe.features.metadata.values import MAX_LONG_TEXT
from dampipe.kernel.field import FieldType, Operator, ValueSource
from dampipe.kernel.paths import printable

MOST_VALUES = 200
"""Values that one asset has of one field, at most."""
MOST_SHOWN = 1000
"""Differences, changes or operations of one answer, at most."""

Key: TypeAlias = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
One: TypeAlias = StrictBool | StrictInt | StrictFloat | Annotated[str, Field(max_length=MAX_LONG_TEXT)]
"""A value as JSON gives it. A date is in ISO 8601, a term its key or label, an asset its SHA-1."""
Many: TypeAlias = One | Annotated[tuple[One, ...], Field(max_length=MOST_VALUES)]
"""One value, or a list of them."""


class Edit(BaseModel):
    """What is to become of fields. A field stands in one of the parts only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: dict[Key, Many] = Field(default={}, description="Fields and their new values.")
    add: dict[Key, Many] = Field(default={}, description="Fields with several values, and values to add.")
    remove: dict[Key, Many] = Field(
        default={}, description="Fields with several values, and values to take away."
    )
    unset: tuple[Key, ...] = Field(
        default=(),
        description="Fields about which people say nothing any more: the file, or a machine, counts.",
    )
    clear: tuple[Key, ...] = Field(
        default=(), description="Fields that are to have no value, whatever files and machines say."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [*self.set, *self.add, *self.remove, *self.unset, *self.clear]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise ValueError(f"the field {twice[0]!r} stands in more than one part")
        if not keys:
            raise ValueError("no field is named")
        return self


class AssetEdit(Edit):
    """The same for one asset."""

    if_version: dict[Key, int] = Field(
        default={},
        description="By field: the version that the one who edits has read. If it has another one now, nothing is "
        "changed, and the answer (409) has both values.",
    )


class BulkEdit(Edit, Selected):
    """An edit of many assets."""


class ExportRequest(Selected):
    """Which values of which assets are written as a table."""

    fields: tuple[Key, ...] = Field(
        default=(), max_length=500, description="Only these fields, in this order; none: all."
    )
    delimiter: Delimiter = Field(
        default=Delimiter.COMMA,
        description="Between the cells of a row. With `semicolon` numbers have a decimal comma.",
    )


class ImportOptions(BaseModel):
    """What an import of a table may do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = Field(default=False, description="Only say what would change.")
    source: Literal[ValueSource.PERSON, ValueSource.IMPORT] = Field(
        default=ValueSource.PERSON,
        description="Whose values they are: those of the person who sends them, or, for lists that programs wrote, of "
        "an import, which never counts before a person's.",
    )
    replace: bool = Field(
        default=False,
        description="Also replace what was changed after the export, and what people wrote if the file does not say "
        "from which value it was made.",
    )
    partial: bool = Field(
        default=False,
        description="Import what is right although there are errors; else nothing is imported then.",
    )
    new_terms: bool = Field(default=False, description="Add terms that an open vocabulary does not have.")
    encoding: Encoding = Encoding.AUTO
    name: str = Field(default="", max_length=200, description="Of the file, for the list of changes.")
    limit: int = Field(default=100, ge=0, le=MOST_SHOWN, description="Differences that the answer shows.")


class FieldReport(BaseModel):
    """One field."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    type: FieldType
    help: str = ""
    group: str = ""
    multiple: bool = False
    unit: str = ""
    vocabulary: str = ""
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    write: str | None = None
    """The least role that may write it; None: it is read-only."""
    may_write: bool = False
    """Whether the one who asks may."""
    is_fact: bool = False
    """Whether it is read from the file's content."""
    searchable: bool = False
    facet: bool = False
    sortable: bool = False
    xmp: str = ""
    operators: tuple[Operator, ...] = ()
    own_detail: bool = False
    """Whether another feature shows it in the details of assets."""


class SourceReport(BaseModel):
    """What one source says of a field."""

    model_config = ConfigDict(frozen=True)

    source: ValueSource
    values: tuple[One, ...]
    """Empty: it says that there is no value."""
    states: tuple[str, ...]
    """Of each value: `accepted`, `proposed`, `rejected`; or `cleared`."""
    actor: str
    at: datetime


class ValueReport(BaseModel):
    """The values of one field of an asset."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    group: str
    values: tuple[One, ...]
    """Those that count."""
    texts: tuple[str, ...]
    """The same as a person reads them: with units, labels instead of keys of terms."""
    source: ValueSource | None = None
    """Where they come from, of the first source if there are several; None: from the content of the file."""
    actor: str | None = None
    at: datetime | None = None
    version: int = 0
    """Rises with each change of the field; 0: it never changed."""
    sources: tuple[SourceReport, ...] = ()
    """What each source says, the one that counts first."""


class AssetMetadata(BaseModel):
    """What is known of one asset, field by field."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    """Of its current version."""
    schema_version: int
    fields: tuple[ValueReport, ...]


class Difference(BaseModel):
    """What an edit changes in one field of one asset."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    name: str
    field: str
    before: tuple[One, ...]
    """What counts now."""
    after: tuple[One, ...]
    """What will count."""


class PreviewReport(BaseModel):
    """What an edit would change."""

    model_config = ConfigDict(frozen=True)

    assets: int
    """How many are selected."""
    changed: int
    """How many of these would change."""
    changes: int
    """Fields of assets that would change."""
    differences: tuple[Difference, ...]
    """The first of them."""


class RowProblem(BaseModel):
    """A cell, or a row, that is not imported."""

    model_config = ConfigDict(frozen=True)

    row: int
    """As spreadsheets count them, from 1; the first one names the columns."""
    column: str
    """Empty: the whole row."""
    is_error: bool
    """Whether it is wrong; else it was left alone on purpose: a value was changed meanwhile, say."""
    code: str
    parameters: dict[str, Any] = {}
    """What the text was filled with."""
    text: str
    hint: str = ""


class ImportReport(BaseModel):
    """What an import of a table changed, or would change."""

    model_config = ConfigDict(frozen=True)

    operation: int | None
    """By which it can be undone; None: nothing was changed."""
    rows: int
    changed: int
    """Assets that were changed, or would be."""
    changes: int
    """Fields of assets."""
    errors: int
    left: int
    """Cells that were left alone on purpose."""
    refused: bool
    """Whether nothing was imported because of errors."""
    problems: tuple[RowProblem, ...]
    """The first of each kind, by row."""
    differences: tuple[Difference, ...]
    """The first of them."""


class EditReport(BaseModel):
    """What an edit changed."""

    model_config = ConfigDict(frozen=True)

    operation: int | None
    """By which it can be undone; None: nothing was different."""
    assets: int
    """How many were selected."""
    changed: int
    changes: int


class OperationReport(BaseModel):
    """One change of values, of one asset or many."""

    model_config = ConfigDict(frozen=True)

    id: int
    kind: str
    source: ValueSource
    actor: str
    at: datetime
    summary: str
    changes: int
    """Fields of assets that it changed."""
    undone_at: datetime | None = None
    undoes: int | None = None
    """The operation that this one undid."""


class LeftAlone(BaseModel):
    """A value that an undo did not restore."""

    model_config = ConfigDict(frozen=True)

    sha1: str | None
    """None: the asset was deleted."""
    field: str
    reason: str
    """`changed`: it was changed since; `deleted`: the asset is gone; `schema`: the field has changed."""


class UndoReport(BaseModel):
    """What an undo restored."""

    model_config = ConfigDict(frozen=True)

    undone: OperationReport
    restored: int
    left: int
    """Values that were changed since, and stay as they are."""
    left_alone: tuple[LeftAlone, ...] = ()
    """The first of these."""


class HistoryEntry(BaseModel):
    """One change of one field of an asset."""

    model_config = ConfigDict(frozen=True)

    id: int
    operation: int
    kind: str
    field: str
    source: ValueSource
    actor: str
    at: datetime
    before: tuple[One, ...]
    """What that source said before; empty: nothing, or that there is no value."""
    after: tuple[One, ...]
    cleared: bool = False
    """Whether it says afterwards that there is no value."""
    undone: bool = False


class SchemaReport(BaseModel):
    """The schema of the library."""

    model_config = ConfigDict(frozen=True)

    version: int
    """0: the library has no schema of its own, and uses the default one."""
    at: datetime | None = None
    actor: str | None = None
    fields: tuple[FieldDeclaration, ...]
    can_undo: bool = False


class Break(BaseModel):
    """Values that a new schema would break, of one field, for one reason."""

    model_config = ConfigDict(frozen=True)

    field: str
    reason: str
    """`removed`, `type`, `single` (assets have several values), or the code of an error of values."""
    text: str
    """The same as a sentence."""
    values: int
    examples: tuple[str, ...] = ()
    """Some of the values."""


class SchemaDiff(BaseModel):
    """What a new schema changes, and what it would break."""

    model_config = ConfigDict(frozen=True)

    version: int
    """Of the schema that it was compared with."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: dict[str, str] = {}
    """New keys by old ones."""
    changed: dict[str, tuple[str, ...]] = {}
    """Attributes that differ, by field."""
    converted: dict[str, int] = {}
    """Values that would be converted to another type, by field."""
    breaks: tuple[Break, ...] = ()


class SchemaApplied(BaseModel):
    """What applying a schema did."""

    model_config = ConfigDict(frozen=True)

    diff: SchemaDiff
    version: int
    """Of the schema that is valid now."""
    cleared: int = 0
    """Values that were cleared."""
    operation: int | None = None


class SchemaState(BaseModel):
    """What is needed to undo a change of the schema."""

    model_config = ConfigDict(frozen=True)

    renamed: dict[str, str] = {}
    """New keys by old ones."""
    undoes: int | None = None
    """The version that this one undid."""


def shown(value: object) -> str:
    """A value in a message."""
    return printable(str(value))


def as_tuple(given: Any) -> tuple[Any, ...]:
    """One value or several, as several."""
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def parts_of(edit: Edit) -> Mapping[str, Mapping[str, tuple[Any, ...]]]:
    """The parts of an edit that name a field: values by field, by part."""
    parts = {
        "set": {key: as_tuple(given) for key, given in edit.set.items()},
        "add": {key: as_tuple(given) for key, given in edit.add.items()},
        "remove": {key: as_tuple(given) for key, given in edit.remove.items()},
        "unset": dict.fromkeys(edit.unset, ()),
        "clear": dict.fromkeys(edit.clear, ()),
    }
    return {name: part for name, part in parts.items() if part}
