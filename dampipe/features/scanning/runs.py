"""Which runs scans create, delete, hold and release: hash runs of the files they find, and runs of those on hold.

The selection is made here, and the writes by `dampipe.jobs.state`. All functions write in the caller's transaction.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, literal, or_, select, text

from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs import state
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId

IDLE = and_(~SCAN.c.paused, or_(SCAN.c.state == ScanState.CANCELLED, ~SCAN.c.process))
"""Scans whose files stay on hold until another scan adopts them: cancelled ones, and those that only record."""
_NOT_PROCESSING = or_(SCAN.c.paused, SCAN.c.state == ScanState.CANCELLED, ~SCAN.c.process)


def create_hash_runs(
    connection: Connection,
    database: Database,
    key: RunKey,
    *where: ColumnElement[bool],
    process: bool,
    priority: int,
) -> None:
    """Create a hash run for each location for which `where` holds, unless it has one; on hold unless `process`."""
    locations = select(LOCATION.c.id).where(*where).order_by(LOCATION.c.id)
    initial = RunState.PENDING if process else RunState.ON_HOLD
    state.create_runs(connection, database, key, locations, state=initial, priority=priority)


def delete_runs(connection: Connection, locations: Sequence[LocationId]) -> None:
    """Delete the runs of files that have another content now."""
    for ids in chunked(locations):
        state.delete_runs_of_locations(connection, ids)


def delete_runs_of_missing(connection: Connection, locations: Sequence[LocationId]) -> None:
    """Delete hash runs, not started, of files that are missing; should a file return, it gets another one."""
    state.delete_idle(connection, RUN.c.location_id.in_(locations))


def delete_held_runs(connection: Connection, locations: Sequence[LocationId]) -> None:
    """Delete hash runs that are on hold."""
    state.delete_held(connection, RUN.c.location_id.in_(locations))


def hold_or_release(connection: Connection, locations: Sequence[LocationId], to: RunState) -> None:
    """Put the pending runs of files and of their assets on hold (`to` ON_HOLD), or release them (PENDING).

    An asset that an active scan has found as well is not put on hold.
    """
    of_files, of_versions = RUN.c.location_id.in_(locations), RUN.c.version_id.in_(_versions_of(locations))
    if to == RunState.PENDING:
        state.release(connection, of_files)
        state.release(connection, of_versions)
    else:
        state.hold(connection, of_files)
        state.hold(connection, of_versions, ~_found_by_an_active_scan())


def raise_priority(connection: Connection, locations: Sequence[LocationId], priority: int) -> None:
    """Raise the pending runs of files and of their assets to a priority, if theirs is lower."""
    for subject in (RUN.c.location_id.in_(locations), RUN.c.version_id.in_(_versions_of(locations))):
        state.raise_priority(connection, priority, subject)


def any_on_hold(database: Database) -> bool:
    """Whether any run is on hold."""
    with database.read() as connection:
        # Written exactly as in the partial index over these runs.
        held = select(RUN.c.id).where(text("run.state = 'on_hold'")).limit(1)
        return connection.execute(held).first() is not None


def has_run(of_state: RunState) -> ColumnElement[bool]:
    """Whether a location, or its asset, has a run in that state."""
    subjects = (RUN.c.location_id == LOCATION.c.id, RUN.c.version_id == LOCATION.c.version_id)
    return or_(*(exists(select(literal(1)).where(subject, RUN.c.state == of_state)) for subject in subjects))


def _versions_of(locations: Sequence[LocationId]) -> Any:
    return select(LOCATION.c.version_id).where(
        LOCATION.c.id.in_(locations), LOCATION.c.version_id.is_not(None)
    )


def _found_by_an_active_scan() -> ColumnElement[bool]:
    """Whether a scan that is processing has found a run's asset, too."""
    other = LOCATION.alias("other")
    active = or_(other.c.scan_id.is_(None), other.c.scan_id.not_in(select(SCAN.c.id).where(_NOT_PROCESSING)))
    return exists(select(literal(1)).where(other.c.version_id == RUN.c.version_id, active))
