"""States of assets that become one, or of one that becomes two.

Of two assets that become one the state wins that comes first in the definition: the asset has content now that has not
come further. So nothing gets past a guard by being stacked on what did. The assignee and the due date of the asset that
stays are kept; where it has none, it gets those of the other one.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.workflow.definition import Definition
from dampipe.features.workflow.due import DueDate
from dampipe.features.workflow.events import AssetMoved
from dampipe.features.workflow.queries import Active, Item, active, item_of, items, put, record_moved
from dampipe.features.workflow.tables import ITEM
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    workflow = active(connection)
    rows = {row.asset_id: item_of(row) for row in connection.execute(_rows(source, target))}
    if not rows:
        return Kept("")  # both are in the first state
    where = items(connection, database, workflow.definition, [source, target])
    before, other = where[target], where[source]
    after = before
    if workflow.definition.position(other.state) < workflow.definition.position(before.state):
        after = replace(after, state=other.state, since=other.since, moved_by=None)
    if after.assignee is None:
        after = replace(after, assignee=other.assignee)
    if after.due is None:
        after = replace(after, due=other.due)
    if after != before:
        _put(connection, database, workflow, before, after, "merge")
    state = {"source": _json(rows.get(source)), "before": _json(rows.get(target)), "after": _json(after)}
    return Kept(_text(workflow.definition, after.state), state)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    workflow = active(connection)
    row = connection.execute(select(ITEM).where(ITEM.c.asset_id == source)).first()
    if row is None:
        return Kept("")
    copied = replace(item_of(row), asset=target)
    where = items(connection, database, workflow.definition, [target])[target]
    _put(connection, database, workflow, where, copied, "split")
    return Kept(_text(workflow.definition, copied.state))


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    """What was changed since the merge is kept at the target, and the source gets back what it had."""
    if state is None:
        return
    workflow = active(connection)
    now = items(connection, database, workflow.definition, [target])[target]
    after, before = _item(state["after"], target), _item(state["before"], target)
    initial = Item(target, workflow.definition.initial or now.state)
    if after is not None and replace(now, since=None) == replace(after, since=None):
        _put(connection, database, workflow, now, before or initial, "unmerge")
    had = _item(state["source"], source)
    if had is not None:
        there = items(connection, database, workflow.definition, [source])[source]
        _put(connection, database, workflow, there, had, "unmerge")


def _put(
    connection: Connection, database: Database, workflow: Active, before: Item, after: Item, how: str
) -> None:
    now = database_time(connection)
    put(connection, database, after, now)
    if before.state != after.state and workflow.definition.states:
        payload = AssetMoved(
            transition=how, source=before.state, to=after.state, version=workflow.version or 0
        )
        record_moved(connection, after.asset, payload, WORKER, now)


def _rows(*assets: int) -> Any:
    return select(ITEM).where(ITEM.c.asset_id.in_(assets))


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
