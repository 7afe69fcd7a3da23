"""The end of a walk: which of the files it did not find have moved, and which are missing.

Nothing is guessed: a file has moved when exactly one vanished file and exactly one new file of a source have the
same move key (size, time and inode, or size and checksum). Nothing is marked as missing of a source that lost too much.

This is done in short transactions, so that others can write in between. Each is correct alone and counts what
it does; what is left to do follows from the rows alone, so that it resumes after a kill.
"""

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from dampipe.features.scanning.known_files import count_known, location_ids
from dampipe.features.scanning.model import Guard, ScanJob
from dampipe.features.scanning.queries import add_counts, ensure_owned
from dampipe.features.scanning.runs import create_hash_runs, delete_runs_of_missing
from dampipe.features.sources.locations import mark_missing, move
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.jobs.keys import RunKey
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId, SourceId


@dataclass(frozen=True)
class Loss:
    """Files of a source that a walk did not find."""

    source: SourceId
    lost: int
    known: int


class Reconciler:
    """Reconciles what one scan found with what it did not find."""

    def __init__(
        self,
        database: Database,
        job: ScanJob,
        *,
        newest: LocationId,
        doubted: Collection[SourceId],
        by_checksum: bool,
        locations_changed: int,
    ) -> None:
        """newest: the highest id of a location before the scan. doubted: sources that lose nothing.

        by_checksum: whether files may have moved in a storage that states checksums: file systems state none.
        locations_changed: locations changed in one transaction.
        """
        self._db = database
        self._job = job
        self._newest = newest
        self._doubted = doubted
        self._by_checksum = by_checksum
        self._limit = locations_changed

    def run(self, guard: Guard | None, hash_key: RunKey) -> list[Loss]:
        """Returns the losses that were not believed. guard: None to believe every loss.

        Raises ScanStopped when the job is no longer this owner's.
        """
        for moves in self._moves():
            with self._db.write() as connection:
                count = move(connection, moves)
                add_counts(connection, self._job, new=-count, moved=count)
            self._db.give_way()
        losses = self._losses()
        doubtful = (
            [] if guard is None else [loss for loss in losses if guard.is_alarmed(loss.lost, loss.known)]
        )
        self._mark_missing([loss.source for loss in losses if loss not in doubtful])
        self._identify_the_rest(hash_key)
        return doubtful

    def _moves(self) -> Iterator[dict[LocationId, LocationId]]:
        """The known location that each new one is, in portions for one transaction each."""
        yield from self._portions(*self._moved_files(by_checksum=False))
        if self._by_checksum:
            yield from self._portions(*self._moved_files(by_checksum=True))

    def _portions(self, new: "array[int]", known: "array[int]") -> Iterator[dict[LocationId, LocationId]]:
        for start in range(0, len(new), self._limit):
            portion = slice(start, start + self._limit)
            yield {LocationId(n): LocationId(k) for n, k in zip(new[portion], known[portion], strict=True)}

    def _moved_files(self, by_checksum: bool) -> "tuple[array[int], array[int]]":
        """The ids of new locations, and of the vanished ones that they are: exactly one of each with a move key.

        New: found by this scan, not identified and without a hash run. Vanished: missed by this scan or missing.
        by_checksum: where the storage states checksums; else by time and inode.
        """
        query = _MOVED_BY_CHECKSUM if by_checksum else _MOVED_BY_INODE
        new_ids, old_ids = array("q"), array("q")
        with self._db.read() as connection:
            for row in connection.execute(query, {"scan": self._job.scan}):
                new_ids.append(row[0])
                old_ids.append(row[1])
        return new_ids, old_ids

    def _missed(self) -> tuple[ColumnElement[bool], ...]:
        return LOCATION.c.missed_by == self._job.scan, LOCATION.c.state == LocationState.PRESENT

    def _losses(self) -> list[Loss]:
        """What the sources lack. Files that an interrupted run has marked as missing already do not count:
        a loss that was believed must not count as a share of the rest."""
        source = FOLDER.c.source_id
        with self._db.read() as connection:
            rows = connection.execute(
                select(source, func.count().label("files"))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .where(*self._missed(), source.not_in(self._doubted))
                .group_by(source)
            ).all()
        return [
            Loss(row.source_id, row.files, count_known(self._db, row.source_id, self._newest)) for row in rows
        ]

    def _mark_missing(self, sources: Sequence[SourceId]) -> None:
        folders = select(FOLDER.c.id).where(FOLDER.c.source_id.in_(sources))
        missed = (*self._missed(), LOCATION.c.folder_id.in_(folders))
        for locations in location_ids(self._db, self._limit, *missed):
            with self._db.write() as connection:
                count = 0
                for ids in chunked(locations):
                    # Locations before runs: completing a run locks its file first, and waits for this transaction.
                    count += mark_missing(connection, self._job.scan, ids)
                    delete_runs_of_missing(connection, ids)
                add_counts(connection, self._job, missing=count)

    def _identify_the_rest(self, key: RunKey) -> None:
        """A hash run for every new file that has the move key of a known one and is not that file, moved."""
        for locations in location_ids(self._db, self._limit, *_without_run(self._job.scan)):
            with self._db.write() as connection:
                ensure_owned(connection, self._job)
                for ids in chunked(locations):
                    create_hash_runs(
                        connection,
                        self._db,
                        key,
                        LOCATION.c.id.in_(ids),
                        process=self._job.process,
                        priority=self._job.priority,
                    )


def _without_run(scan: int) -> tuple[ColumnElement[bool], ...]:
    """Files of a scan that are not identified and have no hash run yet."""
    return (
        LOCATION.c.scan_id == scan,
        LOCATION.c.version_id.is_(None),
        LOCATION.c.state == LocationState.PRESENT,
        ~exists(select(literal(1)).where(RUN.c.location_id == LOCATION.c.id)),
    )


def _moved(by_checksum: bool) -> Select[int, int]:
    """The statement of `_moved_files`. Built once: to build it takes as long as to read a folder of many files."""
    scan = bindparam("scan", type_=Integer)
    new, old = LOCATION.alias("new"), LOCATION.alias("old")
    new_folder, old_folder = FOLDER.alias("new_folder"), FOLDER.alias("old_folder")
    none: ColumnElement[str] = literal_column("''")
    key: tuple[ColumnElement[Any], ...]
    if by_checksum:
        same = (old.c.checksum == new.c.checksum) & (old.c.checksum != none) & (old.c.size == new.c.size)
        has_key, key = new.c.checksum != none, (new.c.checksum, new.c.size)
    else:
        same = (old.c.inode == new.c.inode) & (old.c.size == new.c.size) & (old.c.mtime_ns == new.c.mtime_ns)
        has_key, key = new.c.inode != 0, (new.c.inode, new.c.size, new.c.mtime_ns)
    return (
        select(func.min(new.c.id), func.min(old.c.id))
        .select_from(
            new.join(new_folder, new_folder.c.id == new.c.folder_id)
            .join(old, same)
            .join(
                old_folder,
                (old_folder.c.id == old.c.folder_id) & (old_folder.c.source_id == new_folder.c.source_id),
            )
        )
        .where(
            new.c.scan_id == scan,
            new.c.version_id.is_(None),
            new.c.state == LocationState.PRESENT,
            has_key,
            ~exists(select(literal(1)).where(RUN.c.location_id == new.c.id)),
            or_(old.c.missed_by == scan, old.c.state == LocationState.MISSING),
            old.c.version_id.is_not(None),
        )
        .group_by(new_folder.c.source_id, *key)
        .having(func.count() == 1)
    )


_MOVED_BY_INODE, _MOVED_BY_CHECKSUM = _moved(by_checksum=False), _moved(by_checksum=True)
