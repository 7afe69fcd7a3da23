"""Files of scans on hold: what pausing, resuming and cancelling does to runs, and what a new scan adopts.

The request is written first, in one transaction (`ScanRepository.pause` and the like); the runs follow in short
transactions, and after a kill the sweep applies the rest. Files that workers have claimed are finished.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.scanning.changes import FoundFile, known_move_keys
from dampipe.features.scanning.known_files import in_tree, location_ids
from dampipe.features.scanning.model import ScanJob, ScanState
from dampipe.features.scanning.queries import adjusted, ensure_owned, scans_to_adjust, still_to_adjust
from dampipe.features.scanning.runs import (
    IDLE,
    any_on_hold,
    create_hash_runs,
    delete_held_runs,
    has_run,
    hold_or_release,
    raise_priority,
)
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.locations import assign_to_scan
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId, SourceId


class ScanHolds:
    """The runs of one catalogue's scans that are on hold."""

    def __init__(self, database: Database, locations_changed: int = 500) -> None:
        """locations_changed: files whose runs are changed in one transaction."""
        self._db = database
        self._limit = locations_changed

    def apply_pending(self, hash_key: RunKey) -> int:
        """Bring the runs of all scans to their target states; returns how many scans there were."""
        with self._db.read() as connection:
            scans = scans_to_adjust(connection)
        for scan in scans:
            assert scan.id is not None and scan.target_run_state is not None
            # The walk of a cancelled scan was stopped before all its files had a hash run.
            cancelled = scan.state == ScanState.CANCELLED
            target = RunState(scan.target_run_state)
            self._apply(scan.id, target, hash_key if cancelled else None, scan.priority)
        return len(scans)

    def _apply(self, scan: int, target: RunState, key: RunKey | None, priority: int) -> None:
        """key: of hash runs, created on hold, for files that are not identified and have none; None: create none."""
        for locations in location_ids(self._db, self._limit, LOCATION.c.scan_id == scan):
            with self._db.write() as connection:
                if not still_to_adjust(connection, scan, target):
                    return
                for ids in chunked(locations):
                    if key is not None:
                        unidentified = (LOCATION.c.id.in_(ids), LOCATION.c.version_id.is_(None))
                        create_hash_runs(
                            connection, self._db, key, *unidentified, process=False, priority=priority
                        )
                    hold_or_release(connection, ids, target)
        with self._db.write() as connection:
            adjusted(connection, scan, target)

    def adopt(self, job: ScanJob, source: SourceId, path: str) -> None:
        """Take over the files on hold below a folder, except those of paused scans, when a scan begins.

        Files that are waiting there already get the scan's priority, if it is higher. Raises ScanStopped.
        """
        if any_on_hold(self._db):
            of_idle = LOCATION.c.scan_id.in_(select(SCAN.c.id).where(IDLE))
            held = (of_idle, in_tree(source, path), has_run(RunState.ON_HOLD))
            for locations in location_ids(self._db, self._limit, *held):
                with self._db.write() as connection:
                    ensure_owned(connection, job)
                    for ids in chunked(locations):
                        self._take_over(connection, job, ids)
        if job.priority > 0:
            pending = (in_tree(source, path), has_run(RunState.PENDING))
            for locations in location_ids(self._db, self._limit, *pending):
                with self._db.write() as connection:
                    for ids in chunked(locations):
                        raise_priority(connection, ids, job.priority)

    def _take_over(self, connection: Connection, job: ScanJob, ids: Sequence[LocationId]) -> None:
        rows = connection.execute(
            select(FOLDER.c.source_id, LOCATION)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(LOCATION.c.id.in_(ids))
        ).all()
        files = {
            row.id: FoundFile(
                row.source_id,
                "",
                row.name,
                row.size,
                row.mtime_ns,
                row.inode,
                checksum=row.checksum,
                token=row.token,
            )
            for row in rows
            if row.version_id is None
        }
        move_keys = known_move_keys(connection, self._db, list(files.values()))
        # As if they were found now: reconciling decides whether these are known files, moved.
        delete_held_runs(connection, [number for number, file in files.items() if file.move_key in move_keys])
        assign_to_scan(connection, ids, job.scan)
        hold_or_release(connection, ids, RunState.PENDING)
        raise_priority(connection, ids, job.priority)
