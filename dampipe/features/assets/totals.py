"""How many assets and files an actor sees, and which runs."""

from sqlalchemy import ColumnElement, func, or_, select, true

from dampipe.features.assets.tables import ASSET
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import EVERYTHING, View


class AssetTotals:
    """Counts the assets of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, view: View = EVERYTHING) -> tuple[int, int]:
        """How many assets and locations there are."""
        with self._db.read() as connection:
            assets = connection.execute(
                select(func.count()).select_from(ASSET).where(view.shows_asset(ASSET.c.id))
            ).scalar_one()
            locations = connection.execute(
                select(func.count()).select_from(LOCATION).where(view.shows_folder(LOCATION.c.folder_id))
            ).scalar_one()
        return int(assets), int(locations)


def runs_shown(view: View) -> ColumnElement[bool]:
    """The condition on a row of the table `run` that what it is about is visible."""
    if view.is_all:
        return true()
    files = select(LOCATION.c.id).where(view.shows_folder(LOCATION.c.folder_id))
    return or_(view.shows_version(RUN.c.version_id), RUN.c.location_id.in_(files))
