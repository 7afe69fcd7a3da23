"""Sidecars of assets that become one, or of one that becomes two: they go with the files beside which they lie."""

from sqlalchemy import Connection

from dampipe.features.sidecars.queries import OutboxRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    moved = OutboxRepository(database).rename_asset(connection, source, target)
    return Kept("", {"locations": moved} if moved else None)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return Kept("")  # the file of the new asset is read again, since it belongs to another asset now


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    if state:
        OutboxRepository(database).rename_asset(connection, target, source, state["locations"])


SIDECARS = MergeOwner("sidecars", _merge, _copy, _restore)
