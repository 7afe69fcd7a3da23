"""The end of a walk: what it did not find, what of that has only moved, and what is missing.

Nothing is guessed: a file has moved when exactly one vanished file and exactly one new file of a source
have the same size, time and inode. A source that lost too much loses nothing.

Done in short transactions, since others want to write, too: each is right by itself and counts what it
does, and what is left to do can be told from the rows alone, so that it goes on after a kill.
"""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, literal, or_, select, update

from dampipe.features.assets.model import LocationState
from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.features.scanning.apply_changes import create_hash_runs
from dampipe.features.scanning.known_files import IN_ONE_GO, location_ids
from dampipe.features.scanning.model import Guard
from dampipe.features.scanning.queries import ScanJob, still_mine
from dampipe.features.scanning.tables import SCAN
from dampipe.jobs import state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database


@dataclass(frozen=True)
class Loss:
    """A source that lost more than the guard lets pass."""

    source: int
    lost: int
    known: int


class Reconciler:
    """Settles what one scan has found."""

    def __init__(self, database: Database, order: ScanJob, newest: int, doubted: Collection[int]) -> None:
        """newest: the highest id of a location before the scan. doubted: sources that lose nothing."""
        self._db = database
        self._order = order
        self._newest = newest
        self._doubted = doubted

    def run(self, guard: Guard | None, hash_key: RunKey) -> list[Loss]:
        """Returns the sources of which nothing was called missing. guard: None to believe every loss.

        Raises Stopped when somebody else has the scan by now.
        """
        self._move()
        lost = self._lost()
        losses = [] if guard is None else [loss for loss in lost if guard.is_alarmed(loss.lost, loss.known)]
        self._call_missing([loss.source for loss in lost if loss not in losses])
        self._identify_the_rest(hash_key)
        return losses

    def _missed(self) -> tuple[ColumnElement[bool], ...]:
        return LOCATION.c.missed_by == self._order.scan, LOCATION.c.state == LocationState.PRESENT

    def _move(self) -> None:
        """Give vanished locations the places of the new files that they are."""
        news, olds = self._pairs()
        for start in range(0, len(news), IN_ONE_GO):
            some = slice(start, start + IN_ONE_GO)
            self._move_some(dict(zip(news[some], olds[some], strict=True)))
            self._db.give_way()

    def _pairs(self) -> "tuple[array[int], array[int]]":
        scan = self._order.scan
        new, old = LOCATION.alias("new"), LOCATION.alias("old")
        new_folder, old_folder = FOLDER.alias("new_folder"), FOLDER.alias("old_folder")
        query = (
            select(func.min(new.c.id), func.min(old.c.id))
            .select_from(
                new.join(new_folder, new_folder.c.id == new.c.folder_id)
                .join(
                    old,
                    (old.c.inode == new.c.inode)
                    & (old.c.size == new.c.size)
                    & (old.c.mtime_ns == new.c.mtime_ns),
                )
                .join(
                    old_folder,
                    (old_folder.c.id == old.c.folder_id) & (old_folder.c.source_id == new_folder.c.source_id),
                )
            )
            .where(
                new.c.scan_id == scan,
                new.c.asset_id.is_(None),
                new.c.state == LocationState.PRESENT,
                new.c.inode != 0,
                ~exists(select(literal(1)).where(RUN.c.location_id == new.c.id)),
                or_(old.c.missed_by == scan, old.c.state == LocationState.MISSING),
                old.c.asset_id.is_not(None),
            )
            .group_by(new_folder.c.source_id, new.c.inode, new.c.size, new.c.mtime_ns)
            .having(func.count() == 1)
        )
        news, olds = array("q"), array("q")
        with self._db.read() as connection:
            for row in connection.execute(query):
                news.append(row[0])
                olds.append(row[1])
        return news, olds

    def _move_some(self, becomes: dict[int, int]) -> None:
        place: dict[str, Any] = {"folder_id": bindparam("folder"), "name": bindparam("file")}
        there = {"state": LocationState.PRESENT, "missed_by": None}
        moved = LOCATION.update().where(LOCATION.c.id == bindparam("old")).values({**place, **there})
        with self._db.write() as connection:
            count = 0
            for some in chunked(list(becomes)):
                these = LOCATION.c.id.in_(some)
                places = connection.execute(
                    select(LOCATION.c.id, LOCATION.c.folder_id, LOCATION.c.name).where(these)
                ).all()
                connection.execute(delete(LOCATION).where(these))
                connection.execute(
                    moved,
                    [{"old": becomes[row.id], "folder": row.folder_id, "file": row.name} for row in places],
                )
                count += len(places)
            still_mine(connection, self._order, new=SCAN.c.new - count, moved=SCAN.c.moved + count)

    def _lost(self) -> list[Loss]:
        """What the sources lack. It does not matter if some of that is called missing already: a loss
        that was believed is no greater part of what is left."""
        mine = FOLDER.c.source_id
        with self._db.read() as connection:
            lost = connection.execute(
                select(mine, func.count().label("files"))
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .where(*self._missed(), mine.not_in(self._doubted))
                .group_by(mine)
            ).all()
        return [Loss(row.source_id, row.files, known(self._db, row.source_id, self._newest)) for row in lost]

    def _call_missing(self, sources: Sequence[int]) -> None:
        folders = select(FOLDER.c.id).where(FOLDER.c.source_id.in_(sources))
        for some in location_ids(self._db, *self._missed(), LOCATION.c.folder_id.in_(folders)):
            with self._db.write() as connection:
                count = 0
                for ids in chunked(some):
                    # The files first: who settles a run looks at its file, and waits for this transaction.
                    count += connection.execute(
                        update(LOCATION)
                        .where(LOCATION.c.id.in_(ids), *self._missed())
                        .values(state=LocationState.MISSING, missed_by=None)
                    ).rowcount
                    # Nobody needs them once the file is gone; should it come back, it gets another.
                    state.delete_idle(connection, RUN.c.location_id.in_(ids))
                still_mine(connection, self._order, missing=SCAN.c.missing + count)

    def _identify_the_rest(self, key: RunKey) -> None:
        """A hash run for every file of the scan that looked like a known one and is not that one, moved."""
        for some in location_ids(self._db, *runless(self._order.scan)):
            with self._db.write() as connection:
                still_mine(connection, self._order, owner=self._order.owner)
                for ids in chunked(some):
                    create_hash_runs(connection, self._db, key, self._order, LOCATION.c.id.in_(ids))


def runless(scan: int) -> tuple[ColumnElement[bool], ...]:
    """Which files of a scan nobody is to identify so far."""
    return (
        LOCATION.c.scan_id == scan,
        LOCATION.c.asset_id.is_(None),
        LOCATION.c.state == LocationState.PRESENT,
        ~exists(select(literal(1)).where(RUN.c.location_id == LOCATION.c.id)),
    )


def known(database: Database, source: int, newest: int) -> int:
    """How many files of a source were there when that was the newest location, and are not missing since."""
    with database.read() as connection:
        return int(
            connection.execute(
                select(func.count())
                .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
                .where(
                    FOLDER.c.source_id == source,
                    LOCATION.c.state == LocationState.PRESENT,
                    LOCATION.c.id <= newest,
                )
            ).scalar_one()
        )
