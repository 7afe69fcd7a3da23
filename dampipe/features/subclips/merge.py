"""Subclips of assets that become one, or of one that becomes two: they follow the version that they are anchored at."""

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.subclips.queries import move
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    moved = move(connection, database, SUBCLIP.c.asset_id == source, target)
    return _kept(moved)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    """Of an asset that becomes two: the new one gets the subclips of the version that it has."""
    of_target = select(VERSION.c.id).where(VERSION.c.asset_id == target)
    moved = move(
        connection, database, (SUBCLIP.c.asset_id == source) & SUBCLIP.c.version_id.in_(of_target), target
    )
    if moved:
        mark_dirty(connection, [source])
    return _kept(moved)


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    moved = in_ids(database, SUBCLIP.c.id, state["moved"]) & (SUBCLIP.c.asset_id == target)
    if move(connection, database, moved, source):
        mark_dirty(connection, [target])


def _kept(moved: list[int]) -> Kept:
    text = f"{len(moved)} subclip{'' if len(moved) == 1 else 's'}" if moved else ""
    return Kept(text, {"moved": moved})


SUBCLIPS = MergeOwner("subclips", _merge, _copy, _restore)
