"""States of assets that become one, or of one that becomes two.

Of two assets that become one the state wins that comes first in the definition: the asset has content now that has not
come further, so that nothing gets past a guard by being stacked on what did. The asset that stays keeps its assignee and
its due date, or gets those of the other one where it has none. Where that is undone, each asset has its own state again;
but if the one that stayed was moved meanwhile, it stays where it is, and the other one comes no further than that.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.workflow.definition import Definition
from dampipe.features.workflow.due import DueDate
from dampipe.features.workflow.events import AssetMoved
from dampipe.features.workflow.queries import Active, Item, item_of, items, latest, put, record_moved
from dampipe.features.workflow.tables import ITEM
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    workflow = latest(connection)
    query = select(ITEM).where(ITEM.c.asset_id.in_((source, target)))
    rows = {row.asset_id: item_of(row) for row in connection.execute(query)}
    if workflow is None or not rows:
        return Kept("")  # both are in the first state
    where = items(connection, database, workflow.definition, [source, target])
    before, other = where[target], where[source]
    after = _earlier(workflow.definition, before, other)
    after = replace(after, assignee=before.assignee or other.assignee, due=before.due or other.due)
    if after != before:
        after = _put(connection, database, workflow, before, after, "merge")
    state = {"source": _json(rows.get(source)), "before": _json(rows.get(target)), "after": _json(after)}
    return Kept(_text(workflow.definition, after.state), state)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    workflow = latest(connection)
    row = connection.execute(select(ITEM).where(ITEM.c.asset_id == source)).first()
    if workflow is None or row is None:
        return Kept("")
    before = items(connection, database, workflow.definition, [target])[target]
    copied = _put(connection, database, workflow, before, replace(item_of(row), asset=target), "split")
    return Kept(_text(workflow.definition, copied.state))


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    workflow = latest(connection)
    if state is None or workflow is None:
        return
    definition = workflow.definition
    first = definition.initial or ""
    now = items(connection, database, definition, [target])[target]
    had = _item(state["source"], source) or Item(source, first)
    if now == _item(state["after"], target):
        before = _item(state["before"], target) or Item(target, first)
        if before != now:
            _put(connection, database, workflow, now, before, "unmerge")
    else:
        had = _earlier(definition, had, now)
    there = items(connection, database, definition, [source])[source]
    if had != there:
        _put(connection, database, workflow, there, had, "unmerge")


def _earlier(definition: Definition, one: Item, other: Item) -> Item:
    """The first item, in the state of the second one if that comes earlier."""
    if definition.position(other.state) < definition.position(one.state):
        return replace(one, state=other.state, since=other.since, moved_by=None)
    return one


def _put(
    connection: Connection, database: Database, workflow: Active, before: Item, after: Item, how: str
) -> Item:
    """Write where an asset is, with its event; returns what was written."""
    now = database_time(connection)
    after = replace(after, since=now if after.since is None else after.since)
    put(connection, database, after)
    if before.state != after.state:
        payload = AssetMoved(
            transition=how, source=before.state, to=after.state, version=workflow.version or 0
        )
        record_moved(connection, after.asset, payload, WORKER, now)
    return after


def _text(definition: Definition, state: str) -> str:
    found = definition.state(state)
    return found.title if found else ""


def _json(item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    due = None if item.due is None else [item.due.at, item.due.zone]
    return {
        "state": item.state,
        "since": item.since,
        "moved_by": item.moved_by,
        "assignee": item.assignee,
        "due": due,
    }


def _item(state: dict[str, Any] | None, asset: int) -> Item | None:
    if state is None:
        return None
    due = None if state["due"] is None else DueDate(*state["due"])
    return Item(asset, state["state"], state["since"], state["moved_by"], state["assignee"], due)


STATES = MergeOwner("workflow", _merge, _copy, _restore)
