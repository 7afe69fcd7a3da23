"""What to call assets: a file that an actor sees, and no other one of it."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View


def names_of(connection: Connection, database: Database, view: View, assets: Iterable[int]) -> dict[int, str]:
    """What to call assets: the name of a visible file, else the first digits of the SHA-1."""
    found: dict[int, str] = {}
    for some in chunked(sorted(set(assets))):
        mine = database.among(VERSION.c.asset_id, some)
        if view.is_all:
            query = select(VERSION.c.asset_id, VERSION.c.name, VERSION.c.sha1).where(mine, IS_CURRENT)
            found |= {row.asset_id: printable(row.name) for row in connection.execute(query)}
            continue
        contents = select(VERSION.c.asset_id, VERSION.c.sha1).where(mine, view.shows_version(VERSION.c.id))
        found |= {row.asset_id: row.sha1[:12] for row in connection.execute(contents)}
        files = (
            select(VERSION.c.asset_id, LOCATION.c.name)
            .join_from(VERSION, LOCATION, LOCATION.c.version_id == VERSION.c.id)
            .where(mine, view.shows_folder(LOCATION.c.folder_id))
            .order_by(VERSION.c.superseded_at.is_(None), LOCATION.c.id.desc())
        )
        found |= {row.asset_id: printable(row.name) for row in connection.execute(files)}
    return found
