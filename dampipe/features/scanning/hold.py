"""Scans paused, resumed and cancelled: their waiting runs go on hold and come back, in short transactions.

What is to be is said first, in one transaction; the runs follow, portion by portion, and a kill in between
leaves the rest to the sweep. Files that workers have in hand are finished.
"""

from collections.abc import Sequence
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, literal, or_, select, text, update

from dampipe.features.assets.tables import FOLDER, LOCATION
from dampipe.features.scanning.apply_changes import FoundFile, known_move_keys
from dampipe.features.scanning.known_files import in_tree, location_ids
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.queries import ScanJob, still_mine
from dampipe.features.scanning.tables import SCAN
from dampipe.jobs import state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound

_IDLE = and_(~SCAN.c.paused, or_(SCAN.c.state == ScanState.CANCELLED, ~SCAN.c.process))
"""Scans of which the files are nobody's concern until another scan comes by."""
_RESTING = or_(SCAN.c.paused, SCAN.c.state == ScanState.CANCELLED, ~SCAN.c.process)


class ScanHolds:
    """What one catalogue's scans keep on hold."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def pause(self, scan: int) -> None:
        """Neither walk it nor start its files until it is resumed. Raises NotFound, or InvalidInput if over."""
        row = self._row(scan)
        if row.state in (ScanState.CANCELLED, ScanState.FAILED):
            raise InvalidInput(f"scan {scan} is {row.state}", hint="`dampipe scan list` tells how scans are.")
        self._set(scan, paused=True, put=RunState.ON_HOLD, owner=None, lease_until=0.0)

    def resume(self, scan: int) -> None:
        """Go on where it was. Raises NotFound, or InvalidInput if it is not paused."""
        row = self._row(scan)
        if not row.paused:
            raise InvalidInput(f"scan {scan} is not paused", hint="`dampipe scan list` tells how scans are.")
        self._set(scan, paused=False, put=RunState.PENDING if row.process else None)

    def cancel(self, scan: int) -> None:
        """End it: what is written stays, what has not been started is left. Raises NotFound."""
        self._row(scan)
        self._set(
            scan,
            state=ScanState.CANCELLED,
            paused=False,
            put=RunState.ON_HOLD,
            position=None,
            owner=None,
            lease_until=0.0,
            finished_at=time(),
        )

    def carry_out(self, hash_key: RunKey) -> int:
        """Bring the runs of all scans to the state they are to have; returns how many scans were dealt with."""
        with self._db.read() as connection:
            left = connection.execute(
                select(SCAN.c.id, SCAN.c.put, SCAN.c.state, SCAN.c.priority).where(SCAN.c.put.is_not(None))
            ).all()
        for row in left:
            cancelled = row.state == ScanState.CANCELLED
            self._put(row.id, RunState(row.put), hash_key if cancelled else None, row.priority)
        return len(left)

    def _put(self, scan: int, to: RunState, key: RunKey | None, priority: int) -> None:
        """key: of hash runs for files that have none, since the walk was to end first; None: create none."""
        for some in location_ids(self._db, LOCATION.c.scan_id == scan):
            with self._db.write() as connection:
                meant = update(SCAN).where(SCAN.c.id == scan, SCAN.c.put == to)
                if not connection.execute(meant.values(put=to)).rowcount:
                    return  # somebody wants something else by now, and sees to it
                for ids in chunked(some):
                    if key is not None:
                        self._identify_later(connection, ids, key, priority)
                    _move_runs(connection, ids, to)
        with self._db.write() as connection:
            connection.execute(update(SCAN).where(SCAN.c.id == scan, SCAN.c.put == to).values(put=None))

    def _identify_later(self, connection: Connection, ids: Sequence[int], key: RunKey, priority: int) -> None:
        unidentified = select(LOCATION.c.id).where(LOCATION.c.id.in_(ids), LOCATION.c.asset_id.is_(None))
        state.create_runs(connection, self._db, key, unidentified, state=RunState.ON_HOLD, priority=priority)

    def adopt(self, order: ScanJob, source: int, path: str) -> None:
        """Let a scan that begins take over what lies on hold below a folder, but for paused scans' files.

        What waits there already gets the scan's priority if that is higher. Raises Stopped.
        """
        if self._any_on_hold():
            idle = LOCATION.c.scan_id.in_(select(SCAN.c.id).where(_IDLE))
            for some in location_ids(self._db, idle, in_tree(source, path), _has(RunState.ON_HOLD)):
                with self._db.write() as connection:
                    still_mine(connection, order, owner=order.owner)
                    for ids in chunked(some):
                        self._take_over(connection, order, ids)
        if order.priority > 0:
            for some in location_ids(self._db, in_tree(source, path), _has(RunState.PENDING)):
                with self._db.write() as connection:
                    for ids in chunked(some):
                        _raise(connection, ids, order.priority)

    def _take_over(self, connection: Connection, order: ScanJob, ids: Sequence[int]) -> None:
        rows = connection.execute(
            select(FOLDER.c.source_id, LOCATION)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(LOCATION.c.id.in_(ids))
        ).all()
        files = {
            row.id: FoundFile(row.source_id, "", row.name, row.size, row.mtime_ns, row.inode)
            for row in rows
            if row.asset_id is None
        }
        looks = known_move_keys(connection, self._db, list(files.values()))
        # As if they were found now: the conclusion tells whether those are known files, moved.
        held = [number for number, file in files.items() if file.looks in looks]
        state.delete_held(connection, RUN.c.location_id.in_(held))
        connection.execute(update(LOCATION).where(LOCATION.c.id.in_(ids)).values(scan_id=order.scan))
        _move_runs(connection, ids, RunState.PENDING)
        _raise(connection, ids, order.priority)

    def _any_on_hold(self) -> bool:
        with self._db.read() as connection:
            # In the words of the index over just these runs.
            few = select(RUN.c.id).where(text("run.state = 'on_hold'")).limit(1)
            return connection.execute(few).first() is not None

    def _row(self, scan: int) -> Any:
        with self._db.read() as connection:
            row = connection.execute(select(SCAN).where(SCAN.c.id == scan)).first()
        if row is None:
            raise NotFound(f"there is no scan {scan}", hint="`dampipe scan list` lists them.")
        return row

    def _set(self, scan: int, **values: Any) -> None:
        with self._db.write() as connection:
            connection.execute(update(SCAN).where(SCAN.c.id == scan).values(values))


def _move_runs(connection: Connection, locations: Sequence[int], to: RunState) -> None:
    """Put the waiting runs of files and of their assets on hold, or bring them back."""
    assets = select(LOCATION.c.asset_id).where(LOCATION.c.id.in_(locations), LOCATION.c.asset_id.is_not(None))
    if to == RunState.PENDING:
        state.release(connection, RUN.c.location_id.in_(locations))
        state.release(connection, RUN.c.asset_id.in_(assets))
    else:
        state.hold(connection, RUN.c.location_id.in_(locations))
        state.hold(connection, RUN.c.asset_id.in_(assets), ~_wanted())


def _wanted() -> ColumnElement[bool]:
    """Whether a scan that is not resting has found a run's asset, too."""
    resting = select(SCAN.c.id).where(_RESTING)
    other = LOCATION.alias("other")
    active = or_(other.c.scan_id.is_(None), other.c.scan_id.not_in(resting))
    return exists(select(literal(1)).where(other.c.asset_id == RUN.c.asset_id, active))


def _has(state: RunState) -> ColumnElement[bool]:
    mine = (RUN.c.location_id == LOCATION.c.id, RUN.c.asset_id == LOCATION.c.asset_id)
    return or_(*(exists(select(literal(1)).where(its, RUN.c.state == state)) for its in mine))


def _raise(connection: Connection, locations: Sequence[int], priority: int) -> None:
    assets = select(LOCATION.c.asset_id).where(LOCATION.c.id.in_(locations), LOCATION.c.asset_id.is_not(None))
    for its in (RUN.c.location_id.in_(locations), RUN.c.asset_id.in_(assets)):
        state.raise_priority(connection, priority, its)
