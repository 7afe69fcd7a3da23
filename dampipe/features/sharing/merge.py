"""Links to assets that become one, or of one that becomes two: they lead to the one that stays."""

from sqlalchemy import Connection

from dampipe.features.sharing.queries import links_of, point_links
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    found = links_of(connection, source)
    numbers = [row.id for row in found]
    point_links(connection, numbers, source, target)
    return Kept(", ".join(row.name for row in found), numbers)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    """The new one was not shared: the links stay with the other."""
    return Kept("")


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    point_links(connection, state, target, source)


LINKS = MergeOwner("share links", _merge, _copy, _restore)
