"""The SQL of subclips: the only writer of `subclip` and `subclip_value`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.conditions import holds
from dampipe.features.metadata.errors import OPERATOR_INVALID, READ_ONLY
from dampipe.features.metadata.references import look_up
from dampipe.features.metadata.registry import LibraryFields, numbers_of
from dampipe.features.metadata.values import SHORT, Content, fold
from dampipe.features.subclips.events import SubclipChanged, SubclipCreated, SubclipDeleted
from dampipe.features.subclips.tables import SUBCLIP, SUBCLIP_VALUE
from dampipe.features.undo.journal import Edit, image, record
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.field import FieldType, Operator
from dampipe.kernel.undo import Change, Image
from dampipe.kernel.visibility import View

_SPAN = ("start_ticks", "end_ticks", "base", "version_id")
_VALUE_COLUMNS = ("text", "number", "term_id", "linked_id", "zone")
Values = Mapping[str, tuple[Content, ...]]
"""What the fields of one subclip hold, by key, in their order."""


@dataclass(frozen=True)
class Found:
    """A subclip that is locked, with the rows of its values by field."""

    row: Image
    values: Mapping[str, Sequence[Image]]

    def contents(self, key: str) -> tuple[Content, ...]:
        """What a field holds."""
        return tuple(content_of_image(one) for one in self.values.get(key, ()))


def content_of_image(one: Image) -> Content:
    """What a row of `subclip_value` holds."""
    return Content(**{name: one[name] for name in _VALUE_COLUMNS})


def folded(name: str, note: str) -> str:
    """Name and note in the form in which texts are compared."""
    return fold(f"{name}\n{note}")


class SubclipRepository:
    """The subclips of one catalogue."""

    def __init__(self, database: Database, fields: LibraryFields) -> None:
        self._db = database
        self._fields = fields

    # ---- reading

    def page(
        self,
        connection: Connection,
        where: Sequence[ColumnElement[bool]],
        limit: int,
        *,
        by_time: bool,
        after: tuple[float, int] | None = None,
    ) -> Sequence[Row[Any]]:
        """Rows in the order of their times, or newest first. after: start and number of the last row before."""
        query = select(SUBCLIP).where(*where).limit(limit)
        if by_time:
            if after is not None:
                query = query.where(
                    (SUBCLIP.c.start_seconds > after[0])
                    | and_(SUBCLIP.c.start_seconds == after[0], SUBCLIP.c.id > after[1])
                )
            return connection.execute(query.order_by(SUBCLIP.c.start_seconds, SUBCLIP.c.id)).all()
        if after is not None:
            query = query.where(SUBCLIP.c.id < after[1])
        return connection.execute(query.order_by(SUBCLIP.c.id.desc())).all()

    def shown(self, view: View, is_few: bool = True) -> ColumnElement[bool]:
        """The condition that the asset of a row is visible. is_few: the query is about a few rows."""
        return (view.shows_some_asset if is_few else view.shows_asset)(SUBCLIP.c.asset_id)

    def among_ids(self, numbers: Iterable[int]) -> ColumnElement[bool]:
        """The condition that a row is one of these."""
        return in_ids(self._db, SUBCLIP.c.id, sorted(set(numbers)))

    def of_assets(self, assets: AssetSet | Collection[int]) -> ColumnElement[bool]:
        """The condition that a row is one of these assets."""
        return in_ids(self._db, SUBCLIP.c.asset_id, list(assets))

    def contains(self, text: str) -> ColumnElement[bool]:
        """The condition that the name or the note of a row contains a text."""
        return SUBCLIP.c.folded.contains(fold(text), autoescape=True)

    def compares(
        self, connection: Connection, key: str, operator: Operator, texts: Sequence[str], view: View
    ) -> ColumnElement[bool]:
        """The condition that a field of a row fulfils a comparison. Raises NotFound and InvalidInput."""
        given = self._fields.find(connection, key)
        if given.is_fact:
            raise InvalidInput(READ_ONLY, label=given.label)
        if operator not in given.operators:
            raise InvalidInput(
                OPERATOR_INVALID, label=given.label, operator=operator, operators=", ".join(given.operators)
            )
        is_negated = operator is Operator.NOT_EQUAL
        ids: list[int] = []
        if given.type in (FieldType.TERM, FieldType.ASSET) and texts:
            ids = look_up(self._db, connection, given, texts, view)
        held = holds(
            SUBCLIP_VALUE,
            func.length(SUBCLIP_VALUE.c.folded) <= SHORT,
            given,
            Operator.EQUAL if is_negated else operator,
            texts,
            numbers_of(given, texts),
            ids,
        )
        mine = (SUBCLIP_VALUE.c.subclip_id == SUBCLIP.c.id, SUBCLIP_VALUE.c.field == key, held)
        has = exists(select(literal(1)).select_from(SUBCLIP_VALUE).where(*mine))
        return ~has if is_negated else has

    def values(self, connection: Connection, numbers: Collection[int]) -> dict[int, dict[str, list[Image]]]:
        """The rows of the values of some subclips, by subclip and field."""
        found: dict[int, dict[str, list[Image]]] = {}
        if not numbers:
            return found
        query = select(SUBCLIP_VALUE).where(in_ids(self._db, SUBCLIP_VALUE.c.subclip_id, sorted(numbers)))
        for row in connection.execute(query.order_by(SUBCLIP_VALUE.c.field, SUBCLIP_VALUE.c.position)):
            found.setdefault(row.subclip_id, {}).setdefault(row.field, []).append(image(row))
        return found

    def lock(self, connection: Connection, numbers: Collection[int], view: View) -> dict[int, Found]:
        """Visible ones of some subclips, locked until the transaction ends, by number."""
        query = select(SUBCLIP).where(self.among_ids(numbers), self.shown(view))
        rows = connection.execute(query.order_by(SUBCLIP.c.id).with_for_update()).all()
        values = self.values(connection, [row.id for row in rows])
        return {row.id: Found(image(row), values.get(row.id, {})) for row in rows}

    # ---- writing, as parts of a transaction and of an edit that is recorded

    def create(
        self, connection: Connection, edit: Edit, by: str, news: Sequence[tuple[Mapping[str, Any], Values]]
    ) -> list[int]:
        """Create subclips; returns their numbers. news: columns, and values of fields."""
        same = {
            "created_at": edit.at,
            "created_by": by,
            "changed_at": edit.at,
            "changed_by": by,
            "version": 1,
        }
        rows = [
            dict(columns) | same | {"folded": folded(columns["name"], columns["note"])} for columns, _ in news
        ]
        numbers = self._insert(connection, SUBCLIP, rows)
        changes = [Change(None, {"id": number} | row) for number, row in zip(numbers, rows, strict=True)]
        record(connection, self._db, edit, SUBCLIP, changes)
        self._insert_values(
            connection, edit, {number: values for number, (_, values) in zip(numbers, news, strict=True)}
        )
        announce(connection, self._db, by, edit.at, changes)
        return numbers

    def change(
        self,
        connection: Connection,
        edit: Edit,
        by: str,
        found: Found,
        columns: Mapping[str, Any],
        values: Values,
    ) -> bool:
        """Change a subclip that is locked; whether anything is different now. values: of the fields that are set."""
        different = {name: value for name, value in columns.items() if found.row[name] != value}
        fields = {key: contents for key, contents in values.items() if found.contents(key) != contents}
        if not different and not fields:
            return False
        after = {**found.row, **different, "version": found.row["version"] + 1}
        after |= {"changed_at": edit.at, "changed_by": by, "folded": folded(after["name"], after["note"])}
        connection.execute(update(SUBCLIP).where(SUBCLIP.c.id == found.row["id"]).values(after))
        changes = [Change(found.row, after)]
        record(connection, self._db, edit, SUBCLIP, changes)
        self._delete_values(connection, edit, [row for key in fields for row in found.values.get(key, ())])
        self._insert_values(connection, edit, {found.row["id"]: fields})
        announce(connection, self._db, by, edit.at, changes, {found.row["id"]: tuple(fields)})
        return True

    def delete(self, connection: Connection, edit: Edit, by: str, found: Iterable[Found]) -> int:
        """Delete subclips that are locked."""
        gone = list(found)
        self._delete_values(
            connection, edit, [row for one in gone for rows in one.values.values() for row in rows]
        )
        connection.execute(delete(SUBCLIP).where(self.among_ids(one.row["id"] for one in gone)))
        changes = [Change(one.row, None) for one in gone]
        record(connection, self._db, edit, SUBCLIP, changes)
        announce(connection, self._db, by, edit.at, changes)
        return len(changes)

    def _insert_values(self, connection: Connection, edit: Edit, values: Mapping[int, Values]) -> None:
        rows = [
            {"subclip_id": number, "field": key, "position": position}
            | content._asdict()
            | {"folded": None if content.text is None else fold(content.text)}
            for number, fields in values.items()
            for key, contents in fields.items()
            for position, content in enumerate(contents)
        ]
        made = self._insert(connection, SUBCLIP_VALUE, rows)
        changes = [Change(None, {"id": number} | row) for number, row in zip(made, rows, strict=True)]
        record(connection, self._db, edit, SUBCLIP_VALUE, changes)

    def _delete_values(self, connection: Connection, edit: Edit, rows: Sequence[Image]) -> None:
        if rows:
            ids = in_ids(self._db, SUBCLIP_VALUE.c.id, [row["id"] for row in rows])
            connection.execute(delete(SUBCLIP_VALUE).where(ids))
            record(connection, self._db, edit, SUBCLIP_VALUE, [Change(row, None) for row in rows])

    @staticmethod
    def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows; returns their numbers, in the same order."""
        if not rows:
            return []
        made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(connection.execute(made, [dict(row) for row in rows]).scalars())


def of_assets(connection: Connection, database: Database, assets: Collection[int]) -> Sequence[Row[Any]]:
    """The subclips of some assets, by asset and time."""
    order = (SUBCLIP.c.asset_id, SUBCLIP.c.start_seconds, SUBCLIP.c.id)
    return connection.execute(
        select(SUBCLIP).where(in_ids(database, SUBCLIP.c.asset_id, sorted(assets))).order_by(*order)
    ).all()


def announce(
    connection: Connection,
    database: Database,
    actor: str,
    at: float,
    changes: Sequence[Change],
    fields: Mapping[int, tuple[str, ...]] | None = None,
) -> None:
    """Record an event for each change, and mark the search documents. fields: keys that changed, by subclip."""
    created: list[NewEvent] = []
    changed: list[NewEvent] = []
    deleted: list[NewEvent] = []
    assets: set[int] = set()
    for one in changes:
        row = one.after or one.before
        assert row is not None
        number, asset = row["id"], row["asset_id"]
        assets |= {asset} | ({one.before["asset_id"]} if one.before is not None else set())
        if one.before is None:
            created.append(NewEvent(SubclipCreated(subclip=number, name=row["name"]), asset=asset))
        elif one.after is None:
            deleted.append(NewEvent(SubclipDeleted(subclip=number, name=row["name"]), asset=asset))
        else:
            parts = (*_parts(one.before, one.after), *(fields or {}).get(number, ()))
            payload = SubclipChanged(subclip=number, version=row["version"], changed=parts)
            changed.append(NewEvent(payload, asset=asset))
    for events in (created, changed, deleted):
        record_events(connection, database, events, actor=actor, at=at)
    mark_dirty(connection, sorted(assets & _existing(connection, database, assets)))


def _parts(before: Image, after: Image) -> list[str]:
    parts = ["span"] if any(before[name] != after[name] for name in _SPAN) else []
    return parts + [name for name in ("name", "note") if before[name] != after[name]]


def _existing(connection: Connection, database: Database, assets: Collection[int]) -> set[int]:
    query = select(VERSION.c.asset_id).where(in_ids(database, VERSION.c.asset_id, sorted(assets)))
    return set(connection.execute(query.distinct()).scalars())


def move(connection: Connection, database: Database, where: ColumnElement[bool], target: int) -> list[int]:
    """Give subclips to another asset, whose versions they are anchored at; returns their numbers."""
    rows = connection.execute(
        update(SUBCLIP).where(where).values(asset_id=target).returning(SUBCLIP.c.id)
    ).scalars()
    moved = sorted(rows)
    if moved:
        mark_dirty(connection, [target])
    return moved


def of_term(term: int) -> ColumnElement[bool]:
    """The condition that a row of `subclip_value` has a term."""
    return SUBCLIP_VALUE.c.term_id == term


def replace_term(
    connection: Connection, source: int, target: int, ids: Collection[int] | None = None
) -> list[int]:
    """Let values that have a term have another one; returns their numbers. Values that a subclip would have twice
    stay: they are shown as the term that theirs became. ids: only these values."""
    other = SUBCLIP_VALUE.alias("other")
    has_it = exists(
        select(literal(1)).where(
            other.c.subclip_id == SUBCLIP_VALUE.c.subclip_id,
            other.c.field == SUBCLIP_VALUE.c.field,
            other.c.term_id == target,
        )
    )
    where = [of_term(source), ~has_it]
    if ids is not None:
        where.append(SUBCLIP_VALUE.c.id.in_(list(ids)))
    statement = update(SUBCLIP_VALUE).where(*where).values(term_id=target)
    return sorted(connection.execute(statement.returning(SUBCLIP_VALUE.c.id)).scalars())
