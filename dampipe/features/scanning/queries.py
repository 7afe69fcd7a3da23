"""The table `scan`, written here only: scans are created once, walked by one worker at a time, and counted once.

The counts of new, changed, moved and missing files are written in the transactions that make them true, with the
checkpoint of the walk; so an interrupted walk resumes where it was and counts nothing twice. Leases and due times
are reckoned by the database's clock.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from dampipe.features.scanning import errors
from dampipe.features.scanning.errors import ScanStopped
from dampipe.features.scanning.model import ScanJob, ScanProgress, ScanState
from dampipe.features.scanning.progress import SMALL, Counts, counts_of, progress_of
from dampipe.features.scanning.tables import SCAN, ScanRow
from dampipe.features.sources.path_mapping import as_declared, as_seen_here
from dampipe.features.sources.places import is_visible
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.model import RunState
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.paths import below, is_below, join_root
from dampipe.kernel.visibility import EVERYTHING, View

PATHS_LISTED = 3
"""Paths of a scan that a list of scans shows: a scan of thousands of files must not fill every status."""


class ScanRepository:
    """The scans of one catalogue."""

    def __init__(self, database: Database, sources: SourceRepository, small: int = SMALL) -> None:
        """small: files up to which the files of a scan are counted one by one."""
        self._db = database
        self._sources = sources
        self._small = small
        self._counts: AdaptiveCache[dict[int, Counts]] = AdaptiveCache()

    def create(
        self,
        paths: Sequence[str],
        accept_missing: bool = False,
        *,
        process: bool = True,
        priority: int = 0,
        delay: float | None = None,
    ) -> int:
        """Create a scan, and return its id.

        delay: of files that were still being written: seconds until it may be claimed.
        """
        with self._db.write() as connection:
            return self._insert(
                connection, paths, accept_missing, process=process, priority=priority, delay=delay
            )

    def _insert(
        self,
        connection: Connection,
        paths: Sequence[str],
        accept_missing: bool = False,
        *,
        process: bool = True,
        priority: int = 0,
        delay: float | None = None,
    ) -> int:
        row = connection.execute(
            SCAN.insert()
            .values(
                paths=self._declared(paths),
                not_before=0.0 if delay is None else NOW + delay,
                accept_missing=accept_missing,
                process=process,
                priority=priority,
                paused=False,
                state=ScanState.WAITING,
                created_at=NOW,
                warnings="[]",
                unknown="{}",
                lease_until=0.0,
                **dict.fromkeys(("found", "new", "changed", "moved", "returned", "missing"), 0),
            )
            .returning(SCAN.c.id)
        )
        return int(row.scalar_one())

    def waiting(self, paths: Sequence[str], accept_missing: bool, process: bool = True) -> int | None:
        """The oldest scan of exactly these paths that no worker has claimed yet."""
        with self._db.read() as connection:
            oldest: int | None = connection.execute(
                select(SCAN.c.id)
                .where(
                    SCAN.c.state == ScanState.WAITING,
                    SCAN.c.paths == self._declared(paths),
                    SCAN.c.accept_missing == accept_missing,
                    SCAN.c.process == process,
                    ~SCAN.c.paused,
                )
                .order_by(SCAN.c.id)
                .limit(1)
            ).scalar()
        return oldest

    def waiting_below(self, root: str) -> list[str]:
        """The folders of a source that scans look at which no worker has claimed yet; "": its root."""
        with self._db.read() as connection:
            return [folder for scan in self._waiting_below(connection, root) for folder in scan]

    def create_ring(self, root: str, folders: Sequence[str], delay: float, most: int) -> int | None:
        """Create a scan of folders of a source, unless scans that no worker has claimed yet look at all of them.

        It may be claimed after `delay` seconds. Where `most` such scans wait, it is one of the whole source. Returns its
        id; None: there is none.
        """
        with self._db.write() as connection:
            lock_until_commit(connection, self._db, "ring")
            waiting = self._waiting_below(connection, root)
            known = [folder for scan in waiting for folder in scan]
            left = [folder for folder in folders if topmost([*known, folder]) != topmost(known)]
            if not left:
                return None
            left = [""] if len(waiting) >= most else left
            return self._insert(connection, [join_root(root, folder) for folder in left], delay=delay)

    def _waiting_below(self, connection: Connection, root: str) -> list[list[str]]:
        """By scan, its folders below a root, for the scans that are as notifications request them."""
        rows = connection.execute(
            select(SCAN.c.paths).where(
                SCAN.c.state == ScanState.WAITING, ~SCAN.c.accept_missing, SCAN.c.process, ~SCAN.c.paused
            )
        ).scalars()
        sources = self._sources.all()
        found = []
        for text in rows:
            paths = [as_seen_here(path, sources) for path in json.loads(text)]
            if any(is_below(root, path) for path in paths):
                found.append([""])
            elif inside := [below(path, root) for path in paths if is_below(path, root)]:
                found.append(inside)
        return found

    def claim(self, scan: int, owner: str, lease: float) -> ScanJob | None:
        """What to walk; None: there is nothing to do, or another worker is walking."""
        with self._db.write() as connection:
            rows = rows_of(
                ScanRow,
                connection.execute(
                    update(SCAN)
                    .where(SCAN.c.id == scan, _is_due())
                    .values(state=ScanState.WALKING, owner=owner, lease_until=NOW + lease)
                    .returning(*SCAN.c)
                ),
            )
        if not rows:
            return None
        [row] = rows
        sources = self._sources.all()
        return ScanJob(
            scan=scan,
            owner=owner,
            paths=[as_seen_here(path, sources) for path in json.loads(row.paths)],
            accept_missing=row.accept_missing,
            process=row.process,
            priority=row.priority,
            checkpoint=row.checkpoint,
            found=row.found,
            warnings=json.loads(row.warnings),
            is_follow_up=row.not_before > 0,
        )

    def postpone(self, job: ScanJob, paths: Sequence[str], seconds: float) -> None:
        """Have a scan walked once more, later and over these paths only. Raises ScanStopped."""
        with self._db.write() as connection:
            _update_owned(
                connection,
                job,
                state=ScanState.WAITING,
                paths=self._declared(paths),
                not_before=NOW + seconds,
                checkpoint=None,
                owner=None,
                lease_until=0.0,
            )

    def _declared(self, paths: Sequence[str]) -> str:
        sources = self._sources.all()
        return json.dumps([as_declared(path, sources) for path in paths])

    def due(self) -> list[int]:
        """Scans to walk that no worker is walking."""
        with self._db.read() as connection:
            return list(connection.execute(select(SCAN.c.id).where(_is_due())).scalars())

    def renew(self, scan: int, owner: str, lease: float) -> None:
        """Renew the lease on a scan for another `lease` seconds."""
        with self._db.write() as connection:
            connection.execute(
                update(SCAN).where(SCAN.c.id == scan, SCAN.c.owner == owner).values(lease_until=NOW + lease)
            )

    def release(self, owner: str) -> None:
        """End the leases of an owner that is dead, so that others may claim its scans."""
        with self._db.write() as connection:
            connection.execute(update(SCAN).where(SCAN.c.owner == owner).values(lease_until=0.0))

    def owners(self) -> list[str]:
        """The owners of the scans being walked."""
        with self._db.read() as connection:
            rows = connection.execute(select(SCAN.c.owner).where(SCAN.c.state == ScanState.WALKING))
            return [owner for owner in rows.scalars() if owner]

    def finish(self, job: ScanJob, state: ScanState, warnings: Sequence[str]) -> None:
        """The walk is over. Raises ScanStopped."""
        over: dict[str, Any] = {"owner": None, "lease_until": 0.0, "checkpoint": None, "finished_at": NOW}
        with self._db.write() as connection:
            _update_owned(connection, job, state=state, warnings=json.dumps(list(warnings)), **over)

    def pause(self, scan: int) -> None:
        """Neither walk it nor start its files until it is resumed. Raises NotFound, or InvalidInput if over."""
        row = self._row(scan)
        if row.state in (ScanState.CANCELLED, ScanState.FAILED):
            raise Conflict(errors.IS_OVER, scan=scan, state=row.state)
        self._update(scan, paused=True, target_run_state=RunState.ON_HOLD, owner=None, lease_until=0.0)

    def resume(self, scan: int) -> None:
        """Take a pause back. Raises NotFound, or Conflict if the scan is not paused."""
        row = self._row(scan)
        if not row.paused:
            raise Conflict(errors.NOT_PAUSED, scan=scan)
        self._update(scan, paused=False, target_run_state=RunState.PENDING if row.process else None)

    def cancel(self, scan: int) -> None:
        """End the walk; what was written stays, and files that are not started stay on hold. Raises NotFound."""
        self._row(scan)
        self._update(
            scan,
            state=ScanState.CANCELLED,
            paused=False,
            target_run_state=RunState.ON_HOLD,
            checkpoint=None,
            owner=None,
            lease_until=0.0,
            finished_at=NOW,
        )

    def progress(self, scan: int, fresh: bool = False, view: View = EVERYTHING) -> ScanProgress:
        """How far a scan is. Raises NotFound, also for one of whose paths one is not visible.

        fresh: count its files now; else a count that is slow is cached for a while by this process.
        """
        if fresh:
            self._counts.forget()
        row = self._row(scan)
        if not self._shows(view, row):
            raise NotFound(errors.NOT_FOUND, scan=scan)
        return self._progress([row])[0]

    def _shows(self, view: View, row: ScanRow) -> bool:
        """Whether all paths of a scan are visible."""
        if view.is_all:
            return True
        sources = self._sources.all()
        paths = (as_seen_here(path, sources) for path in json.loads(row.paths))
        return all(is_visible(view, path, sources) for path in paths)

    def latest(self, limit: int, view: View = EVERYTHING) -> list[ScanProgress]:
        """The newest visible scans, newest first, each with its first paths."""
        if not view.is_all:
            return self._latest_shown(limit, view)
        with self._db.read() as connection:
            newest = select(SCAN).order_by(SCAN.c.id.desc()).limit(limit)
            rows = rows_of(ScanRow, connection.execute(newest))
        return self._progress(rows, PATHS_LISTED)

    def _latest_shown(self, limit: int, view: View) -> list[ScanProgress]:
        shown: list[ScanRow] = []
        with self._db.read() as connection:
            rows = rows_of(ScanRow, connection.execute(select(SCAN).order_by(SCAN.c.id.desc())))
        for row in rows:
            if len(shown) < limit and self._shows(view, row):
                shown.append(row)
        return self._progress(shown, PATHS_LISTED)

    def _progress(self, rows: Sequence[ScanRow], most_paths: int | None = None) -> list[ScanProgress]:
        scans = tuple(row.id for row in rows if row.id is not None)
        counts = self._counts.get(scans, lambda: counts_of(self._db, scans, self._small))
        sources = self._sources.all()
        return [
            progress_of(row, counts[scan], sources, most_paths) for scan, row in zip(scans, rows, strict=True)
        ]

    def _row(self, scan: int) -> ScanRow:
        with self._db.read() as connection:
            rows = rows_of(ScanRow, connection.execute(select(SCAN).where(SCAN.c.id == scan)))
        if not rows:
            raise NotFound(errors.NOT_FOUND, scan=scan)
        return rows[0]

    def _update(self, scan: int, **values: Any) -> None:
        with self._db.write() as connection:
            connection.execute(update(SCAN).where(SCAN.c.id == scan).values(values))


def topmost(folders: Iterable[str]) -> list[str]:
    """Folders without those that lie in another one of them; "" is the one that holds all."""
    kept: list[str] = []
    for folder in sorted(set(folders), key=lambda folder: f"{folder}/" if folder else ""):
        if not kept or not (kept[-1] == "" or is_below(folder, kept[-1])):
            kept.append(folder)
    return kept


def ensure_owned(connection: Connection, job: ScanJob) -> None:
    """Lock a scan's row for a transaction of its walk. Raises ScanStopped when the job is no longer this owner's."""
    _update_owned(connection, job, owner=job.owner)


def save_progress(
    connection: Connection, job: ScanJob, *, found: int, checkpoint: str, warnings: str, unknown: str
) -> None:
    """Save how far a walk is, in a transaction of it. Raises ScanStopped."""
    values = {"found": found, "checkpoint": checkpoint, "warnings": warnings, "unknown": unknown}
    _update_owned(connection, job, **values)


def add_counts(connection: Connection, job: ScanJob, **files: int) -> None:
    """Add to counts of a scan (new, changed, moved, returned, missing), in a transaction of its walk.

    Raises ScanStopped.
    """
    _update_owned(connection, job, **{name: SCAN.c[name] + count for name, count in files.items()})


def scans_to_adjust(connection: Connection) -> list[ScanRow]:
    """Scans whose pending and held runs are still to be brought to a target state."""
    return rows_of(ScanRow, connection.execute(select(SCAN).where(SCAN.c.target_run_state.is_not(None))))


def still_to_adjust(connection: Connection, scan: int, target: RunState) -> bool:
    """Lock a scan's row; False when its target state is another one by now, which a newer request applies."""
    same = update(SCAN).where(SCAN.c.id == scan, SCAN.c.target_run_state == target)
    return bool(connection.execute(same.values(target_run_state=target)).rowcount)


def adjusted(connection: Connection, scan: int, target: RunState) -> None:
    """All runs of a scan are in the target state."""
    same = update(SCAN).where(SCAN.c.id == scan, SCAN.c.target_run_state == target)
    connection.execute(same.values(target_run_state=None))


def _update_owned(connection: Connection, job: ScanJob, **values: Any) -> None:
    """Change a scan's row if the job is still this owner's (a fencing check). Raises ScanStopped if not."""
    owned = and_(SCAN.c.id == job.scan, SCAN.c.owner == job.owner, SCAN.c.state == ScanState.WALKING)
    if not connection.execute(update(SCAN).where(owned).values(values)).rowcount:
        raise ScanStopped


def _is_due() -> ColumnElement[bool]:
    abandoned = and_(SCAN.c.state == ScanState.WALKING, SCAN.c.lease_until < NOW)
    waiting = and_(SCAN.c.state == ScanState.WAITING, SCAN.c.not_before <= NOW)
    return and_(or_(waiting, abandoned), ~SCAN.c.paused)
