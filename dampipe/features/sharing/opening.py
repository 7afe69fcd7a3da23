"""What share links open to their guests."""

from collections.abc import Sequence

from sqlalchemy import select

from dampipe.features.assets.tables import ASSET
from dampipe.features.sharing.queries import shown
from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import Opened


class SharedByLinks:
    """See Opening: the asset of a link, as the one who shared sees it now."""

    def __call__(self, database: Database, actor: Actor) -> Sequence[Opened]:
        """Nothing for actors that are no guests."""
        if actor.link is None:
            return ()
        with database.read() as connection:
            row = shown(connection, actor.link)
        if row is None or (row.creator_id is None and not row.opens_all) or row.asset_id is None:
            return ()
        return (Opened(row.creator_id, select(ASSET.c.id).where(ASSET.c.id == row.asset_id)),)
