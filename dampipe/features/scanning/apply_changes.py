"""What a walk finds, written in bulk while it goes on, together with how far it is.

A new file that looks like a known one (same size, time and inode) is written without a hash run: the
walk's conclusion tells whether it is that file, moved, or has to be identified.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.features.scanning.known_files import KnownFile
from dampipe.features.scanning.queries import ScanJob, still_mine
from dampipe.features.scanning.tables import SCAN
from dampipe.jobs import state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId


class FoundFile(NamedTuple):
    """A media file as the walk sees it."""

    source: int
    folder: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    """0 where the file system has no inodes that mean anything."""

    @property
    def looks(self) -> tuple[int, int, int, int]:
        """What a file keeps when it is moved within its source."""
        return self.source, self.inode, self.size, self.mtime_ns


@dataclass
class ChangeSet:
    """What a walk found since it last wrote."""

    new: list[FoundFile] = field(default_factory=list)
    changed: list[tuple[int, FoundFile]] = field(default_factory=list)
    back: list[tuple[int, int]] = field(default_factory=list)
    """Missing ones that are there again, with their inodes."""
    renumbered: list[tuple[int, int]] = field(default_factory=list)
    """Unchanged ones with another inode, as after a restore."""
    gone: list[int] = field(default_factory=list)
    """Locations that are not there."""
    gone_folders: list[int] = field(default_factory=list)
    """Folders that are not there."""
    listings: dict[tuple[int, str], bytes | None] = field(default_factory=dict)
    """By source and path, digests of folders of which the locations say the same once all this is written."""

    def __len__(self) -> int:
        files = len(self.new) + len(self.changed) + len(self.back) + len(self.renumbered) + len(self.gone)
        return files + len(self.gone_folders) + len(self.listings)


class ChangeWriter:
    """Where walks compare with and write to one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def file(self, source: int, folder: str, name: str) -> KnownFile | None:
        """What is known of one file."""
        columns = (LOCATION.c.id, LOCATION.c.size, LOCATION.c.mtime_ns, LOCATION.c.inode, LOCATION.c.state)
        with self._db.read() as connection:
            row = connection.execute(
                select(*columns)
                .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
                .where(FOLDER.c.source_id == source, FOLDER.c.path == folder, LOCATION.c.name == name)
            ).first()
        return None if row is None else KnownFile(b"", *row)

    def apply(
        self, order: ScanJob, changes: ChangeSet, key: RunKey, found: int, position: str, warnings: str
    ) -> None:
        """Write what the walk found, with a run of `key` (hash) for every file that cannot be a moved one.

        found: media files seen so far. Raises Stopped when somebody else has the scan by now.
        """
        with self._db.write() as connection:
            still_mine(connection, order, found=found, position=position, warnings=warnings)
            if not len(changes):
                return
            looks = known_move_keys(connection, self._db, changes.new)
            found_new = self._insert(connection, order, [f for f in changes.new if f.looks not in looks])
            if found_new:
                between = LOCATION.c.id.between(found_new[0], found_new[-1])
                self._hash_runs(connection, key, order, LOCATION.c.scan_id == order.scan, between)
            perhaps_moved = [f for f in changes.new if f.looks in looks]
            made = len(found_new) + len(self._insert(connection, order, perhaps_moved))
            self._change(connection, order, changes.changed)
            revived = self._bring_back(connection, order, changes)
            for some in chunked([location for location, _ in changes.changed]):
                self._hash_runs(connection, key, order, LOCATION.c.id.in_(some))
            self._miss(connection, order, changes)
            if made == len(changes.new):  # else another scan wrote here at the same time
                self._note_listings(connection, changes.listings)
            connection.execute(
                update(SCAN)
                .where(SCAN.c.id == order.scan)
                .values(
                    new=SCAN.c.new + made + revived,
                    changed=SCAN.c.changed + len(changes.changed),
                    returned=SCAN.c.returned + len(changes.back) - revived,
                )
            )

    def _insert(self, connection: Connection, order: ScanJob, files: Sequence[FoundFile]) -> list[int]:
        """Returns the ids of the locations made."""
        if not files:
            return []
        folders = ensure_folders(connection, self._db, {(file.source, file.folder) for file in files})
        rows = [
            (folders[source, folder], os.fsencode(name), size, mtime_ns, inode)
            for source, folder, name, size, mtime_ns, inode in files
        ]
        columns = ("folder_id", "name", "size", "mtime_ns", "inode")
        same = {"state": str(LocationState.PRESENT), "scan_id": order.scan}
        return self._db.insert_many(connection, LOCATION, columns, rows, same, ids=True)

    def _change(
        self, connection: Connection, order: ScanJob, changed: Sequence[tuple[int, FoundFile]]
    ) -> None:
        if not changed:
            return
        at = LOCATION.update().where(LOCATION.c.id == bindparam("at"))
        rows = [{"at": location, **_facts(file)} for location, file in changed]
        connection.execute(at.values(asset_id=None, scan_id=order.scan, missed_by=None), rows)
        for some in chunked([location for location, _ in changed]):
            state.delete_runs_of_locations(connection, [LocationId(one) for one in some])

    def _bring_back(self, connection: Connection, order: ScanJob, changes: ChangeSet) -> int:
        """Returns how many of those that are back vanished before they were identified: as good as new."""
        numbers = [{"at": location, "number": inode} for location, inode in changes.back + changes.renumbered]
        if numbers:
            at = LOCATION.update().where(LOCATION.c.id == bindparam("at"))
            connection.execute(at.values(inode=bindparam("number")), numbers)
        revived = 0
        for some in chunked([location for location, _ in changes.back]):
            these = LOCATION.c.id.in_(some)
            connection.execute(
                update(LOCATION).where(these).values(state=LocationState.PRESENT, missed_by=None)
            )
            revived += connection.execute(
                update(LOCATION).where(these, LOCATION.c.asset_id.is_(None)).values(scan_id=order.scan)
            ).rowcount
        return revived

    def _hash_runs(
        self, connection: Connection, key: RunKey, order: ScanJob, *which: ColumnElement[bool]
    ) -> None:
        create_hash_runs(connection, self._db, key, order, *which)

    def _miss(self, connection: Connection, order: ScanJob, changes: ChangeSet) -> None:
        for column, ids in ((LOCATION.c.folder_id, changes.gone_folders), (LOCATION.c.id, changes.gone)):
            for some in chunked(ids):
                connection.execute(
                    update(LOCATION)
                    .where(column.in_(some), LOCATION.c.state == LocationState.PRESENT)
                    .values(missed_by=order.scan)
                )
        for some in chunked(changes.gone_folders):
            # Should the folder come back as it was, its files have to be looked at.
            connection.execute(
                update(FOLDER)
                .where(FOLDER.c.id.in_(some), FOLDER.c.listing.is_not(None))
                .values(listing=None)
            )

    def _note_listings(self, connection: Connection, listings: dict[tuple[int, str], bytes | None]) -> None:
        if listings:
            at = FOLDER.update().where(
                FOLDER.c.source_id == bindparam("source"), FOLDER.c.path == bindparam("at")
            )
            connection.execute(
                at.values(listing=bindparam("digest")),
                [{"source": s, "at": path, "digest": digest} for (s, path), digest in listings.items()],
            )


def ensure_folders(
    connection: Connection, database: Database, places: set[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """The ids of folders by source and path, made where there is none."""
    rows = [{"source_id": source, "path": path} for source, path in sorted(places)]
    connection.execute(database.insert(FOLDER).on_conflict_do_nothing(), rows)
    found: dict[tuple[int, str], int] = {}
    for source in {
        source for source, _ in places
    }:  # databases look up a pair of columns by walking the table
        for some in chunked([path for one, path in places if one == source]):
            mine = (FOLDER.c.source_id == source, FOLDER.c.path.in_(some))
            for row in connection.execute(select(FOLDER.c.path, FOLDER.c.id).where(*mine)):
                found[source, row.path] = row.id
    return found


def known_move_keys(
    connection: Connection, database: Database, files: Sequence[FoundFile]
) -> set[tuple[int, ...]]:
    """How known files with an asset look, as far as one of `files` may look the same."""
    looks: set[tuple[int, ...]] = set()
    for inodes in chunked(sorted({file.inode for file in files if file.inode})):
        rows: Select[Any] = (
            select(FOLDER.c.source_id, LOCATION.c.inode, LOCATION.c.size, LOCATION.c.mtime_ns)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(database.among(LOCATION.c.inode, inodes), LOCATION.c.asset_id.is_not(None))
        )
        looks.update(tuple(row) for row in connection.execute(rows))
    return looks


def create_hash_runs(
    connection: Connection, database: Database, key: RunKey, order: ScanJob, *which: ColumnElement[bool]
) -> None:
    """Create a hash run for each of these locations, on hold where the scan does not process what it finds."""
    locations = select(LOCATION.c.id).where(*which).order_by(LOCATION.c.id)
    target = RunState.PENDING if order.process else RunState.ON_HOLD
    state.create_runs(connection, database, key, locations, state=target, priority=order.priority)


def _facts(file: FoundFile) -> dict[str, Any]:
    return {
        "size": file.size,
        "mtime_ns": file.mtime_ns,
        "inode": file.inode,
        "state": LocationState.PRESENT,
    }
