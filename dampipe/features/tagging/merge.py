"""Tags of assets that become one, or of one that becomes two: the tags of both."""

from sqlalchemy import Connection

from dampipe.features.tagging.queries import copy_tags, delete_tags, tags_of
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    moved = tags_of(connection, source)
    added = copy_tags(connection, database, moved, target)
    delete_tags(connection, moved, source)
    return Kept(", ".join(moved), {"moved": moved, "added": added})


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    tags = tags_of(connection, source)
    copy_tags(connection, database, tags, target)
    return Kept(", ".join(tags))


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    copy_tags(connection, database, state["moved"], source)
    delete_tags(connection, state["added"], target)


TAGS = MergeOwner("tags", _merge, _copy, _restore)
