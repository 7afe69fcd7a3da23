"""The SQL of values: the only writer of `value`, `value_operation` and `value_change`.

A change of values is an operation: `begin`, then for chunks of assets `lock`, `plan` and `write`, then `finish`, in one
transaction. A chunk takes a few statements, whatever its number of assets, and is all that is held in memory.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import ASSET
from dampipe.features.metadata.entries import (
    Change,
    Entry,
    Planner,
    Said,
    counting,
    encode,
    same,
    terms_changed,
)
from dampipe.features.metadata.events import MetadataChanged
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import CHANGE, OPERATION, VALUE
from dampipe.features.metadata.values import Content, content_of, fold
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_selected
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.facets.dirty import mark_selected_assets
from dampipe.kernel.field import MetadataField, ValueSource, ValueState, value_listeners
from dampipe.kernel.ids import AssetId
from dampipe.kernel.visibility import EVERYTHING, View

CHUNK = 2_000
"""Assets whose values are read and written at a time."""


class OperationKind(StrEnum):
    """What an operation did."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    UNSET = "unset"
    """A source says nothing any more: the next one counts."""
    CLEAR = "clear"
    """A person says that there is no value."""
    IMPORT = "import"
    """A table of values was read."""
    UNDO = "undo"
    MERGE = "merge"
    """Assets became one, or one became two."""
    TERM = "term"
    """Terms of a vocabulary became one, or that was undone."""
    SCHEMA = "schema"
    """The schema was changed."""
    MACHINE = "machine"
    """An import, a file, a sidecar, a rule or a model said something."""


QUIET = (OperationKind.MERGE, OperationKind.TERM)
"""Operations in which no person gave or took a term; see `Operation.is_quiet`."""


@dataclass
class Operation:
    """A change of values that is being written."""

    id: int
    kind: OperationKind
    actor: str
    at: float
    changes: int = 0
    assets: int = 0
    is_quiet: bool = False
    """Whether fields do not announce their terms: assets or terms became one, and no person gave or took any."""
    touched: dict[int, list[str]] = field(default_factory=dict)
    """Fields that were changed, by asset, of the present chunk; see `record`."""


_COLUMNS = (
    "asset_id",
    "field",
    "source",
    "position",
    "state",
    "is_effective",
    "text",
    "folded",
    "number",
    "term_id",
    "linked_id",
    "zone",
    "confidence",
    "actor",
    "at",
)
_CHANGE_COLUMNS = ("asset_id", "field", "source", "before", "after")


def said_of(row: Any) -> Said:
    """From a row of the table `value`."""
    return Said(content_of(row), ValueState(row.state), row.confidence, row.actor, row.at)


class ValueRepository:
    """The values of all assets."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---- writing

    def begin(
        self,
        connection: Connection,
        kind: OperationKind,
        source: ValueSource,
        actor: str,
        summary: str,
        undoes: int | None = None,
    ) -> Operation:
        """Begin an operation, as a part of the caller's transaction."""
        now = database_time(connection)
        values = {"kind": kind, "source": source, "actor": actor, "at": now, "summary": summary, "changes": 0}
        made = OPERATION.insert().values(**values, undoes_id=undoes).returning(OPERATION.c.id)
        return Operation(connection.execute(made).scalar_one(), kind, actor, now, is_quiet=kind in QUIET)

    def lock(self, connection: Connection, assets: Sequence[int]) -> list[AssetId]:
        """Keep others from changing values of these assets until the transaction ends; returns those that exist."""
        return lock_assets(connection, assets, Hold.ANNOTATIONS)

    def plan(
        self,
        connection: Connection,
        given: MetadataField,
        source: ValueSource,
        assets: Sequence[int],
        planner: Planner | Mapping[int, Entry],
    ) -> list[Change]:
        """What is to become of the entries of one source of one field of up to CHUNK assets; without those that stay.

        planner: makes the new entry of each asset; or the new entries, by asset.
        """
        entries, changes = self.entries(connection, given.key, assets), []
        for asset in assets:
            said = entries.get(asset, {})
            before = said.get(source, ())
            after = (
                planner.get(asset, ())
                if isinstance(planner, Mapping)
                else planner(before, counting(given, said))
            )
            if not same(before, after):
                others = {name: entry for name, entry in said.items() if name != source}
                changes.append(Change(asset, before, after, others))
        return changes

    def entries(self, connection: Connection, key: str, assets: Sequence[int]) -> dict[int, dict[str, Entry]]:
        """What all sources say of one field of up to CHUNK assets, by asset and source."""
        found: dict[int, dict[str, list[Said]]] = {}
        for row in connection.execute(self._rows(assets, [key])):
            found.setdefault(row.asset_id, {}).setdefault(row.source, []).append(said_of(row))
        return {
            asset: {source: tuple(said) for source, said in entries.items()}
            for asset, entries in found.items()
        }

    def write(
        self,
        connection: Connection,
        operation: Operation,
        given: MetadataField,
        source: ValueSource,
        changes: Sequence[Change],
    ) -> None:
        """Replace the entries that changes name; the assets are locked."""
        if not changes:
            return
        key = given.key
        if replaced := [change.asset for change in changes if change.before]:
            mine = (VALUE.c.field == key, VALUE.c.source == source)
            connection.execute(delete(VALUE).where(*mine, in_ids(self._db, VALUE.c.asset_id, replaced)))
        rows = [
            (
                change.asset,
                key,
                str(source),
                position,
                str(said.state),
                said.state is ValueState.ACCEPTED and not change.others and not given.union,
                said.content.text,
                _folded(said.content),
                said.content.number,
                said.content.term_id,
                said.content.linked_id,
                said.content.zone,
                said.confidence,
                said.actor,
                said.at,
            )
            for change in changes
            for position, said in enumerate(change.after)
        ]
        self._db.insert_many(connection, VALUE, _COLUMNS, rows)
        history = [
            (change.asset, key, str(source), encode(change.before), encode(change.after))
            for change in changes
        ]
        self._db.insert_many(connection, CHANGE, _CHANGE_COLUMNS, history, {"operation_id": operation.id})
        if unsure := [change.asset for change in changes if change.others or given.union]:
            connection.execute(self._recomputed(given, in_ids(self._db, VALUE.c.asset_id, unsure)))
        operation.changes += len(changes)
        for change in changes:
            operation.touched.setdefault(change.asset, []).append(key)
        concerned = in_ids(self._db, ASSET.c.id, [change.asset for change in changes])
        mark_selected_assets(connection, select(ASSET.c.id).where(concerned))
        for listener in value_listeners():
            listener(connection, self._db, given, source, [change.asset for change in changes])
        if given.searchable:
            mark_selected(connection, assets=select(ASSET.c.id).where(concerned))
        if given.announce is not None and not operation.is_quiet:
            found = [terms_changed(given, change, source) for change in changes]
            news = [one for one in found if one.gained or one.lost]
            given.announce(connection, self._db, news, operation.actor, operation.at)

    def record(self, connection: Connection, operation: Operation, source: ValueSource) -> None:
        """Record the events of a chunk, one for each asset."""
        same_fields: dict[tuple[str, ...], MetadataChanged] = {}
        events = []
        for asset, keys in operation.touched.items():
            fields = tuple(dict.fromkeys(keys))
            if fields not in same_fields:
                same_fields[fields] = MetadataChanged(
                    operation=operation.id, kind=operation.kind, source=source, fields=fields
                )
            events.append(NewEvent(same_fields[fields], asset=asset))
        operation.assets += len(events)
        operation.touched.clear()
        record_events(connection, self._db, events, actor=operation.actor, at=operation.at)

    def finish(self, connection: Connection, operation: Operation) -> None:
        """End an operation; one that changed nothing leaves nothing."""
        mine = OPERATION.c.id == operation.id
        if operation.changes:
            connection.execute(update(OPERATION).where(mine).values(changes=operation.changes))
        else:
            connection.execute(delete(OPERATION).where(mine))

    def set_values(
        self,
        connection: Connection,
        given: MetadataField,
        entries: Mapping[int, Entry],
        source: ValueSource,
        actor: str,
        summary: str = "",
    ) -> int:
        """Let a machine or an import say what one field of assets has, all assets in one operation, as a part of the
        caller's transaction; returns how many entries changed.

        entries: by asset; () takes away what the source said. What a person has rejected stays rejected.
        """
        kind = OperationKind.MACHINE
        operation = self.begin(connection, kind, source, actor, summary or f"{given.label}: {source}")
        for assets in chunked(sorted(entries), CHUNK):
            present = self.lock(connection, assets)

            changes = [
                Change(change.asset, change.before, kept, change.others)
                for change in self.plan(connection, given, source, present, entries)
                if not same(change.before, kept := _with_rejections(change))
            ]
            self.write(connection, operation, given, source, changes)
            self.record(connection, operation, source)
        self.finish(connection, operation)
        return operation.changes

    def recompute(self, connection: Connection, given: MetadataField) -> None:
        """Keep which values count of a field whose precedence has changed, of all assets."""
        connection.execute(self._recomputed(given, None))
        mark_selected_assets(
            connection, select(VALUE.c.asset_id).where(VALUE.c.field == given.key).distinct()
        )

    def rename_field(self, connection: Connection, old: str, new: str) -> int:
        """Give the values of one field, with their history, to another; returns how many values."""
        connection.execute(update(CHANGE).where(CHANGE.c.field == old).values(field=new))
        return connection.execute(update(VALUE).where(VALUE.c.field == old).values(field=new)).rowcount

    def _recomputed(self, given: MetadataField, where: ColumnElement[bool] | None) -> Update:
        """The statement that sets `is_effective` in the rows of a field whose flag is wrong."""
        other = VALUE.alias("other")
        ranks = {str(source): rank for rank, source in enumerate(given.order)}
        rank, rank_of_other = (case(ranks, value=table.c.source) for table in (VALUE, other))
        here = and_(other.c.asset_id == VALUE.c.asset_id, other.c.field == VALUE.c.field)
        before = rank_of_other < rank
        if given.union:
            equal = and_(
                *(
                    other.c[name].is_not_distinct_from(VALUE.c[name])
                    for name in ("text", "number", "term_id", "linked_id")
                )
            )
            earlier = or_(before, and_(rank_of_other == rank, other.c.position < VALUE.c.position))
            said = and_(equal, earlier, other.c.state == ValueState.ACCEPTED)
            rejected = and_(equal, other.c.state == ValueState.REJECTED, other.c.source == ValueSource.PERSON)
            hides = or_(and_(before, other.c.state == ValueState.CLEARED), said, rejected)
        else:
            hides = and_(before, other.c.state.in_([ValueState.ACCEPTED, ValueState.CLEARED]))
        hidden = exists(select(literal(1)).select_from(other).where(here, hides))
        right = and_(VALUE.c.state == ValueState.ACCEPTED, ~hidden)
        wrong = or_(and_(VALUE.c.is_effective, ~right), and_(~VALUE.c.is_effective, right))
        mine = [VALUE.c.field == given.key, wrong] + ([] if where is None else [where])
        return update(VALUE).where(*mine).values(is_effective=~VALUE.c.is_effective)

    # ---- reading

    def _rows(self, assets: Sequence[int], keys: Collection[str] | None) -> Any:
        mine = [in_ids(self._db, VALUE.c.asset_id, assets)]
        if keys is not None:
            mine.append(VALUE.c.field.in_(sorted(keys)))
        order = (VALUE.c.asset_id, VALUE.c.field, VALUE.c.source, VALUE.c.position)
        return select(VALUE).where(*mine).order_by(*order)

    def rows(
        self, connection: Connection, assets: Sequence[int], keys: Collection[str] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows of the fields of up to some thousand assets, ordered by asset, field, source and position."""
        return connection.execute(self._rows(assets, keys)).all()

    def effective(
        self,
        connection: Connection,
        assets: Sequence[int],
        keys: Collection[str] | None = None,
        known: Mapping[str, MetadataField] | None = None,
    ) -> dict[int, dict[str, tuple[Content, ...]]]:
        """The values that count, by asset and field, in the order of `counting`: as each source gave them, and of a
        field with the values of several sources those of the one that goes before first. What has none is left out.

        keys: None: of all fields. known: all fields of the library, where they were read already.
        """
        found: dict[int, dict[str, tuple[Content, ...]]] = {}
        unions = {key: one.order for key, one in (known or library_fields(connection)).items() if one.union}
        for some in chunked(assets, CHUNK):
            several: dict[tuple[int, str], list[tuple[int, Content]]] = {}
            for row in connection.execute(self._rows(some, keys).where(VALUE.c.is_effective)):
                fields = found.setdefault(row.asset_id, {})
                fields[row.field] = (*fields.get(row.field, ()), content_of(row))
                if row.field in unions:
                    rank = unions[row.field].index(ValueSource(row.source))
                    several.setdefault((row.asset_id, row.field), []).append((rank, content_of(row)))
            for (asset, key), ranked in several.items():  # rows are in the order of the names of sources
                ranked.sort(key=lambda one: one[0])
                found[asset][key] = tuple(content for _, content in ranked)
        return found

    def filled(self, connection: Connection, assets: Sequence[int], keys: Collection[str]) -> AssetSet:
        """Those of the assets that have a value in each of the fields."""
        found: set[int] = set(assets)
        for key in keys:
            has: set[int] = set()
            for some in chunked(assets, CHUNK):
                mine = (VALUE.c.field == key, VALUE.c.is_effective, in_ids(self._db, VALUE.c.asset_id, some))
                has.update(connection.execute(select(VALUE.c.asset_id).where(*mine)).scalars())
            found &= has
        return AssetSet(found)

    def versions(
        self, connection: Connection, asset: int, keys: Collection[str] | None = None
    ) -> dict[str, int]:
        """The number of the last change of each field of an asset; what never changed is left out."""
        newest = select(CHANGE.c.field, func.max(CHANGE.c.id)).where(CHANGE.c.asset_id == asset)
        if keys is not None:
            newest = newest.where(CHANGE.c.field.in_(sorted(keys)))
        return {row[0]: row[1] for row in connection.execute(newest.group_by(CHANGE.c.field))}

    def history(
        self, connection: Connection, asset: int, key: str | None, limit: int, before: int | None = None
    ) -> Sequence[Row[Any]]:
        """Changes of an asset, newest first, with their operations. before: the id of a change."""
        mine = [CHANGE.c.asset_id == asset]
        mine += [CHANGE.c.field == key] if key is not None else []
        mine += [CHANGE.c.id < before] if before is not None else []
        columns = (OPERATION.c.kind, OPERATION.c.actor, OPERATION.c.at, OPERATION.c.undone_at)
        joined = CHANGE.join(OPERATION, OPERATION.c.id == CHANGE.c.operation_id)
        query = select(CHANGE, *columns).select_from(joined).where(*mine)
        return connection.execute(query.order_by(CHANGE.c.id.desc()).limit(limit)).all()

    def operation(self, connection: Connection, number: int) -> Row[Any] | None:
        """The row of an operation, locked."""
        return connection.execute(select(OPERATION).where(OPERATION.c.id == number).with_for_update()).first()

    def operations(
        self,
        connection: Connection,
        view: View = EVERYTHING,
        *,
        actor: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> Sequence[Row[Any]]:
        """Operations, newest first: those of which every asset is visible."""
        mine = [] if actor is None else [OPERATION.c.actor == actor]
        mine += [] if before is None else [OPERATION.c.id < before]
        if not view.is_all:
            mine.append(~self._touches_hidden(view))
        query = select(OPERATION).where(*mine).order_by(OPERATION.c.id.desc()).limit(limit)
        return connection.execute(query).all()

    def last_of(self, connection: Connection, actor: str) -> int | None:
        """The number of the last operation of an actor that can be undone."""
        own = (OPERATION.c.actor == actor, OPERATION.c.undone_at.is_(None), OPERATION.c.changes > 0)
        by_itself = OPERATION.c.kind.not_in(
            [OperationKind.UNDO, OperationKind.MERGE, OperationKind.TERM, OperationKind.SCHEMA]
        )
        return connection.execute(select(func.max(OPERATION.c.id)).where(*own, by_itself)).scalar()

    def fields_of(self, connection: Connection, number: int) -> list[str]:
        """The fields that an operation changed."""
        query = select(CHANGE.c.field).where(CHANGE.c.operation_id == number).distinct()
        return sorted(connection.execute(query).scalars())

    def touches_hidden(self, connection: Connection, number: int, view: View) -> bool:
        """Whether an operation changed an asset that is not visible, or was deleted."""
        if view.is_all:
            return False
        query = select(OPERATION.c.id).where(OPERATION.c.id == number, self._touches_hidden(view))
        return connection.execute(query).first() is not None

    def _touches_hidden(self, view: View) -> ColumnElement[bool]:
        hidden = (CHANGE.c.operation_id == OPERATION.c.id, ~view.shows_asset(CHANGE.c.asset_id))
        return exists(select(literal(1)).select_from(CHANGE).where(*hidden))

    def changes_of(self, connection: Connection, number: int) -> Iterator[Sequence[Row[Any]]]:
        """The changes of an operation, some thousand at a time, in their order."""
        last = 0
        while True:
            mine = select(CHANGE).where(CHANGE.c.operation_id == number, CHANGE.c.id > last)
            rows = connection.execute(mine.order_by(CHANGE.c.id).limit(CHUNK)).all()
            if not rows:
                return
            yield rows
            last = rows[-1].id

    def changed_since(self, connection: Connection, rows: Sequence[Row[Any]]) -> set[tuple[int, str, str]]:
        """Which of the entries (asset, field, source) that changes are about have a later change that still holds.

        rows: some thousand changes of one operation.
        """
        if not rows:
            return set()
        own = {(row.asset_id, row.field, row.source): row.id for row in rows}
        newest = (
            select(CHANGE.c.asset_id, CHANGE.c.field, CHANGE.c.source, func.max(CHANGE.c.id).label("newest"))
            .join(OPERATION, OPERATION.c.id == CHANGE.c.operation_id)
            .where(
                in_ids(self._db, CHANGE.c.asset_id, sorted({row.asset_id for row in rows})),
                CHANGE.c.field.in_(sorted({row.field for row in rows})),
                CHANGE.c.operation_id != rows[0].operation_id,
                CHANGE.c.id > min(own.values()),
                OPERATION.c.undone_at.is_(None),
                OPERATION.c.undoes_id.is_(None),
            )
            .group_by(CHANGE.c.asset_id, CHANGE.c.field, CHANGE.c.source)
        )
        found = connection.execute(newest).all()
        keys = (((row.asset_id, row.field, row.source), row.newest) for row in found)
        return {key for key, number in keys if key in own and number > own[key]}

    def newest_changes(self, connection: Connection, assets: Sequence[int]) -> dict[int, int]:
        """The number of the last change of each of up to CHUNK assets; what never changed is left out."""
        mine = in_ids(self._db, CHANGE.c.asset_id, assets)
        query = select(CHANGE.c.asset_id, func.max(CHANGE.c.id)).where(mine).group_by(CHANGE.c.asset_id)
        return {row[0]: row[1] for row in connection.execute(query)}

    def assets_of_changes(self, connection: Connection, changes: Collection[int]) -> dict[int, int]:
        """The assets that changes are about, by the number of the change; what does not exist is left out."""
        mine = in_ids(self._db, CHANGE.c.id, sorted(changes))
        query = select(CHANGE.c.id, CHANGE.c.asset_id).where(mine)
        return {row[0]: row[1] for row in connection.execute(query)}

    def changes_after(
        self, connection: Connection, assets: Sequence[int], number: int, keys: Collection[str]
    ) -> Iterator[Row[Any]]:
        """The changes of some fields of assets after the one with that number, in their order, with who made them."""
        joined = CHANGE.join(OPERATION, OPERATION.c.id == CHANGE.c.operation_id)
        mine = (
            in_ids(self._db, CHANGE.c.asset_id, assets),
            CHANGE.c.id > number,
            CHANGE.c.field.in_(sorted(keys)),
        )
        columns = (CHANGE.c.id, CHANGE.c.asset_id, CHANGE.c.field, CHANGE.c.source, CHANGE.c.before)
        query = select(*columns, OPERATION.c.actor).select_from(joined).where(*mine).order_by(CHANGE.c.id)
        return iter(connection.execute(query))

    def mark_undone(self, connection: Connection, number: int, at: float) -> None:
        """Write that an operation was undone."""
        connection.execute(update(OPERATION).where(OPERATION.c.id == number).values(undone_at=at))

    def by_people(self, connection: Connection, assets: Sequence[int]) -> AssetSet:
        """Those of the assets about which people have said something."""
        mine = (VALUE.c.source == ValueSource.PERSON, VALUE.c.asset_id.in_(assets))
        return AssetSet(connection.execute(select(VALUE.c.asset_id).where(*mine).distinct()).scalars())


def entries_that_refer(
    connection: Connection, *, term: int | None = None, linked: int | None = None
) -> list[tuple[int, str, str]]:
    """The entries (asset, field, source) with a value that is a term, or an asset, in the order of their assets."""
    mine = VALUE.c.term_id == term if term is not None else VALUE.c.linked_id == linked
    query = select(VALUE.c.asset_id, VALUE.c.field, VALUE.c.source).where(mine).distinct()
    return [tuple(row) for row in connection.execute(query.order_by(VALUE.c.asset_id))]


def _folded(content: Content) -> str | None:
    """Of a text; a date has a number as well."""
    return fold(content.text) if content.text is not None and content.number is None else None


def _with_rejections(change: Change) -> Entry:
    """The new entry of a machine, with what a person has rejected of its earlier one, which it does not propose."""
    rejected = {said.content: said for said in change.before if said.state is ValueState.REJECTED}
    if not rejected:
        return change.after
    return (*(said for said in change.after if said.content not in rejected), *rejected.values())
