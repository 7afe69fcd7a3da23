"""Scans in the catalogue: asked for once, walked by one worker at a time, counted once.

The counts of what is new, changed, moved and missing are written in the transactions that make it so, and
how far the walk is, too; hence a walk that is interrupted goes on where it was and counts nothing twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.features.scanning.progress import Counts, counts_of, progress_of, scan_rows
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.path_mapping import as_declared, as_seen_here
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound


@dataclass(frozen=True)
class ScanJob:
    """A scan that somebody has taken: what it is to do, and how far it is."""

    scan: int
    owner: str
    paths: list[str]
    accept_missing: bool
    """Whoever asked for it says that the files are really gone."""
    process: bool
    """Whether what it finds is to be processed."""
    priority: int
    position: str | None
    """What the walk before this one saved; None: it begins."""
    found: int
    warnings: list[str]
    follows_up: bool = False
    """These are files that were in motion when they were looked at before."""


class ScanStopped(Exception):
    """The scan was paused or cancelled, or another worker has taken it over: nothing more is written."""


class ScanRepository:
    """The scans of one catalogue."""

    def __init__(self, database: Database, sources: SourceRepository) -> None:
        self._db = database
        self._sources = sources
        self._counts: AdaptiveCache[dict[int, Counts]] = AdaptiveCache()

    def create(
        self,
        paths: Sequence[str],
        accept_missing: bool = False,
        *,
        process: bool = True,
        priority: int = 0,
        not_before: float = 0.0,
    ) -> int:
        """Record a scan that is to be walked, and return its id. not_before: as a time."""
        with self._db.write() as connection:
            row = connection.execute(
                SCAN.insert()
                .values(
                    paths=self._declared(paths),
                    not_before=not_before,
                    accept_missing=accept_missing,
                    process=process,
                    priority=priority,
                    paused=False,
                    state=ScanState.WAITING,
                    created_at=time(),
                    warnings="[]",
                    lease_until=0.0,
                    **dict.fromkeys(("found", "new", "changed", "moved", "returned", "missing"), 0),
                )
                .returning(SCAN.c.id)
            )
            return int(row.scalar_one())

    def waiting(self, paths: Sequence[str], accept_missing: bool, process: bool = True) -> int | None:
        """The oldest scan of exactly these paths that nobody has taken yet."""
        with self._db.read() as connection:
            found = connection.execute(
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
            ).first()
        return None if found is None else int(found.id)

    def claim(self, scan: int, owner: str, lease: float) -> ScanJob | None:
        """What to walk, or None when there is nothing to do or another worker walks."""
        now = time()
        with self._db.write() as connection:
            row = connection.execute(
                update(SCAN)
                .where(SCAN.c.id == scan, _due(now))
                .values(state=ScanState.WALKING, owner=owner, lease_until=now + lease)
                .returning(*_ORDER)
            ).first()
        if row is None:
            return None
        sources = self._sources.all()
        paths = [as_seen_here(path, sources) for path in json.loads(row.paths)]
        facts = row._asdict()
        follows_up = facts.pop("not_before") > 0
        lists = {"paths": paths, "warnings": json.loads(row.warnings)}
        return ScanJob(scan, owner, **{**facts, **lists}, follows_up=follows_up)

    def put_off(self, order: ScanJob, paths: Sequence[str], seconds: float) -> None:
        """Have a scan walked once more, over these paths only. Raises Stopped."""
        with self._db.write() as connection:
            still_mine(
                connection,
                order,
                state=ScanState.WAITING,
                paths=self._declared(paths),
                not_before=time() + seconds,
                position=None,
                owner=None,
                lease_until=0.0,
            )

    def _declared(self, paths: Sequence[str]) -> str:
        sources = self._sources.all()
        return json.dumps([as_declared(path, sources) for path in paths])

    def due(self) -> list[int]:
        """Scans that nobody walks."""
        with self._db.read() as connection:
            return list(connection.execute(select(SCAN.c.id).where(_due(time()))).scalars())

    def renew(self, scan: int, owner: str, lease: float) -> None:
        """Keep walking for another `lease` seconds."""
        with self._db.write() as connection:
            connection.execute(
                update(SCAN)
                .where(SCAN.c.id == scan, SCAN.c.owner == owner)
                .values(lease_until=time() + lease)
            )

    def release(self, owner: str) -> None:
        """Let others walk what this owner cannot go on with."""
        with self._db.write() as connection:
            connection.execute(update(SCAN).where(SCAN.c.owner == owner).values(lease_until=0.0))

    def owners(self) -> list[str]:
        """Who is walking now."""
        with self._db.read() as connection:
            rows = connection.execute(select(SCAN.c.owner).where(SCAN.c.state == ScanState.WALKING))
            return [owner for owner in rows.scalars() if owner]

    def finish(self, order: ScanJob, state: ScanState, warnings: Sequence[str]) -> None:
        """The walk is over. Raises Stopped."""
        over = {"owner": None, "lease_until": 0.0, "position": None, "finished_at": time()}
        with self._db.write() as connection:
            still_mine(connection, order, state=state, warnings=json.dumps(list(warnings)), **over)

    def progress(self, scan: int, fresh: bool = False) -> ScanProgress:
        """How far a scan is. Raises NotFound.

        fresh: count its files now; else, where that takes long, this process does it now and again only.
        """
        if fresh:
            self._counts.forget()
        found = self._progress(scan_rows(self._db, SCAN.c.id == scan))
        if not found:
            raise NotFound(f"there is no scan {scan}", hint="`dampipe status` lists them.")
        return found[0]

    def latest(self, limit: int) -> list[ScanProgress]:
        """The newest scans, newest first."""
        return self._progress(scan_rows(self._db, limit=limit))

    def _progress(self, rows: Sequence[Row[Any]]) -> list[ScanProgress]:
        scans = tuple(row.id for row in rows)
        counts = self._counts.get(scans, lambda: counts_of(self._db, scans))
        sources = self._sources.all()
        return [progress_of(row, counts[row.id], sources) for row in rows]


_ORDER = (
    *(SCAN.c.paths, SCAN.c.accept_missing, SCAN.c.process, SCAN.c.priority),
    *(SCAN.c.position, SCAN.c.found, SCAN.c.warnings, SCAN.c.not_before),
)


def still_mine(connection: Connection, order: ScanJob, **values: Any) -> None:
    """Change the scan's row in a transaction of its walk. Raises Stopped when it is not ours any more."""
    mine = and_(SCAN.c.id == order.scan, SCAN.c.owner == order.owner, SCAN.c.state == ScanState.WALKING)
    if not connection.execute(update(SCAN).where(mine).values(values)).rowcount:
        raise ScanStopped


def _due(now: float) -> Any:
    begun = and_(SCAN.c.state == ScanState.WALKING, SCAN.c.lease_until < now)
    waiting = and_(SCAN.c.state == ScanState.WAITING, SCAN.c.not_before <= now)
    return and_(or_(waiting, begun), ~SCAN.c.paused)
