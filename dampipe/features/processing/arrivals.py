"""What came in: how many contents were seen for the first time, by source and day."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import and_, case, func, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.access import STATUS, Actor, require
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import View, Visibility

DAY = 86400


class SourceArrivals(BaseModel):
    """What came in through one source."""

    model_config = ConfigDict(frozen=True)

    source: str
    files: tuple[int, ...]
    """For each day: files whose content was seen for the first time in it."""
    bytes: int
    """Their size, over all days."""


class Arrivals(BaseModel):
    """What came in within some days."""

    model_config = ConfigDict(frozen=True)

    days: tuple[str, ...]
    """Dates, the oldest first; the last one is today."""
    sources: tuple[SourceArrivals, ...]
    """Those through which something came in, by name."""


class ArrivalService:
    """What came in. Its method may raise CatalogueDown."""

    def __init__(self, database: Database, visibility: Visibility) -> None:
        self._db = database
        self._visibility = visibility
        self._known: AdaptiveCache[Arrivals] = AdaptiveCache()

    def read(self, actor: Actor, days: int, minutes_east: int) -> Arrivals:
        """The arrivals of the last days, of what the actor sees. minutes_east: where days begin, east of Greenwich."""
        require(actor, STATUS)
        view = self._visibility.of(actor)
        key = (view.key, view.is_all, days, minutes_east)
        return self._known.get(key, lambda: self._read(view, days, minutes_east))

    def _read(self, view: View, days: int, minutes_east: int) -> Arrivals:
        with self._db.read() as connection:
            now = database_time(connection)
            today = int(now + minutes_east * 60) // DAY
            starts = [(today - days + 1 + at) * DAY - minutes_east * 60 for at in range(days)]
            added = VERSION.c.added_at
            counts = [
                func.sum(case((and_(added >= start, added < start + DAY), 1), else_=0)).label(f"day{at}")
                for at, start in enumerate(starts)
            ]
            rows = connection.execute(
                select(SOURCE.c.name, func.sum(LOCATION.c.size).label("bytes"), *counts)
                .select_from(
                    VERSION.join(LOCATION, LOCATION.c.version_id == VERSION.c.id)
                    .join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                    .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
                )
                .where(added >= starts[0], view.shows_folder(LOCATION.c.folder_id))
                .group_by(SOURCE.c.name)
                .order_by(SOURCE.c.name)
            ).all()
        first = datetime.fromtimestamp((today - days + 1) * DAY, UTC).date()
        return Arrivals(
            days=tuple((first + timedelta(days=at)).isoformat() for at in range(days)),
            sources=tuple(
                SourceArrivals(
                    source=row.name,
                    files=tuple(int(getattr(row, f"day{at}")) for at in range(days)),
                    bytes=int(row.bytes),
                )
                for row in rows
            ),
        )
