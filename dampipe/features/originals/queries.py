"""The SQL of originals: which files there are, and who was given which; the only writer of its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from dampipe.features.originals.tables import RELEASE
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.access import Actor
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.paths import join_key
from dampipe.kernel.visibility import View

ONE_DOWNLOAD = 3600.0
"""Seconds within which what an actor is given of a version is one release."""


@dataclass(frozen=True)
class Place:
    """Where a file of a version is, and what it looked like when its content was identified."""

    path: str
    """Absolute, or a URL."""
    root: str
    """Of its source, on this machine."""
    key: str
    """Below the root."""
    size: int
    mtime_ns: int
    checksum: str = ""
    token: str = ""
    """As the storage stated both; "" where it has nothing of the kind."""
    medium: str = ""
    """Of a source whose medium is fetched when it is wanted: where it is."""


class OriginalRepository:
    """The originals of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def present(self, version: int, view: View) -> list[Place]:
        """The files of a version that are present and may be read."""
        query = (
            select(
                *(LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.checksum, LOCATION.c.token),
                *(SOURCE.c.tier, SOURCE.c.label, SOURCE.c.name.label("source")),
                *place_columns(self._db),
            )
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(
                LOCATION.c.version_id == version,
                LOCATION.c.state == LocationState.PRESENT,
                view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id),
            )
            .order_by(LOCATION.c.id)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [
            Place(
                full_path(row),
                str(row.root),
                join_key(row.folder, row.file),
                row.size,
                row.mtime_ns,
                row.checksum,
                row.token,
                (row.label or row.source) if row.tier == Tier.OFFLINE else "",
            )
            for row in rows
        ]

    def record_release(
        self,
        actor: Actor,
        window: tuple[int, str] | None,
        events: Sequence[NewEvent],
        overrides: Sequence[NewEvent] = (),
    ) -> None:
        """Record that an actor is given something, with its audit events and those of the checks that are overridden.

        window: a version and a name: no event is recorded if one was within ONE_DOWNLOAD, with overrides or without
        them, as now. Both or nothing; two processes that do so at a time record one event.
        """
        with self._db.write() as connection:
            if window is not None and not self._begins(connection, actor, window, bool(overrides)):
                return
            at = database_time(connection)
            for event in events:
                record_events(connection, self._db, [event], actor=actor, at=at)
            record_events(connection, self._db, overrides, actor=actor, at=at)

    def _begins(
        self, connection: Connection, actor: Actor, window: tuple[int, str], is_overridden: bool
    ) -> bool:
        """Whether it is not the continuation of a download."""
        version, name = window
        purpose = f"{name}/override" if is_overridden else name
        key = {"actor": str(actor), "version_id": version, "purpose": purpose}
        upsert = (
            self._db.insert(RELEASE)
            .values(**key, at=NOW)
            .on_conflict_do_update(
                index_elements=list(key), set_={"at": NOW}, where=RELEASE.c.at < NOW - ONE_DOWNLOAD
            )
            .returning(RELEASE.c.at)
        )
        return connection.execute(upsert).first() is not None

    def delete_old_releases(self) -> None:
        """Delete releases that no download continues any more; their events stay."""
        with self._db.write() as connection:
            connection.execute(delete(RELEASE).where(RELEASE.c.at < NOW - ONE_DOWNLOAD))
