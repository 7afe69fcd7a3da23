"""Comments of assets that become one, or of one that becomes two: each follows the version that it was made on.

`queries.follow_current` sees to that, once it is known which asset has which version. What is done here is for comments
that would be deleted with their asset, and for those whose version was deleted.
"""

from sqlalchemy import Connection, select

from dampipe.features.review.queries import move_comments
from dampipe.features.review.tables import COMMENT
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    loose = select(COMMENT.c.id).where(COMMENT.c.asset_id == source, COMMENT.c.version_id.is_(None))
    without = sorted(connection.execute(loose).scalars())
    count = len(move_comments(connection, source, target))
    return Kept(f"{count} comment{'' if count == 1 else 's'}" if count else "", {"without": without})


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return Kept("")  # nothing was said twice


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    move_comments(connection, target, source, state["without"])


COMMENTS = MergeOwner("comments", _merge, _copy, _restore)
