"""What a walk finds, folder by folder, written in bulk while it goes on.

A new file that looks like a known one (same size, time and inode) is written without a hash run: the
walk's conclusion tells whether it is that file, moved, or has to be identified.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from dampipe.domain.assets import LocationState
from dampipe.domain.runs import RunState
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.finishing import NEW_RUN
from dampipe.storage.catalog.keys import RunKey
from dampipe.storage.catalog.sources import ensure_folder
from dampipe.storage.catalog.tables import FOLDER, LOCATION, RUN, SCAN

IN_ONE_QUERY = 500


@dataclass(frozen=True)
class KnownFile:
    """A location as the last walk left it."""

    id: int
    size: int
    mtime_ns: int
    inode: int
    state: str


@dataclass(frozen=True)
class FoundFile:
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
class Changes:
    """What a walk found since it last wrote."""

    new: list[FoundFile] = field(default_factory=list)
    changed: list[tuple[int, FoundFile]] = field(default_factory=list)
    back: list[tuple[int, int]] = field(default_factory=list)
    """Missing ones that are there again, with their inodes."""
    renumbered: list[tuple[int, int]] = field(default_factory=list)
    """Unchanged ones with another inode, as after a restore."""
    unchanged: int = 0

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.back) + len(self.renumbered)


class Findings:
    """Where walks compare with and write to one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def folder(self, source: int, path: str) -> dict[str, KnownFile]:
        """What is known of one folder: its files by name."""
        columns = (LOCATION.c.name, LOCATION.c.id, LOCATION.c.size)
        with self._db.read() as connection:
            rows = connection.execute(
                select(*columns, LOCATION.c.mtime_ns, LOCATION.c.inode, LOCATION.c.state)
                .join_from(FOLDER, LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
                .where(FOLDER.c.source_id == source, FOLDER.c.path == path)
            )
            return {row.name: KnownFile(row.id, row.size, row.mtime_ns, row.inode, row.state) for row in rows}

    def apply(self, scan: int, changes: Changes, hash_key: RunKey) -> None:
        """Write what the walk found, with a pending hash run for every file that cannot be a moved one."""
        with self._db.write() as connection:
            known = self._known_looks(connection, changes.new)
            fresh = self._insert(connection, scan, [f for f in changes.new if f.looks not in known])
            held = self._insert(connection, scan, [f for f in changes.new if f.looks in known])
            for location, file in changes.changed:
                connection.execute(
                    update(LOCATION)
                    .where(LOCATION.c.id == location)
                    .values(**_facts(file), asset_id=None, scan_id=scan)
                )
                connection.execute(RUN.delete().where(RUN.c.location_id == location))
            revived = self._bring_back(connection, scan, changes)
            self._hash_runs(connection, fresh + [location for location, _ in changes.changed], hash_key)
            connection.execute(
                update(SCAN)
                .where(SCAN.c.id == scan)
                .values(
                    found=SCAN.c.found + len(changes) + changes.unchanged,
                    new=SCAN.c.new + len(fresh) + len(held) + revived,
                    changed=SCAN.c.changed + len(changes.changed),
                )
            )

    def _known_looks(self, connection: Connection, files: Sequence[FoundFile]) -> set[tuple[int, ...]]:
        """How known files with an asset look, as far as one of `files` may look the same."""
        inodes = sorted({file.inode for file in files if file.inode})
        looks: set[tuple[int, ...]] = set()
        for start in range(0, len(inodes), IN_ONE_QUERY):
            rows = connection.execute(
                select(FOLDER.c.source_id, LOCATION.c.inode, LOCATION.c.size, LOCATION.c.mtime_ns)
                .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .where(
                    LOCATION.c.inode.in_(inodes[start : start + IN_ONE_QUERY]),
                    LOCATION.c.asset_id.is_not(None),
                )
            )
            looks.update(tuple(row) for row in rows)
        return looks

    def _insert(self, connection: Connection, scan: int, files: Sequence[FoundFile]) -> list[int]:
        if not files:
            return []
        places = {(file.source, file.folder) for file in files}
        folders = {place: ensure_folder(connection, self._db, *place) for place in places}
        rows = [
            {
                "folder_id": folders[file.source, file.folder],
                "name": file.name,
                "scan_id": scan,
                **_facts(file),
            }
            for file in files
        ]
        made = connection.execute(
            self._db.insert(LOCATION).on_conflict_do_nothing().returning(LOCATION.c.id), rows
        )
        return list(made.scalars())

    def _bring_back(self, connection: Connection, scan: int, changes: Changes) -> int:
        """Returns how many of those that are back vanished before they were identified: as good as new."""
        numbers = [{"at": location, "number": inode} for location, inode in changes.back + changes.renumbered]
        if numbers:
            at = LOCATION.update().where(LOCATION.c.id == bindparam("at"))
            connection.execute(at.values(inode=bindparam("number")), numbers)
        revived = 0
        for start in range(0, len(changes.back), IN_ONE_QUERY):
            some = LOCATION.c.id.in_([location for location, _ in changes.back[start : start + IN_ONE_QUERY]])
            connection.execute(update(LOCATION).where(some).values(state=LocationState.PRESENT))
            revived += connection.execute(
                update(LOCATION).where(some, LOCATION.c.asset_id.is_(None)).values(scan_id=scan)
            ).rowcount
        return revived

    def _hash_runs(self, connection: Connection, locations: list[int], key: RunKey) -> None:
        if locations:
            base = hash_run(key)
            connection.execute(
                self._db.insert(RUN).on_conflict_do_nothing(),
                [{**base, "location_id": location} for location in locations],
            )


def hash_run(key: RunKey) -> dict[str, Any]:
    """A pending hash run, but for its location."""
    return {
        "stage": key.stage,
        "version": key.version,
        "lane": key.lane,
        "state": str(RunState.PENDING),
        "created_at": time(),
        **NEW_RUN,
    }


def _facts(file: FoundFile) -> dict[str, Any]:
    return {
        "size": file.size,
        "mtime_ns": file.mtime_ns,
        "inode": file.inode,
        "state": LocationState.PRESENT,
    }
