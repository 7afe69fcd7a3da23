"""Licences of assets that become one, or of one that becomes two: the licences of both."""

from sqlalchemy import Connection

from dampipe.features.rights.queries import (
    copy_licences,
    move_licences,
    names_of_licences,
    restore_licences,
)
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    held, added = move_licences(connection, database, source, target)
    return Kept(", ".join(names_of_licences(connection, held)), {"held": held, "added": added})


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    held, _ = copy_licences(connection, database, source, target)
    return Kept(", ".join(names_of_licences(connection, held)))


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    restore_licences(connection, database, source, target, state["held"], state["added"])


LICENCES = MergeOwner("licences", _merge, _copy, _restore)
