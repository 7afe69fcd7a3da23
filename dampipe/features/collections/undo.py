"""Which changes of collections an undo may restore, and what it does besides: see `dampipe/kernel/undo.py`."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.access.tables import USER
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.collections.events import (
    CollectionChanged,
    CollectionCreated,
    CollectionDeleted,
    CollectionGranted,
    CollectionRevoked,
    ItemAdded,
    ItemMoved,
    ItemRemoved,
)
from dampipe.features.collections.model import MOST_DEEP, Right
from dampipe.features.collections.queries import CollectionRepository, lock_tree
from dampipe.features.collections.rights import RightsReader, path_of
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT, COLLECTION_ITEM
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.access import EDIT, Actor, Role
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.events.outbox import NewEvent, record_event, record_events
from dampipe.kernel.undo import Change, Image, Undoable
from dampipe.kernel.visibility import View

_NO_RIGHT = "the right to do so is missing"
_GONE = "what it belongs to was deleted since"


def _lock(connection: Connection, database: Database) -> None:
    lock_tree(connection, database)


class _Rights:
    """The rights of the actor, each looked up once."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self._reader = RightsReader(connection, actor)
        self._known: dict[int, Right | None] = {}

    def may(self, collection: int | None, right: Right) -> bool:
        """Whether the actor has a right on a collection; on none: on the top of the tree."""
        if collection is None:
            return True
        if collection not in self._known:
            held = self._reader.of(collection)
            self._known[collection] = None if held is None else held.right
        found = self._known[collection]
        return found is not None and found >= right


def _refusals_of_collections(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    if not actor.may(EDIT):
        return [_NO_RIGHT] * len(changes)
    rights = _Rights(connection, actor)
    wanted = {one.after["id"] for one in changes if one.after is not None}
    gone = {one.before["id"] for one in changes if one.before is not None and one.after is None}
    return [_refusal(connection, database, rights, one, wanted, gone) for one in changes]


def _refusal(
    connection: Connection,
    database: Database,
    rights: _Rights,
    change: Change,
    restored: set[int],
    gone: set[int],
) -> str:
    before, after = change.before, change.after
    if after is None:
        assert before is not None
        return _refusal_to_delete(connection, rights, before, gone)
    parent = after["parent_id"]
    if before is None:
        is_there = parent is None or parent in restored or bool(path_of(connection, parent))
        if not is_there:
            return _GONE
        if parent not in restored and not rights.may(parent, Right.EDIT):
            return _NO_RIGHT
        return _refused_user(connection, after["owner_id"])
    moves = before["parent_id"] != parent
    needs = Right.MANAGE if moves or before["is_private"] != after["is_private"] else Right.EDIT
    if not rights.may(after["id"], needs):
        return _NO_RIGHT
    if moves and parent is not None:
        path = path_of(connection, parent)
        if not path:
            return _GONE
        if any(row.id == after["id"] for row in path):
            return "it would lie within itself"
        if len(path) + CollectionRepository(database).height(connection, after["id"]) > MOST_DEEP:
            return "collections would be nested too deep"
        if not rights.may(parent, Right.EDIT):
            return _NO_RIGHT
    return ""


def _refusal_to_delete(connection: Connection, rights: _Rights, row: Image, gone: set[int]) -> str:
    number = row["id"]
    if not rights.may(number, Right.MANAGE):
        return _NO_RIGHT
    children = set(
        connection.execute(select(COLLECTION.c.id).where(COLLECTION.c.parent_id == number)).scalars()
    )
    items = select(COLLECTION_ITEM.c.id).where(COLLECTION_ITEM.c.collection_id == number).limit(1)
    if children - gone or connection.execute(items).first() is not None:
        return "it is not empty any more"
    grants = select(COLLECTION_GRANT.c.id).where(COLLECTION_GRANT.c.collection_id == number).limit(1)
    return "rights on it were given since" if connection.execute(grants).first() is not None else ""


def _refused_user(connection: Connection, user: int | None) -> str:
    if user is None or connection.execute(select(USER.c.id).where(USER.c.id == user)).first() is not None:
        return ""
    return "its user was removed since"


def _record_collections(
    connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]
) -> None:
    for change in changes:
        before, after = change.before, change.after
        row: Any = after or before
        payload: Any
        if before is None:
            payload = CollectionCreated(collection=row["id"], parent=row["parent_id"], name=row["name"])
        elif after is None:
            is_private = row["is_private"] and row["parent_id"] is None
            payload = CollectionDeleted(
                collection=row["id"], parent=row["parent_id"], private=bool(is_private)
            )
        else:
            names = {"cover_id": "cover", "is_private": "private", "parent_id": "parent"}
            hidden = {"version", "changed_at", "changed_by"}
            fields = {names.get(one, one) for one in after if before[one] != after[one] and one not in hidden}
            payload = CollectionChanged(
                collection=row["id"], fields=tuple(sorted(fields)), version=row["version"]
            )
        record_event(connection, payload, actor=actor)


def _refusals_of_grants(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    if not actor.may(EDIT):
        return [_NO_RIGHT] * len(changes)
    rights = _Rights(connection, actor)
    found = []
    for change in changes:
        row: Any = change.after or change.before
        if change.after is None or not path_of(connection, row["collection_id"]):
            reason = "" if change.after is None else _GONE
        else:
            reason = _refused_user(connection, row["user_id"])
            reason = reason or _refused_user(connection, row["grantor_id"])
            reason = reason or _refused_double(connection, change)
        if not reason and not rights.may(row["collection_id"], Right.MANAGE):
            reason = _NO_RIGHT
        found.append(reason)
    return found


def _refused_double(connection: Connection, change: Change) -> str:
    row: Any = change.after
    to = [
        COLLECTION_GRANT.c[name].is_(None) if row[name] is None else COLLECTION_GRANT.c[name] == row[name]
        for name in ("user_id", "role")
    ]
    other = select(COLLECTION_GRANT.c.id).where(
        COLLECTION_GRANT.c.collection_id == row["collection_id"], COLLECTION_GRANT.c.id != row["id"], *to
    )
    return "another right was given since" if connection.execute(other).first() is not None else ""


def _record_grants(
    connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]
) -> None:
    for change in changes:
        row: Any = change.after or change.before
        if row["role"] is not None:
            to = f"role:{Role(row['role'])}"
        else:
            name = connection.execute(select(USER.c.name).where(USER.c.id == row["user_id"])).scalar()
            to = f"user:{name}"
        payload: Any = CollectionRevoked(collection=row["collection_id"], to=to)
        if change.after is not None:
            payload = CollectionGranted(
                collection=row["collection_id"], to=to, right=str(Right(row["level"]))
            )
        record_event(connection, payload, actor=actor)


def _refusals_of_items(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    if not actor.may(EDIT):
        return [_NO_RIGHT] * len(changes)
    rights = _Rights(connection, actor)
    wanted = [one.after for one in changes if one.after is not None]
    present = set(lock_assets(connection, {row["asset_id"] for row in wanted}, Hold.EXISTENCE))
    numbers = [row["subclip_id"] for row in wanted if row["subclip_id"] is not None]
    query = select(SUBCLIP.c.id).where(in_ids(database, SUBCLIP.c.id, numbers))
    subclips = set(connection.execute(query).scalars()) if numbers else set()
    collections = {row["collection_id"] for row in wanted}
    exist = set(
        connection.execute(
            select(COLLECTION.c.id).where(in_ids(database, COLLECTION.c.id, collections))
        ).scalars()
    )
    taken = _taken(connection, database, wanted)
    found = []
    for change in changes:
        row: Any = change.after or change.before
        reason = ""
        if not rights.may(row["collection_id"], Right.EDIT):
            reason = _NO_RIGHT if row["collection_id"] in exist or change.after is None else _GONE
        elif change.after is not None:
            if row["asset_id"] not in present or row["subclip_id"] not in {None, *subclips}:
                reason = _GONE
            elif taken.get(_key(row), row["id"]) != row["id"]:
                reason = "it was added again since"
        found.append(reason)
    return found


def _key(row: Any) -> tuple[int, int | None, int | None]:
    """What a collection has once."""
    subclip = row["subclip_id"]
    return row["collection_id"], row["asset_id"] if subclip is None else None, subclip


def _taken(
    connection: Connection, database: Database, wanted: Sequence[Image]
) -> dict[tuple[int, int | None, int | None], int]:
    """The numbers of the items that there are of the same things."""
    assets = {row["asset_id"] for row in wanted}
    columns = (
        COLLECTION_ITEM.c.id,
        COLLECTION_ITEM.c.collection_id,
        COLLECTION_ITEM.c.asset_id,
        COLLECTION_ITEM.c.subclip_id,
    )
    query = select(*columns).where(
        in_ids(database, COLLECTION_ITEM.c.asset_id, assets),
        in_ids(database, COLLECTION_ITEM.c.collection_id, {row["collection_id"] for row in wanted}),
    )
    if not wanted:
        return {}
    return {_key(row._mapping): row.id for row in connection.execute(query)}


def _record_items(
    connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]
) -> None:
    now = database_time(connection)
    kinds: dict[Callable[..., Any], list[NewEvent]] = {}
    for change in changes:
        row: Any = change.after or change.before
        values = {"collection": row["collection_id"], "item": row["id"]}
        more = values | {"subclip": row["subclip_id"], "excluded": bool(row["is_excluded"])}
        is_moved = change.before is not None and change.after is not None
        payload: Any
        if change.after is None:
            payload = ItemRemoved(**more)
        elif is_moved and change.before and change.before["is_excluded"] == change.after["is_excluded"]:
            payload = ItemMoved(**values)
        else:
            payload = ItemAdded(**more)
        kind = type(payload)
        kinds.setdefault(kind, []).append(NewEvent(payload, asset=row["asset_id"]))
    for events in kinds.values():
        record_events(connection, database, events, actor=actor, at=now)


COLLECTIONS = Undoable(
    COLLECTION,
    _refusals_of_collections,
    _record_collections,
    ignored=frozenset({"version", "owner_id", "changed_at", "changed_by"}),
    lock=_lock,
)
GRANTS = Undoable(
    COLLECTION_GRANT,
    _refusals_of_grants,
    _record_grants,
    ignored=frozenset({"version", "grantor_id"}),
    lock=_lock,
)
ITEMS = Undoable(COLLECTION_ITEM, _refusals_of_items, _record_items, lock=_lock)
