"""The nightly use case: bring the library up to its sources, wait for the end, and report the result."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from dampipe.features.fixity import errors as fixity_errors
from dampipe.features.fixity.model import Verified
from dampipe.features.fixity.service import FixityService
from dampipe.features.scanning import errors
from dampipe.features.scanning.model import ScanProgress, Synced, SyncRequest
from dampipe.features.scanning.progress import any_running, failed_since, left_to_do
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.sources import errors as source_errors
from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.nightly import NightlyJobs
from dampipe.jobs.retry import RunRetries
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import SCAN, Actor, require
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Busy, CannotStart, InvalidInput
from dampipe.kernel.polling import IdleTimeout, poll
from dampipe.kernel.visibility import Visibility

OnProgress = Callable[[list[ScanProgress], int], object]
"""Called while waiting, with the scans and how many stages are still to do."""


@dataclass(frozen=True)
class NightlyPolicy:
    """What a sync verifies besides its work, and how long it waits for workers."""

    percent: float = 1.0
    """Share of the files to read again."""
    minutes: float = 120.0
    """Time for reading them."""
    patience: float = 120.0
    """Seconds to wait for a worker to report, and for one to start something."""


class SyncService:
    """Scans sources, retries what is due, plans what the pipeline asks for now, verifies a share, and waits."""

    def __init__(
        self,
        database: Database,
        sources: SourceRepository,
        scans: ScanRepository,
        retries: RunRetries,
        workers: WorkerRepository,
        fixity: FixityService,
        transport: Callable[[], TaskTransport],
        sweep: Callable[[], Sweep],
        policy: NightlyPolicy,
        nightly: NightlyJobs,
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._db = database
        self._sources = sources
        self._scans = scans
        self._retries = retries
        self._workers = workers
        self._fixity = fixity
        self._transport = transport
        self._sweep = sweep
        self._policy = policy
        self._nightly = nightly

    def run(self, actor: Actor, request: SyncRequest, on_progress: OnProgress = lambda *_: None) -> Synced:
        """Sync sources and wait for the end. A source that another sync is working on is skipped.

        Raises Busy when that is so for all, NotFound for an unknown source, InvalidInput when there is none at
        all, BrokerDown, CatalogueDown, and CannotStart when no worker reports. What was begun continues in each
        case.
        """
        require(actor, SCAN)
        requested = self._named(request.sources)
        with ExitStack() as locks:
            sources = [source for source in requested if self._lock(locks, source)]
            busy = tuple(source.name for source in requested if source not in sources)
            if not sources:
                raise Busy(errors.SYNC_RUNNING, sources=", ".join(busy))
            began, since = time.monotonic(), self._now()
            scans, retried, planned = self._begin(sources, request.accept_missing, request.process)
            found = self._wait(scans, request.process, on_progress)
            late = self._retries.retry_unavailable() if request.process else 0
            if late:  # what was missing exists now, as the first retries have shown
                self._transport().notify("sweep")
                found = self._wait(scans, request.process, on_progress)
            verified = self._verify(sources) if request.process else Verified()
            items = self._nightly.request() if request.process else []
            nightly = self._nightly.wait(items, self._policy.patience)
            return Synced(
                scans=tuple(found),
                sources=tuple(source.name for source in sources),
                busy=busy,
                retried=retried + late,
                planned=planned,
                failed=failed_since(self._db, since),
                verified=verified,
                nightly={one.kind: one for one in nightly},
                seconds=time.monotonic() - began,
            )

    def begin(self, actor: Actor, names: Sequence[str] = ()) -> list[int]:
        """Start what `run` does, and return the scans at once, without waiting. names: of sources; none means all.

        Raises InvalidInput when there is no source, NotFound for an unknown one, BrokerDown, and Forbidden for an actor
        who does not see everything.
        """
        require(actor, SCAN)
        self._visibility.of(actor).require_all(actor)
        sources = self._named(names)
        scans, _, _ = self._begin(sources, accept_missing=False)
        self._request_share(sources)
        self._nightly.request()
        return scans

    def _begin(
        self, sources: Sequence[Source], accept_missing: bool, process: bool = True
    ) -> tuple[list[int], int, int]:
        """Returns the scans, and how many stages were retried and planned."""
        self._transport().check()
        retried = planned = 0
        if process:
            retried = self._retries.retry_transient() + self._retries.retry_unavailable()
            planned = self._sweep().plan_missing()
        scans = [self._scan(source, accept_missing, process) for source in sources]
        self._transport().notify("sweep")
        return scans, retried, planned

    def _request_share(self, sources: Sequence[Source]) -> int:
        ids = [source.id for source in sources]
        return self._fixity.request_share(ids, self._policy.percent, self._policy.minutes)

    def _verify(self, sources: Sequence[Source]) -> Verified:
        since = self._now()
        return self._fixity.wait_for_share(
            [source.id for source in sources], since, self._request_share(sources)
        )

    def _now(self) -> float:
        with self._db.read() as connection:
            return database_time(connection)

    def _lock(self, locks: ExitStack, source: Source) -> bool:
        try:
            locks.enter_context(advisory_lock(self._db, f"sync-{source.id}"))
        except Busy:
            return False
        return True

    def _named(self, names: Sequence[str]) -> list[Source]:
        sources = [self._sources.named(name) for name in dict.fromkeys(names)] or self._sources.all()
        if not sources:
            raise InvalidInput(source_errors.NONE_YET)
        return sources

    def _scan(self, source: Source, accept_missing: bool, process: bool) -> int:
        # A scan that no worker has claimed yet, of a night without workers, serves as well as a new one.
        scan = self._scans.waiting([source.root], accept_missing, process)
        if scan is None:
            scan = self._scans.create([source.root], accept_missing, process=process)
        self._transport().notify("scan", scan)
        return scan

    def _wait(self, scans: Sequence[int], process: bool, on_progress: OnProgress) -> list[ScanProgress]:
        """Until the scans are walked and nothing is left but what waits for a later retry.

        Raises CannotStart when no worker reports, or none starts what there is.
        """
        worker_seen, progressed = IdleTimeout(self._policy.patience), IdleTimeout(self._policy.patience)
        before = -1
        for found, left in poll(lambda: self._read(scans, process)):
            on_progress(found, left)
            is_walking = not all(scan.is_walked for scan in found)
            if not is_walking and not left:  # with what was finished since the files were counted
                return [self._scans.progress(scan, fresh=True) for scan in scans]
            if self._workers_present("scan" if is_walking else None):
                worker_seen.reset()
            elif worker_seen.expired and is_walking:
                raise CannotStart(
                    fixity_errors.NO_WORKER_FOR_QUEUE, queue="scan", seconds=self._policy.patience
                )
            elif worker_seen.expired:
                raise CannotStart(fixity_errors.NO_WORKER, seconds=self._policy.patience)
            if is_walking or left != before or any_running(self._db):
                progressed.reset()
                before = left
            elif progressed.expired:
                raise CannotStart(errors.NO_PROGRESS, stages=left, seconds=self._policy.patience)
        raise AssertionError("polling never ends")

    def _read(self, scans: Sequence[int], process: bool) -> tuple[list[ScanProgress], int]:
        found = [self._scans.progress(scan) for scan in scans]
        return found, left_to_do(self._db) if process else 0

    def _workers_present(self, queue: str | None) -> bool:
        return any(queue is None or queue in worker.queues for worker in self._workers.present())
