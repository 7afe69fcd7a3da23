"""Collections of assets that become one, or of one that becomes two.

The asset that stays takes the place of the other one in each collection where it is not yet. Where that is undone, each
is again where it was, as far as the collections are still there. Subclips follow the version that they are of.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from dampipe.features.assets.tables import ASSET
from dampipe.features.collections.tables import COLLECTION, COLLECTION_ITEM
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    rows = connection.execute(select(COLLECTION_ITEM).where(COLLECTION_ITEM.c.asset_id == source)).all()
    query = select(COLLECTION_ITEM.c.collection_id).where(
        COLLECTION_ITEM.c.asset_id == target, COLLECTION_ITEM.c.subclip_id.is_(None)
    )
    there = set(connection.execute(query).scalars())
    deleted = [row for row in rows if row.subclip_id is None and row.collection_id in there]
    gone = {row.id for row in deleted}
    moved = [row.id for row in rows if row.id not in gone]
    for row in deleted:
        connection.execute(delete(COLLECTION_ITEM).where(COLLECTION_ITEM.c.id == row.id))
    for number in moved:
        connection.execute(
            update(COLLECTION_ITEM).where(COLLECTION_ITEM.c.id == number).values(asset_id=target)
        )
    covers = list(
        connection.execute(select(COLLECTION.c.id).where(COLLECTION.c.cover_id == source)).scalars()
    )
    for number in covers:
        connection.execute(update(COLLECTION).where(COLLECTION.c.id == number).values(cover_id=target))
    if not rows and not covers:
        return Kept("")
    names = _names(connection, {row.collection_id for row in rows})
    state = {"deleted": [dict(row._mapping) for row in deleted], "moved": moved, "covers": covers}
    return Kept(", ".join(names), state)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    _follow_subclips(connection, target)
    query = select(COLLECTION_ITEM).where(
        COLLECTION_ITEM.c.asset_id == source, COLLECTION_ITEM.c.subclip_id.is_(None)
    )
    rows = connection.execute(query).all()
    for row in rows:  # at the same place, behind it: its number is higher
        values = {name: value for name, value in row._mapping.items() if name != "id"}
        made = database.insert(COLLECTION_ITEM).values({**values, "asset_id": target, "version": 1})
        connection.execute(made.on_conflict_do_nothing())
    return Kept(", ".join(_names(connection, {row.collection_id for row in rows})))


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    _follow_subclips(connection, source)
    _follow_subclips(connection, target)
    if state is None:
        return
    for number in state["moved"]:
        row = connection.execute(select(COLLECTION_ITEM).where(COLLECTION_ITEM.c.id == number)).first()
        is_still = row is not None and row.asset_id == target and row.subclip_id is None
        if row is not None and is_still and not _has(connection, row.collection_id, source):
            connection.execute(
                update(COLLECTION_ITEM).where(COLLECTION_ITEM.c.id == number).values(asset_id=source)
            )
    for item in state["deleted"]:
        _insert_again(connection, item, source)
    for number in state["covers"]:
        mine = (COLLECTION.c.id == number, COLLECTION.c.cover_id == target)
        connection.execute(update(COLLECTION).where(*mine).values(cover_id=source))


def _insert_again(connection: Connection, item: Mapping[str, Any], source: int) -> None:
    query = select(COLLECTION.c.id).where(COLLECTION.c.id == item["collection_id"])
    is_there = connection.execute(query).first() is not None
    asset = connection.execute(select(ASSET.c.id).where(ASSET.c.id == source)).first()
    taken = connection.execute(select(COLLECTION_ITEM.c.id).where(COLLECTION_ITEM.c.id == item["id"])).first()
    if is_there and asset and taken is None and not _has(connection, item["collection_id"], source):
        connection.execute(insert(COLLECTION_ITEM).values({**item, "asset_id": source}))


def _has(connection: Connection, collection: int, asset: int) -> bool:
    query = select(COLLECTION_ITEM.c.id).where(
        COLLECTION_ITEM.c.collection_id == collection,
        COLLECTION_ITEM.c.asset_id == asset,
        COLLECTION_ITEM.c.subclip_id.is_(None),
    )
    return connection.execute(query).first() is not None


def _follow_subclips(connection: Connection, asset: int) -> None:
    """Let items of the subclips of an asset be of it: a subclip follows its version, and is moved before its items."""
    mine = select(SUBCLIP.c.id).where(SUBCLIP.c.asset_id == asset)
    connection.execute(
        update(COLLECTION_ITEM).where(COLLECTION_ITEM.c.subclip_id.in_(mine)).values(asset_id=asset)
    )


def _names(connection: Connection, collections: set[int]) -> list[str]:
    query = select(COLLECTION.c.name).where(COLLECTION.c.id.in_(collections))
    return sorted(connection.execute(query).scalars())


MERGE = MergeOwner("collections", _merge, _copy, _restore)
