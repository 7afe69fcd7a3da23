"""Metadata fields: one declaration feeds values, filters, facets, sort orders, CSV columns, the API and the page.

A feature declares fields in code (`Feature.fields`, dotted names of sequences of MetadataField). One with a `column` is
a fact: an SQL expression over the current row of the table `version`, which is not written through the registry. The
other fields have values: rows of the table `value`, which the feature `metadata` owns. People add fields to the schema
of their library. `FieldRegistry` knows all of them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Connection

from dampipe.kernel.access import Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, ErrorCode, InvalidInput
from dampipe.kernel.feature import registered
from dampipe.kernel.visibility import EVERYTHING, View

FIELD_INVALID = ErrorCode(
    "field.invalid", "the field {key!r} cannot be declared: {reason}", "Correct its declaration."
)
FIELD_UNKNOWN = ErrorCode("field.not_found", "there is no field {key!r}", "The fields are {keys}.")


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    """One line."""
    LONG_TEXT = "long_text"
    """Any number of lines."""
    NUMBER = "number"
    DATE = "date"
    """A year, month, day or time, with a time zone or without."""
    BOOLEAN = "boolean"
    TERM = "term"
    """A term of a vocabulary."""
    PERSON = "person"
    """The name of a person."""
    RATING = "rating"
    """A whole number; 0 to 5 unless the constraints say otherwise."""
    LABEL = "label"
    """One of a few texts, such as a colour."""
    URL = "url"
    ASSET = "asset"
    """Another asset."""

    @property
    def is_ordered(self) -> bool:
        """Whether its values have an order that `<` and `>` compare."""
        return self in (FieldType.NUMBER, FieldType.DATE, FieldType.RATING)

    @property
    def is_text(self) -> bool:
        """Whether its values are compared as texts, without regard to upper and lower case."""
        return self in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.PERSON, FieldType.LABEL, FieldType.URL)


class ValueSource(StrEnum):
    """Where a value comes from."""

    PERSON = "person"
    IMPORT = "import"
    SIDECAR = "sidecar"
    FILE = "file"
    RULE = "rule"
    MODEL = "model"


PRECEDENCE: Final = tuple(ValueSource)
"""Whose value counts, the first that has one: the default of all fields. A person always comes first."""


class ValueState(StrEnum):
    """What has become of a value."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    """A machine proposes it, and no person has decided yet; it does not count."""
    REJECTED = "rejected"
    """A person has rejected what a machine proposed."""
    CLEARED = "cleared"
    """The source says that the field has no value: what sources after it say does not count."""


class Operator(StrEnum):
    """How a filter compares a field with a text."""

    EQUAL = "="
    NOT_EQUAL = "!="
    """All assets that EQUAL does not find, so those without a value, too."""
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    IS_SET = "is set"
    """Takes no text."""


@dataclass(frozen=True)
class Constraints:
    """What values of a field have to fulfil, besides their type."""

    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    """A regular expression that the whole text has to match."""
    max_length: int | None = None
    """Characters."""
    choices: tuple[str, ...] = ()
    """All texts that are valid; (): any."""


class TermsChanged(NamedTuple):
    """Which terms of one asset count now that did not, and the reverse. What models say is left out."""

    asset: int
    gained: tuple[int, ...]
    lost: tuple[int, ...]


Announce: TypeAlias = Callable[[Connection, Database, Sequence[TermsChanged], str, float], None]
"""Records events about changed terms of assets, by an actor at a time; a part of the caller's transaction."""


@dataclass(frozen=True)
class MetadataField:
    """One field of the metadata of assets."""

    key: str
    """An identifier in lower case, the same in every face; unique among all fields."""
    label: str
    type: FieldType = FieldType.TEXT
    help: str = ""
    """One sentence."""
    multiple: bool = False
    """Whether an asset may have several values, in an order that is kept."""
    unit: str = ""
    """Of a number, such as `mm`."""
    vocabulary: str = ""
    """Key of the vocabulary whose terms are valid."""
    constraints: Constraints = field(default_factory=Constraints)
    group: str = ""
    """Heading below which faces show it."""
    write: Role | None = Role.EDITOR
    """The least role that may write it; None: it is read-only."""
    searchable: bool = False
    """Whether the full-text search finds its words."""
    facet: bool = False
    sortable: bool = False
    xmp: str = ""
    """Property of XMP or IPTC, such as `dc:title`."""
    precedence: tuple[ValueSource, ...] = PRECEDENCE
    """Sources, the one that counts first; those that are missing follow in the order of PRECEDENCE."""
    union: bool = False
    """Whether the values of all sources count together, each once; else those of the first source that has any."""
    column: ColumnElement[Any] | None = None
    """Of a fact: an expression over the current row of the table `version`. A date is in seconds since
    1970-01-01T00:00:00 as a wall clock shows it."""
    own_merge: bool = False
    """Whether the feature that declares it has a `MergeOwner` of its own for its values."""
    own_detail: bool = False
    """Whether the feature that declares it shows it in the details of assets, beside the other fields."""
    announce: "Announce | None" = None
    """Of a field of terms: called in the transaction that changes which terms count, for all writers."""
    replaceable: bool = False
    """Of a fact: whether a field of the schema may take its place. A library may have had such a field before the fact
    came, and values that people wrote outlive it."""
    zone: ColumnElement[Any] | None = None
    """Of a fact that is a date: minutes by which its clock was ahead of UTC, NULL where it is unknown."""

    @property
    def is_fact(self) -> bool:
        """Whether it is read from the version, and has no value rows."""
        return self.column is not None

    @property
    def is_sort_order(self) -> bool:
        """Whether assets are sorted by it. Terms and assets have no order of their own."""
        return self.sortable and self.type not in (FieldType.TERM, FieldType.ASSET)

    @property
    def order(self) -> tuple[ValueSource, ...]:
        """All sources, the one whose value counts first."""
        return (*self.precedence, *(source for source in PRECEDENCE if source not in self.precedence))

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The least and the greatest number that is valid."""
        least, most = self.constraints.least, self.constraints.most
        if self.type is FieldType.RATING:
            return 0.0 if least is None else least, 5.0 if most is None else most
        return least, most

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The comparisons that filters may ask for."""
        equal = (Operator.EQUAL, Operator.NOT_EQUAL)
        if self.type.is_ordered:
            return (
                *equal,
                Operator.LESS,
                Operator.AT_MOST,
                Operator.MORE,
                Operator.AT_LEAST,
                Operator.IS_SET,
            )
        return (*equal, *([Operator.CONTAINS] if self.type.is_text else []), Operator.IS_SET)


_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_XMP = re.compile(r"[A-Za-z][A-Za-z0-9_-]*:[A-Za-z][A-Za-z0-9_-]*")


def check_field(given: MetadataField) -> None:
    """Raise InvalidInput (FIELD_INVALID) for a declaration that contradicts itself."""
    if (reason := _contradiction(given)) is not None:
        raise InvalidInput(FIELD_INVALID, key=given.key, reason=reason)


def _contradiction(given: MetadataField) -> str | None:
    kind, limits = given.type, given.constraints
    least, most = given.limits
    has_limits = limits.least is not None or limits.most is not None
    has_text_limits = limits.pattern is not None or limits.max_length is not None
    checks = (
        (
            not _KEY.fullmatch(given.key),
            "its key must be an identifier of up to 64 lower-case letters, digits and _",
        ),
        (not given.label.strip(), "it has no label"),
        (kind is FieldType.TERM and not given.vocabulary, "a field of terms needs a vocabulary"),
        (kind is not FieldType.TERM and bool(given.vocabulary), "only a field of terms has a vocabulary"),
        (kind is not FieldType.NUMBER and bool(given.unit), "only a number has a unit"),
        (
            has_limits and kind not in (FieldType.NUMBER, FieldType.RATING),
            "only a number or a rating has limits",
        ),
        (has_text_limits and not kind.is_text, "only a text has a pattern or a greatest length"),
        (bool(limits.choices) and not kind.is_text, "only a text has choices"),
        (kind is FieldType.LABEL and not limits.choices, "a label needs choices"),
        (limits.max_length is not None and limits.max_length < 1, "its greatest length is less than 1"),
        (len(set(limits.choices)) < len(limits.choices), "two of its choices are the same"),
        (least is not None and most is not None and least > most, "its least value exceeds its greatest"),
        (
            bool(given.precedence) and given.precedence[0] is not ValueSource.PERSON,
            "a person's values come first",
        ),
        (len(set(given.precedence)) < len(given.precedence), "its precedence names a source twice"),
        (given.union and not given.multiple, "only a field with several values takes those of all sources"),
        (
            bool(given.xmp) and not _XMP.fullmatch(given.xmp),
            "its XMP property is not of the form prefix:name",
        ),
        (given.is_fact and given.write is not None, "a fact is read-only"),
        (given.replaceable and not given.is_fact, "only a fact may be replaced by a field of the schema"),
        (
            given.zone is not None and (kind is not FieldType.DATE or not given.is_fact),
            "only dates have a zone",
        ),
        (
            kind is FieldType.LONG_TEXT and (given.facet or given.sortable),
            "a long text is neither facet nor sort order",
        ),
        (given.multiple and given.sortable, "a field with several values is not a sort order"),
    )
    for is_wrong, reason in checks:
        if is_wrong:
            return reason
    if limits.pattern is not None:
        try:
            re.compile(limits.pattern)
        except re.error as error:
            return f"its pattern is not a valid regular expression: {error}"
    return None


def declared_fields() -> dict[str, MetadataField]:
    """The fields that features declare, by key, in the order of the features.

    Raises CannotStart for one that contradicts itself, and for two of one key.
    """
    found: dict[str, MetadataField] = {}
    for declared in registered("fields"):
        for one in declared:
            reason = "another has that key" if one.key in found else _contradiction(one)
            if reason is not None:
                raise CannotStart(FIELD_INVALID, key=one.key, reason=reason)
            found[one.key] = one
    return found


class ValueListener(Protocol):
    """Takes note of values that change."""

    def __call__(
        self,
        connection: Connection,
        database: Database,
        given: MetadataField,
        source: ValueSource,
        assets: Sequence[int],
    ) -> None:
        """Called in the transaction that changes what a source says of one field of up to some thousand assets."""
        ...


def value_listeners() -> list[ValueListener]:
    """Those of all features, in their order."""
    return registered("value_listeners")


class FieldRegistry(Protocol):
    """All fields of a library: those of features, and those of its schema. The feature `metadata` implements it."""

    def all(self, connection: Connection) -> Mapping[str, MetadataField]:
        """The fields by key: those of features, then those of the schema in its order."""
        ...

    def find(self, connection: Connection, key: str) -> MetadataField:
        """One field. Raises NotFound (FIELD_UNKNOWN)."""
        ...

    def condition(
        self,
        connection: Connection,
        key: str,
        operator: Operator,
        texts: Sequence[str] = (),
        view: View = EVERYTHING,
    ) -> ColumnElement[bool]:
        """The condition on a row of the table `version` that its asset has such a value; several texts: any of them.

        Terms and assets that the texts name are looked up here. Raises NotFound for what does not exist, and
        InvalidInput for an operator that the field has not or a text that is not a value of its type.
        """
        ...

    def order(self, connection: Connection, key: str) -> ColumnElement[Any]:
        """What a row of the table `version` is sorted by. Raises NotFound, and InvalidInput if it is not sortable."""
        ...
