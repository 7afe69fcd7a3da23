"""The registry of fields: those that features declare, and those of the library's schema."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, not_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.conditions import has, has_not, on_fact, on_values
from dampipe.features.metadata.errors import (
    COMPARISON_INVALID,
    NOT_SORTABLE,
    OPERATOR_INVALID,
)
from dampipe.features.metadata.references import look_up
from dampipe.features.metadata.schema import Schema, default_schema
from dampipe.features.metadata.tables import SCHEMA, VALUE
from dampipe.features.metadata.values import Content, parse_value
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.field import (
    FIELD_UNKNOWN,
    FieldType,
    MetadataField,
    Operator,
    declared_fields,
)
from dampipe.kernel.visibility import EVERYTHING, View


@lru_cache(maxsize=8)
def _schema_of(stored: str | None) -> Schema:
    return default_schema() if stored is None else Schema.from_json(stored)


@lru_cache(maxsize=8)
def _fields_of(schema: Schema) -> tuple[MetadataField, ...]:
    return tuple(schema.metadata_fields())


_NEWEST = select(SCHEMA.c.version, SCHEMA.c.fields).order_by(SCHEMA.c.version.desc()).limit(1)


def hold_schema(connection: Connection, database: Database, *, exclusive: bool = False) -> None:
    """Keep the schema as it is until the transaction ends: who writes values reads the fields after this.

    exclusive: for the one who changes it; no values are written meanwhile.
    """
    lock_until_commit(connection, database, "metadata schema", exclusive=exclusive)


def read_schema(connection: Connection) -> tuple[int, Schema]:
    """The version of the library's schema, and the schema; 0 and the default one while it has none of its own."""
    row = connection.execute(_NEWEST).first()
    return (0, _schema_of(None)) if row is None else (row.version, _schema_of(row.fields))


def library_fields(connection: Connection) -> dict[str, MetadataField]:
    """All fields of a library by key: those of features, then those of its schema. Raises CannotStart.

    A field of the schema takes the place of a fact with its key that is `replaceable`.
    """
    declared = declared_fields()
    _, schema = read_schema(connection)
    own = {one.key: one for one in _fields_of(schema)}
    return declared | {
        key: one for key, one in own.items() if key not in declared or declared[key].replaceable
    }


def fields_of_properties(fields: Iterable[MetadataField]) -> dict[str, MetadataField]:
    """The field to which each XMP property belongs, in files and in sidecars.

    Where several fields name one property, it is that of the schema rather than one that a feature declares, and
    otherwise the first.
    """
    declared = declared_fields()
    found: dict[str, MetadataField] = {}
    for one in sorted(fields, key=lambda one: one.key in declared):
        if one.xmp and not one.is_fact:
            found.setdefault(one.xmp, one)
    return found


class LibraryFields:
    """The fields of one library; see `FieldRegistry`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self, connection: Connection) -> Mapping[str, MetadataField]:
        """See FieldRegistry."""
        return library_fields(connection)

    def find(self, connection: Connection, key: str) -> MetadataField:
        """See FieldRegistry."""
        known = self.all(connection)
        if key not in known:
            raise NotFound(FIELD_UNKNOWN, key=key, keys=", ".join(known))
        return known[key]

    def condition(
        self,
        connection: Connection,
        key: str,
        operator: Operator,
        texts: Sequence[str] = (),
        view: View = EVERYTHING,
    ) -> ColumnElement[bool]:
        """See FieldRegistry."""
        given = self.find(connection, key)
        if operator not in given.operators:
            raise InvalidInput(
                OPERATOR_INVALID, label=given.label, operator=operator, operators=", ".join(given.operators)
            )
        if bool(texts) == (operator is Operator.IS_SET):
            raise InvalidInput(COMPARISON_INVALID, text=f"{key} {operator}")
        is_negated = operator is Operator.NOT_EQUAL
        operator = Operator.EQUAL if is_negated else operator
        if given.is_fact:
            found = on_fact(given, operator, texts, numbers_of(given, texts))
            return not_(func.coalesce(found, False)) if is_negated else found
        ids: list[int] = []
        if given.type in (FieldType.TERM, FieldType.ASSET) and texts:
            ids = look_up(self._db, connection, given, texts, view)
        condition = on_values(given, operator, texts, numbers_of(given, texts), ids)
        return has_not(condition) if is_negated else has(condition)

    def order(self, connection: Connection, key: str) -> ColumnElement[Any]:
        """See FieldRegistry."""
        given = self.find(connection, key)
        if not given.is_sort_order:
            keys = [one.key for one in self.all(connection).values() if one.is_sort_order]
            raise InvalidInput(NOT_SORTABLE, label=given.label, keys=", ".join(keys))
        if given.column is not None:
            return given.column
        column = VALUE.c.folded if given.type.is_text else VALUE.c.number
        mine = (VALUE.c.asset_id == VERSION.c.asset_id, VALUE.c.field == key, VALUE.c.is_effective)
        return select(func.min(column)).where(*mine).scalar_subquery()


def numbers_of(given: MetadataField, texts: Sequence[str]) -> list[float]:
    """The numbers that texts mean, whatever limits the field has. Raises InvalidInput."""
    if given.type not in (FieldType.NUMBER, FieldType.RATING, FieldType.BOOLEAN):
        return []
    free = MetadataField(given.key, given.label, _unlimited(given.type), unit=given.unit)
    contents: list[Content] = [parse_value(free, one) for one in texts]
    return [one.number for one in contents if one.number is not None]


def _unlimited(kind: FieldType) -> FieldType:
    return FieldType.NUMBER if kind is FieldType.RATING else kind
