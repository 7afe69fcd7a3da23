"""How far scans are: counts of the walk from its row, what became of the files from their runs."""

import json
from time import time
from typing import Any

from sqlalchemy import and_, case, exists, func, literal, or_, select

from dampipe.domain.assets import printable
from dampipe.domain.errors import NotFound
from dampipe.domain.runs import RunState
from dampipe.domain.scans import ScanProgress, ScanState
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.tables import LOCATION, RUN, SCAN

DEFERRED_AFTER = 20.0
"""Seconds: a try that is further away than this is not waited for."""

TO_DO = RUN.c.state.in_([RunState.PENDING, RunState.RUNNING])


def progress_of(database: Database, scan: int) -> ScanProgress:
    """How far a scan is. Raises NotFound."""
    with database.read() as connection:
        row = connection.execute(select(SCAN).where(SCAN.c.id == scan)).first()
        if row is None:
            raise NotFound(f"there is no scan {scan}", hint="`dampipe status` lists them.")
        files = connection.execute(_files_of(scan, time())).one()
    return ScanProgress(
        scan=row.id,
        state=ScanState.PAUSED if row.paused else ScanState(row.state),
        paths=tuple(printable(path) for path in json.loads(row.paths)),
        found=row.found,
        new=row.new,
        changed=row.changed,
        moved=row.moved,
        returned=row.returned,
        unchanged=max(0, row.found - row.new - row.changed - row.moved - row.returned),
        missing=row.missing,
        active=files.active,
        deferred=files.active - files.soon,
        failed=files.failed,
        on_hold=files.on_hold,
        done=files.files - files.active - files.failed - files.on_hold,
        warnings=tuple(json.loads(row.warnings)),
        created_at=row.created_at,
        priority=row.priority,
    )


def left_to_do(database: Database) -> int:
    """How many runs wait or run, of whatever scan; those that wait for a later try are left out."""
    with database.read() as connection:
        return int(
            connection.execute(
                select(func.count()).select_from(RUN).where(TO_DO, ~_later(time()))
            ).scalar_one()
        )


def failed_since(database: Database, when: float) -> int:
    """How many runs were parked since then."""
    with database.read() as connection:
        return int(
            connection.execute(
                select(func.count())
                .select_from(RUN)
                .where(RUN.c.state == RunState.FAILED, RUN.c.finished_at >= when)
            ).scalar_one()
        )


def _later(now: float) -> Any:
    return and_(RUN.c.state == RunState.PENDING, RUN.c.not_before > now + DEFERRED_AFTER)


def _rests(files: Any) -> Any:
    return and_(files.c.active == 0, files.c.failed == 0)


def _files_of(scan: int, now: float) -> Any:
    def some(*where: Any) -> Any:
        mine = or_(
            exists(select(literal(1)).where(RUN.c.location_id == LOCATION.c.id, *where)),
            exists(select(literal(1)).where(RUN.c.asset_id == LOCATION.c.asset_id, *where)),
        )
        return case((mine, 1), else_=0)

    files = (
        select(
            some(TO_DO).label("active"),
            some(TO_DO, ~_later(now)).label("soon"),
            some(RUN.c.state == RunState.FAILED).label("failed"),
            some(RUN.c.state == RunState.ON_HOLD).label("on_hold"),
        )
        .where(LOCATION.c.scan_id == scan)
        .subquery()
    )
    return select(
        func.count().label("files"),
        func.coalesce(func.sum(files.c.active), 0).label("active"),
        func.coalesce(func.sum(files.c.soon), 0).label("soon"),
        func.coalesce(func.sum(case((files.c.active == 0, files.c.failed), else_=0)), 0).label("failed"),
        func.coalesce(func.sum(case((_rests(files), files.c.on_hold), else_=0)), 0).label("on_hold"),
    ).select_from(files)
