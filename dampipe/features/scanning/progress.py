"""The progress of scans: counts of the walk from their rows, the state of the files from their runs.

Nearly all runs of a large library are done. So the unfinished files of a large scan are found through the runs
that are not, and those of a small scan through its locations.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from dampipe.features.scanning.model import ScanProgress, ScanState, UnknownKinds
from dampipe.features.scanning.tables import ScanRow
from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import as_seen_here
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.index_hints import in_state
from dampipe.jobs.model import STAGE, RunState
from dampipe.jobs.plan import MAIN_LANE
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import printable

DEFERRED_AFTER = 20.0
"""Seconds: a retry that is further away than this is not waited for."""
SMALL = 5000
"""Files up to which the files of a scan are counted one by one."""

_OPEN = (RunState.PENDING, RunState.RUNNING, RunState.FAILED, RunState.ON_HOLD)


@dataclass
class Counts:
    """The files of one scan; each is counted once, by its least advanced run."""

    files: int = 0
    soon: int = 0
    deferred: int = 0
    failed: int = 0
    on_hold: int = 0
    searchable: int = 0
    """Of the soon and deferred: only what search does not need is still to do."""


_RANKS = ("soon", "deferred", "failed", "on_hold")
_ACTIVE = (0, 1)


def counts_of(database: Database, scans: Sequence[int], small: int) -> dict[int, Counts]:
    """The states of the files of these scans. small: files up to which those of a scan are counted one by one."""
    found = {scan: Counts() for scan in scans}
    with database.read() as connection:
        files = (
            select(LOCATION.c.scan_id, func.count())
            .where(LOCATION.c.scan_id.in_(scans))
            .group_by(LOCATION.c.scan_id)
        )
        for scan, count in connection.execute(files):
            found[scan].files = count
        small_scans = [scan for scan in scans if 0 < found[scan].files <= small]
        large_scans = [scan for scan in scans if found[scan].files > small]
        for group, by_runs in ((small_scans, False), (large_scans, True)):
            if group:
                for scan, rank, blocked, count in _open_files(
                    connection, _of(database, group, by_runs), by_runs
                ):
                    setattr(found[scan], _RANKS[rank], getattr(found[scan], _RANKS[rank]) + count)
                    if rank in _ACTIVE and not blocked:
                        found[scan].searchable += count
    return found


def progress_of(
    row: ScanRow, counts: Counts, sources: Sequence[Source], most_paths: int | None = None
) -> ScanProgress:
    """The progress of a scan, its first paths (None: all of them) as this machine sees them."""
    active = counts.soon + counts.deferred
    done = max(0, counts.files - active - counts.failed - counts.on_hold)
    paths = json.loads(row.paths)
    assert row.id is not None
    return ScanProgress(
        scan=row.id,
        state=ScanState.PAUSED if row.paused else ScanState(row.state),
        paths=tuple(printable(as_seen_here(path, sources)) for path in paths[:most_paths]),
        path_count=len(paths),
        found=row.found,
        new=row.new,
        changed=row.changed,
        moved=row.moved,
        returned=row.returned,
        unchanged=max(0, row.found - row.new - row.changed - row.moved - row.returned),
        missing=row.missing,
        active=active,
        deferred=counts.deferred,
        failed=counts.failed,
        on_hold=counts.on_hold,
        done=done,
        searchable=done + counts.searchable,
        warnings=tuple(json.loads(row.warnings)),
        unknown=UnknownKinds.of(json.loads(row.unknown)),
        created_at=row.created_at,
        priority=row.priority,
    )


def left_to_do(database: Database) -> int:
    """How many runs are pending or running, of all scans; those that wait for a later retry do not count."""
    with database.read() as connection:
        unfinished = in_state(connection, RunState.PENDING, RunState.RUNNING)
        counted = (
            select(func.count()).select_from(RUN).where(unfinished, RUN.c.kind == STAGE, ~_is_deferred())
        )
        return int(connection.execute(counted).scalar_one())


def any_running(database: Database) -> bool:
    """Whether a worker is executing a run."""
    with database.read() as connection:
        first = select(RUN.c.id).where(in_state(connection, RunState.RUNNING)).limit(1)
        return connection.execute(first).first() is not None


def failed_since(database: Database, when: float) -> int:
    """How many runs have failed for good since then."""
    failed = (RUN.c.error_kind.is_not(None), RUN.c.state == RunState.FAILED, RUN.c.finished_at >= when)
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(RUN).where(*failed)).scalar_one())


def _is_deferred() -> ColumnElement[bool]:
    return and_(RUN.c.state == RunState.PENDING, RUN.c.not_before > NOW + DEFERRED_AFTER)


def _of(database: Database, scans: Sequence[int], by_runs: bool) -> ColumnElement[bool]:
    # SQLite keeps no statistics: a sum, which no index covers, makes it start from the runs.
    hinted = by_runs and database.is_sqlite
    return (LOCATION.c.scan_id + 0 if hinted else LOCATION.c.scan_id).in_(scans)


def _open_files(connection: Connection, of_scans: ColumnElement[bool], by_runs: bool) -> list[Any]:
    """Rows of scan, index in _RANKS, whether search has to wait, and number of files, of unfinished files."""
    rank = case(
        (_is_deferred(), 1),
        (RUN.c.state == RunState.FAILED, 2),
        (RUN.c.state == RunState.ON_HOLD, 3),
        else_=0,
    )
    in_main = case((RUN.c.lane == MAIN_LANE, 1), else_=0)
    of_state = in_state(connection, *_OPEN) if by_runs else RUN.c.state.in_(_OPEN)
    is_open = and_(of_state, RUN.c.kind == STAGE)
    found: list[Any] = []
    for of_run, kind in (
        (RUN.c.location_id == LOCATION.c.id, LOCATION.c.version_id.is_(None)),
        (RUN.c.version_id == LOCATION.c.version_id, LOCATION.c.version_id.is_not(None)),
    ):
        each = (
            select(LOCATION.c.scan_id, func.min(rank).label("rank"), func.max(in_main).label("blocked"))
            .join_from(RUN, LOCATION, of_run)
            .where(kind, is_open, of_scans)
            .group_by(LOCATION.c.id)
            .subquery()
        )
        kinds = (each.c.scan_id, each.c.rank, each.c.blocked)
        found += connection.execute(select(*kinds, func.count()).group_by(*kinds)).all()
    return found
