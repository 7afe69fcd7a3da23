"""Which versions stand for assets in a view, and which of some versions it shows."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from dampipe.features.assets.lineage import is_superseded
from dampipe.features.assets.tables import VERSION
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.visibility import View


class ShownVersion(NamedTuple):
    """The version that stands for an asset."""

    id: int
    sha1: str


def shown_versions(
    connection: Connection, database: Database, assets: Iterable[int], view: View
) -> dict[int, ShownVersion]:
    """The current version of each asset, or the newest that is visible; assets without a visible one are left out."""
    mine = (in_ids(database, VERSION.c.asset_id, sorted(set(assets))), ~is_superseded(view, is_few=True))
    query = select(VERSION.c.asset_id, VERSION.c.id, VERSION.c.sha1).where(*mine)
    rows = connection.execute(query.where(view.shows_some(VERSION.c.id)))
    return {asset: ShownVersion(number, sha1) for asset, number, sha1 in rows}


def visible_sha1s(
    connection: Connection, database: Database, versions: Iterable[int], view: View
) -> dict[int | None, str]:
    """The SHA-1s of those of some versions that are visible, by id."""
    mine = (in_ids(database, VERSION.c.id, sorted(set(versions))), view.shows_some(VERSION.c.id))
    return {row.id: row.sha1 for row in connection.execute(select(VERSION.c.id, VERSION.c.sha1).where(*mine))}
