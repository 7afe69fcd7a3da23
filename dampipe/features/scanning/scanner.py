"""The scanner: carries a scan from asked for to walked, once, whoever is killed on the way."""

import logging
from contextlib import suppress
from time import time

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanStopped
from dampipe.features.scanning.walk import Walk
from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.plan import MAIN_LANE, Plan
from dampipe.kernel.errors import DampipeError

log = logging.getLogger(__name__)

MOTION = 20.0
"""Seconds after which files that were still being written are looked at again."""


class Scanner:
    """Walks scans."""

    def __init__(
        self,
        catalog: Catalog,
        plan: Plan,
        dispatcher: Dispatcher,
        rules: ScanPolicy,
        leases: LeaseRenewer,
        lease_seconds: float,
    ) -> None:
        self._catalog = catalog
        self._scans = catalog.scans
        self._plan = plan
        self._dispatcher = dispatcher
        self._rules = rules
        self._leases = leases
        self._lease = lease_seconds

    def scan(self, scan: int) -> bool:
        """Walk a scan if nobody else does; files found on the way are started at once."""
        me = lease.owner()
        order = self._scans.claim(scan, me, self._lease)
        if order is None:
            return False
        hash_key = self._plan.key(self._plan.first)
        walk = Walk(order, self._catalog, hash_key, self._rules)
        try:
            with self._leases.hold(lambda _: self._scans.renew(scan, me, self._lease), self._lease):
                warnings = walk.run(self._start if order.process else _nothing)
                if walk.moving and order.follows_up:
                    self._scans.put_off(order, walk.moving, MOTION)
                    return True
                if walk.moving:
                    self._scans.create(
                        walk.moving,
                        process=order.process,
                        priority=order.priority,
                        not_before=time() + MOTION,
                    )
                state = ScanState.SUSPICIOUS if walk.suspicious else ScanState.WALKED
                self._scans.finish(order, state, warnings)
        except ScanStopped:
            log.info("scan %d stopped on the way: paused, cancelled or walked by another worker", scan)
            return True
        except DampipeError:  # the database's, say: the sweep has it tried again
            raise
        except Exception as error:
            # Ours: it would happen again and again, and whoever waits would wait for ever.
            log.exception("scan %d failed", scan)
            problem = f"the walk failed, which is a bug: {type(error).__name__}: {error}; the log tells more"
            with suppress(ScanStopped):
                self._scans.finish(order, ScanState.FAILED, [problem])
            return True
        for warning in warnings:
            log.warning("scan %d: %s", scan, warning)
        self._start()
        return True

    def _start(self) -> None:
        try:
            self._dispatcher.top_up(MAIN_LANE)
        except DampipeError as error:
            log.warning("%s: nothing is started for now; the sweep will", error)


def _nothing() -> None:
    """What it finds is not to be processed."""
