"""The SQL of workflows; the only writer of their tables.

Who moves or assigns assets locks first the active definition against another one (`active`), then the assets against
other moves and merges (`Hold.ANNOTATIONS`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from dampipe.features.assets.lineage import is_superseded
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.workflow.definition import Definition, parse_definition, shipped_toml
from dampipe.features.workflow.due import DueDate
from dampipe.features.workflow.errors import APPLIED_MEANWHILE, STATES_NEED_A_MAP
from dampipe.features.workflow.events import AssetAssigned, AssetMoved, DueSet, WorkflowApplied
from dampipe.features.workflow.model import Applied
from dampipe.features.workflow.tables import DEFINITION, ITEM
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.errors import Conflict
from dampipe.kernel.events.outbox import NewEvent, record_event, record_events
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.visibility import EVERYTHING, View

HISTORY = (AssetMoved.KIND.name, AssetAssigned.KIND.name, DueSet.KIND.name)
"""Events that are the history of an asset."""

_parse = lru_cache(maxsize=16)(parse_definition)


@dataclass(frozen=True)
class Active:
    """The workflow of the library."""

    definition: Definition
    version: int | None
    """None: no definition was applied yet."""
    toml: str
    applied_at: float | None = None
    applied_by: str | None = None


@dataclass(frozen=True)
class Item:
    """Where one asset is."""

    asset: int
    state: str
    since: float | None = None
    moved_by: str | None = None
    assignee: str | None = None
    due: DueDate | None = None


def active(connection: Connection, *, lock: bool = False) -> Active:
    """The workflow now. lock: no other definition is applied until the caller's transaction ends."""
    query = select(DEFINITION).where(DEFINITION.c.is_active)
    row = connection.execute(query.with_for_update(read=True) if lock else query).first()
    if row is None and lock:
        # Another definition was applied while this waited for the lock: then its row is active now.
        row = connection.execute(query.with_for_update(read=True)).first()
    if row is None:
        toml = shipped_toml("none")
        return Active(_parse(toml), None, toml)
    return Active(_parse(row.toml), row.id, row.toml, row.applied_at, row.applied_by)


def latest(connection: Connection) -> Active | None:
    """The newest definition that has states, active or not: what the rows of assets mean. None: there was none."""
    query = select(DEFINITION).where(DEFINITION.c.initial.is_not(None)).order_by(DEFINITION.c.id.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else Active(_parse(row.toml), row.id, row.toml, row.applied_at, row.applied_by)


def items(
    connection: Connection, database: Database, definition: Definition, assets: Collection[int]
) -> dict[int, Item]:
    """Where assets are; those without a row are in the first state."""
    initial = definition.initial or ""
    found = {asset: Item(asset, initial) for asset in assets}
    for row in connection.execute(select(ITEM).where(in_ids(database, ITEM.c.asset_id, assets))):
        found[row.asset_id] = item_of(row)
    return found


def item_of(row: Row[Any]) -> Item:
    """An item from its row."""
    due = None if row.due_at is None else DueDate(row.due_at, row.due_zone)
    return Item(row.asset_id, row.state, row.since, row.moved_by, row.assignee, due)


def swap(
    connection: Connection,
    database: Database,
    assets: AssetSet,
    source: str,
    target: str,
    *,
    is_initial: bool,
    by: str | None,
    now: float,
) -> AssetSet:
    """Compare and swap: move those of the assets that are in one state to another; returns those that were.

    is_initial: whether assets without a row are in the first of the states.
    """
    values = {"state": target, "since": now, "moved_by": by}
    if is_initial:
        columns = {
            "asset_id": ASSET.c.id,
            **{name: literal(value, ITEM.c[name].type) for name, value in values.items()},
        }
        rows = select(*columns.values()).where(in_ids(database, ASSET.c.id, assets))
        insert = database.insert(ITEM).from_select(list(columns), rows)
        moved = insert.on_conflict_do_update(
            index_elements=["asset_id"], set_=values, where=ITEM.c.state == source
        )
    else:
        moved = (
            update(ITEM)
            .where(in_ids(database, ITEM.c.asset_id, assets), ITEM.c.state == source)
            .values(**values)
        )
    return AssetSet(connection.execute(moved.returning(ITEM.c.asset_id)).scalars())


def in_states(
    definition: Definition, states: Collection[str], asset: ColumnElement[int]
) -> ColumnElement[bool]:
    """The condition that the asset with the number in a column is in one of the states."""
    if definition.initial in states:
        others = select(ITEM.c.asset_id).where(ITEM.c.state.not_in(sorted(states)))
        return asset.not_in(others)
    return asset.in_(select(ITEM.c.asset_id).where(ITEM.c.state.in_(sorted(states))))


def written_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that a user moved or assigned; see `dampipe.kernel.annotations`."""
    by_people = or_(ITEM.c.moved_by.is_not(None), ITEM.c.assignee.is_not(None), ITEM.c.due_at.is_not(None))
    return AssetSet(
        connection.execute(select(ITEM.c.asset_id).where(ITEM.c.asset_id.in_(assets), by_people)).scalars()
    )


def put(connection: Connection, database: Database, item: Item) -> None:
    """Write where an asset is, whatever it was; the item says since when."""
    values = {
        "state": item.state,
        "since": item.since,
        "moved_by": item.moved_by,
        "assignee": item.assignee,
        "due_at": None if item.due is None else item.due.at,
        "due_zone": None if item.due is None else item.due.zone,
    }
    insert = database.insert(ITEM).values(asset_id=item.asset, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["asset_id"], set_=values))


def record_moved(connection: Connection, asset: int, payload: AssetMoved, actor: str, now: float) -> None:
    """Record the event of one move that no transition made."""
    record_event(connection, payload, actor=actor, asset=asset, at=now)


class WorkflowRepository:
    """The workflow of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def active(self) -> Active:
        """The workflow now."""
        with self._db.read() as connection:
            return active(connection)

    def versions(self) -> list[Row[Any]]:
        """The rows of the definitions that were applied, newest first."""
        with self._db.read() as connection:
            return list(connection.execute(select(DEFINITION).order_by(DEFINITION.c.id.desc())).all())

    def version(self, number: int) -> Row[Any] | None:
        """The row of one definition."""
        with self._db.read() as connection:
            return connection.execute(select(DEFINITION).where(DEFINITION.c.id == number)).first()

    def apply(self, definition: Definition, toml: str, mapping: Mapping[str, str], by: str) -> Applied:
        """Make a definition the workflow of the library, in one transaction.

        No asset changes its state but by the map: those without a row stay in the state in which they began, which is
        written down if assets begin elsewhere now. Raises Conflict (STATES_NEED_A_MAP) if assets are in a state that
        neither the definition nor the map has, and (APPLIED_MEANWHILE).
        """
        try:
            with self._db.write() as connection:
                mine = select(DEFINITION.c.id).where(DEFINITION.c.is_active).with_for_update()
                before = connection.execute(mine).scalar()
                now = database_time(connection)
                moved = begun = 0
                if definition.states:
                    moved, begun = self._carry_over(connection, definition, mapping, now)
                if before is not None:
                    off = update(DEFINITION).where(DEFINITION.c.id == before).values(is_active=False)
                    connection.execute(off)
                values = {
                    "key": definition.key,
                    "initial": definition.initial,
                    "toml": toml,
                    "applied_at": now,
                    "applied_by": by[:200],
                    "is_active": True,
                }
                made = DEFINITION.insert().values(**values).returning(DEFINITION.c.id)
                version = connection.execute(made).scalar_one()
                event = WorkflowApplied(key=definition.key, version=version, map=dict(mapping), moved=moved)
                record_event(connection, event, actor=by, at=now)
        except IntegrityError:  # two were the first ones
            raise Conflict(APPLIED_MEANWHILE) from None
        return Applied(key=definition.key, version=version, moved=moved, begun=begun)

    def _carry_over(
        self, connection: Connection, definition: Definition, mapping: Mapping[str, str], now: float
    ) -> tuple[int, int]:
        """Move what has to move; returns how many assets the map moved, and how many got a row as they are."""
        removed = removed_states(connection, definition)
        lacking = sorted(set(removed) - set(mapping))
        if lacking:
            states = ", ".join(f"{state} ({removed[state]})" for state in lacking)
            raise Conflict(STATES_NEED_A_MAP, key=definition.key, states=states)
        moved = begun = 0
        for old in sorted(removed):
            values = {"state": mapping[old], "since": now, "moved_by": None}
            moved += connection.execute(update(ITEM).where(ITEM.c.state == old).values(**values)).rowcount
        began = last_initial(connection)
        if began is None or began == definition.initial:
            return moved, begun
        target = began if definition.state(began) else mapping.get(began, definition.initial)
        if target != definition.initial:
            untouched = self._write_down(connection, str(target), now)
            if target == began:
                begun = untouched
            else:
                moved += untouched
        else:
            moved += count_untouched(connection)
        return moved, begun

    def _write_down(self, connection: Connection, state: str, now: float) -> int:
        """Give every asset without a row one; returns how many."""
        rows = select(ASSET.c.id, literal(state, ITEM.c.state.type), literal(now)).where(
            ~exists(select(literal(1)).where(ITEM.c.asset_id == ASSET.c.id))
        )
        insert = (
            self._db.insert(ITEM).from_select(["asset_id", "state", "since"], rows).on_conflict_do_nothing()
        )
        return int(connection.execute(insert, execution_options={"preserve_rowcount": True}).rowcount)

    def counts(self, definition: Definition, view: View = EVERYTHING) -> dict[str, int]:
        """How many visible assets are in each state, those of other definitions included."""
        with self._db.read() as connection:
            return count_states(connection, definition, view)

    def item(self, asset: int) -> tuple[Active, Item]:
        """The workflow, and where one asset is in it."""
        with self._db.read() as connection:
            now = active(connection)
            return now, items(connection, self._db, now.definition, [asset])[asset]

    def assign(self, assets: Sequence[int], view: View, assignee: str | None, by: str) -> int:
        """Assign up to some thousand assets to a user or to none; returns how many were assigned otherwise."""
        payload = AssetAssigned(assignee=assignee)
        return self._change(assets, view, {"assignee": assignee}, payload, by)

    def set_due(self, assets: Sequence[int], view: View, due: DueDate | None, by: str) -> int:
        """Set the due date of up to some thousand assets; returns how many had another one."""
        values = {"due_at": None if due is None else due.at, "due_zone": None if due is None else due.zone}
        payload = DueSet(
            due=None if due is None else due.local.isoformat(), zone=None if due is None else due.zone
        )
        return self._change(assets, view, values, payload, by)

    def _change(
        self, assets: Sequence[int], view: View, values: dict[str, Any], payload: EventPayload, by: str
    ) -> int:
        with self._db.write() as connection:
            definition = active(connection, lock=True).definition
            there = AssetSet(lock_assets(connection, assets, Hold.ANNOTATIONS, view))
            now = database_time(connection)
            differs = or_(*(ITEM.c[name].is_distinct_from(value) for name, value in values.items()))
            changed = (
                update(ITEM)
                .where(in_ids(self._db, ITEM.c.asset_id, there), differs)
                .values(**values)
                .returning(ITEM.c.asset_id)
            )
            found = AssetSet(connection.execute(changed).scalars())
            if any(value is not None for value in values.values()):
                given = {"state": definition.initial or "", "since": now, **values}
                columns = {
                    "asset_id": ASSET.c.id,
                    **{name: literal(value, ITEM.c[name].type) for name, value in given.items()},
                }
                rows = select(*columns.values()).where(in_ids(self._db, ASSET.c.id, there))
                insert = self._db.insert(ITEM).from_select(list(columns), rows).on_conflict_do_nothing()
                found |= AssetSet(connection.execute(insert.returning(ITEM.c.asset_id)).scalars())
            events = [NewEvent(payload, asset=asset) for asset in found]
            record_events(connection, self._db, events, actor=by, at=now)
        return len(found)

    def tasks(
        self, view: View, definition: Definition, assignee: str | None, limit: int, after: int
    ) -> list[Item]:
        """Visible assets that are assigned, and not in a final state: the most urgent first.

        assignee: only those of one user. after: how many to leave out.
        """
        finals = [state.key for state in definition.states if state.final]
        query = (
            select(ITEM)
            .where(
                ITEM.c.assignee.is_not(None),
                true() if assignee is None else ITEM.c.assignee == assignee,
                ITEM.c.state.not_in(finals),
                view.shows_asset(ITEM.c.asset_id),
            )
            .order_by(ITEM.c.due_at.is_(None), ITEM.c.due_at, ITEM.c.asset_id)
            .limit(limit)
            .offset(after)
        )
        with self._db.read() as connection:
            return [item_of(row) for row in connection.execute(query)]

    def assignees(self, view: View) -> list[str]:
        """To whom visible assets are assigned."""
        query = (
            select(ITEM.c.assignee)
            .where(ITEM.c.assignee.is_not(None), view.shows_asset(ITEM.c.asset_id))
            .distinct()
            .order_by(ITEM.c.assignee)
        )
        with self._db.read() as connection:
            return list(connection.execute(query).scalars())

    def history(self, asset: int, limit: int) -> list[Row[Any]]:
        """The newest events of an asset in the workflow, newest first: those that have no number yet included."""
        mine = and_(EVENT.c.asset == asset, EVENT.c.name.in_(HISTORY))
        numbered = (
            select(EVENT).where(mine, EVENT.c.seq.is_not(None)).order_by(EVENT.c.seq.desc()).limit(limit)
        )
        new = select(EVENT).where(mine, EVENT.c.seq.is_(None)).order_by(EVENT.c.at.desc(), EVENT.c.id.desc())
        with self._db.read() as connection:
            rows = [*connection.execute(new.limit(limit)), *connection.execute(numbered)]
        return rows[:limit]

    def visible_versions(self, assets: Collection[int], view: View) -> list[Row[Any]]:
        """The rows of the versions that stand for assets."""
        query = select(VERSION).where(
            in_ids(self._db, VERSION.c.asset_id, assets),
            ~is_superseded(view, is_few=True),
            view.shows_some(VERSION.c.id),
        )
        with self._db.read() as connection:
            return list(connection.execute(query).all())

    def hidden_from(self, assets: AssetSet, view: View) -> int:
        """How many of the assets a view does not show."""
        if view.is_all:
            return 0
        query = select(func.count()).where(in_ids(self._db, ASSET.c.id, assets), view.shows_asset(ASSET.c.id))
        with self._db.read() as connection:
            return len(assets) - int(connection.execute(query.select_from(ASSET)).scalar_one())


def count_states(connection: Connection, definition: Definition, view: View = EVERYTHING) -> dict[str, int]:
    """How many visible assets are in each state, those of other definitions included."""
    rows = connection.execute(
        select(ITEM.c.state, func.count()).where(view.shows_asset(ITEM.c.asset_id)).group_by(ITEM.c.state)
    )
    found = {state: int(count) for state, count in rows}
    if definition.initial is not None:
        everything = select(func.count()).select_from(ASSET).where(view.shows_asset(ASSET.c.id))
        untouched = int(connection.execute(everything).scalar_one()) - sum(found.values())
        found[definition.initial] = found.get(definition.initial, 0) + untouched
    return found


def last_initial(connection: Connection) -> str | None:
    """The state in which assets without a row are, by the last definition that had states; None: there was none."""
    query = select(DEFINITION.c.initial).where(DEFINITION.c.initial.is_not(None))
    found: str | None = connection.execute(query.order_by(DEFINITION.c.id.desc()).limit(1)).scalar()
    return found


def count_untouched(connection: Connection) -> int:
    """How many assets have no row."""
    assets = connection.execute(select(func.count()).select_from(ASSET)).scalar_one()
    return int(assets) - int(connection.execute(select(func.count()).select_from(ITEM)).scalar_one())


def removed_states(connection: Connection, definition: Definition) -> dict[str, int]:
    """States that a definition does not have and in which assets are, with their number."""
    keys = [state.key for state in definition.states]
    rows = connection.execute(
        select(ITEM.c.state, func.count()).where(ITEM.c.state.not_in(keys)).group_by(ITEM.c.state)
    )
    found = {state: int(count) for state, count in rows}
    began = last_initial(connection)
    if began is not None and began not in keys and (untouched := count_untouched(connection)):
        found[began] = found.get(began, 0) + untouched
    return found


def sets_by_state(
    connection: Connection, database: Database
) -> tuple[dict[str, AssetSet], AssetSet, AssetSet]:
    """The assets with rows by state, those without one, and those that are assigned to a user."""
    states = connection.execute(select(ITEM.c.state).distinct()).scalars().all()
    found = {
        state: AssetSet.from_numpy(read_ids(database, connection, ITEM.c.asset_id, ITEM.c.state == state))
        for state in sorted(states)
    }
    untouched = AssetSet.from_numpy(read_ids(database, connection, ASSET.c.id))
    for assets in found.values():
        untouched = untouched - assets
    assigned = AssetSet.from_numpy(
        read_ids(database, connection, ITEM.c.asset_id, ITEM.c.assignee.is_not(None))
    )
    return found, untouched, assigned
