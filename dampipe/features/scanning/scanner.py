"""The scanner: walks scans, each by one worker at a time, whichever process is killed on the way."""

import logging
from contextlib import suppress

from dampipe.features.scanning.errors import ScanStopped
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.places import StoreOf, no_store
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.walk import Walk
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.plan import MAIN_LANE, Plan
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError

log = logging.getLogger(__name__)


class Scanner:
    """Claims scans and walks them."""

    def __init__(
        self,
        database: Database,
        scans: ScanRepository,
        sources: SourceRepository,
        plan: Plan,
        dispatcher: Dispatcher,
        policy: ScanPolicy,
        leases: LeaseRenewer,
        lease_seconds: float,
        store_of: StoreOf = no_store,
    ) -> None:
        """store_of: opens the storage of a URL."""
        self._db = database
        self._scans = scans
        self._sources = sources
        self._plan = plan
        self._dispatcher = dispatcher
        self._policy = policy
        self._leases = leases
        self._lease = lease_seconds
        self._store_of = store_of

    def scan(self, scan: int) -> bool:
        """Walk a scan unless another worker does; files found on the way are started at once.

        Returns whether there was anything to walk.
        """
        owner = lease.owner()
        job = self._scans.claim(scan, owner, self._lease)
        if job is None:
            return False
        delay = self._policy.growing_delay
        try:
            with self._leases.hold(lambda _: self._scans.renew(scan, owner, self._lease), self._lease):
                walk = Walk(
                    job,
                    self._db,
                    self._sources,
                    self._plan.key(self._plan.first),
                    self._policy,
                    on_change=self._start_runs if job.process else lambda: None,
                    store_of=self._store_of,
                )
                warnings = walk.run()
                if walk.growing and job.is_follow_up:
                    self._scans.postpone(job, walk.growing, delay)
                    return True
                if walk.growing:
                    self._scans.create(walk.growing, process=job.process, priority=job.priority, delay=delay)
                state = ScanState.SUSPICIOUS if walk.suspicious else ScanState.WALKED
                self._scans.finish(job, state, warnings)
        except ScanStopped:
            log.info("scan %d stopped: paused, cancelled or claimed by another worker", scan)
            return True
        except DampipeError:  # of the database, for example: the sweep has the scan walked again
            raise
        except Exception as error:
            # A bug: it would happen again at every attempt, and a waiting client would wait for ever.
            log.exception("scan %d failed", scan)
            problem = f"the walk failed with an internal error: {type(error).__name__}: {error}; see the log"
            with suppress(ScanStopped):
                self._scans.finish(job, ScanState.FAILED, [problem])
            return True
        for warning in warnings:
            log.warning("scan %d: %s", scan, warning)
        self._start_runs()
        return True

    def _start_runs(self) -> None:
        try:
            self._dispatcher.top_up(MAIN_LANE)
        except DampipeError as error:
            log.warning("%s: no run is started now; the sweep starts them", error)
