"""What to call assets: a file that an actor may see the name of, and no other one of it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, null, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View


def shown_name(view: View) -> ColumnElement[Any]:
    """SQL: what to call a version of which no place is visible, as `shown`: by its name where everything is, by that of
    a file where it was opened; NULL: by its SHA-1."""
    if view.is_all:
        return VERSION.c.name.label("shown")
    if not view.opened:
        return null().label("shown")
    file = LOCATION.alias()
    opened = (
        select(file.c.name)
        .where(file.c.version_id == VERSION.c.id, view.opens_file(file.c.folder_id, file.c.version_id))
        .order_by(file.c.state.desc(), file.c.id)
        .limit(1)
        .correlate(VERSION)
    )
    return opened.scalar_subquery().label("shown")


def shown_names(
    connection: Connection, database: Database, view: View, versions: Iterable[int]
) -> dict[int, str]:
    """What to call versions of which no place is visible, by their numbers; see `shown_name`."""
    found: dict[int, str] = {}
    for some in chunked(sorted(set(versions))):
        query = select(VERSION.c.id, VERSION.c.sha1, shown_name(view)).where(
            database.among(VERSION.c.id, some)
        )
        found |= {row.id: printable(row.shown or row.sha1) for row in connection.execute(query)}
    return found


def names_of(connection: Connection, database: Database, view: View, assets: Iterable[int]) -> dict[int, str]:
    """What to call assets: the name of a visible file, else the first digits of the SHA-1."""
    found: dict[int, str] = {}
    for some in chunked(sorted(set(assets))):
        mine = database.among(VERSION.c.asset_id, some)
        if view.is_all:
            query = select(VERSION.c.asset_id, VERSION.c.name, VERSION.c.sha1).where(mine, IS_CURRENT)
            found |= {row.asset_id: printable(row.name) for row in connection.execute(query)}
            continue
        contents = select(VERSION.c.asset_id, VERSION.c.sha1).where(mine, view.shows_some(VERSION.c.id))
        found |= {row.asset_id: row.sha1[:12] for row in connection.execute(contents)}
        files = (
            select(VERSION.c.asset_id, LOCATION.c.name)
            .join_from(VERSION, LOCATION, LOCATION.c.version_id == VERSION.c.id)
            .where(mine, view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id))
            .order_by(VERSION.c.superseded_at.is_(None), LOCATION.c.id.desc())
        )
        found |= {row.asset_id: printable(row.name) for row in connection.execute(files)}
    return found
