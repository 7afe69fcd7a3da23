"""The sweep: whatever was lost on the way, by a worker or by the broker, is planned again.

Run by beat every few seconds and when a deployment starts. It needs nothing but the catalogue, so a
broker that forgot everything loses nothing.
"""

import logging
from time import time

from dampipe.features.assets.catalog import Catalog
from dampipe.features.fixity.worker import FixityWorker
from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.obsolete import delete_obsolete_runs
from dampipe.jobs.plan import Plan
from dampipe.kernel.errors import BrokerDown

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds a message may be under way, in no queue and not yet claimed."""
WRITTEN_AT_ONCE = 5000
"""Assets whose words are brought up to date at one sweep; a search does the rest."""


class Sweep:
    """Brings the backlog in order."""

    def __init__(
        self,
        catalog: Catalog,
        plan: Plan,
        dispatcher: Dispatcher,
        carrier: TaskTransport,
        verifier: FixityWorker,
        max_attempts: int,
    ) -> None:
        self._catalog = catalog
        self._plan = plan
        self._dispatcher = dispatcher
        self._carrier = carrier
        self._verifier = verifier
        self._max_attempts = max_attempts

    def run(self) -> dict[str, int]:
        """One sweep; returns what was found. Raises CatalogueDown; a broker that is down is waited for."""
        back, parked = self._catalog.recovery.expire(self._max_attempts, lease.is_dead)
        for owner in self._catalog.scans.owners():
            if lease.is_dead(owner):
                self._catalog.scans.release(owner)
        self._catalog.holding.carry_out(self._plan.key(self._plan.first))
        self._catalog.words.refresh(most=WRITTEN_AT_ONCE)
        found = {"brought_back": back, "parked": parked, "lost": 0, "started": 0}
        try:
            found["lost"] = self._find_lost_messages()
            for scan in self._catalog.scans.due():
                self._carrier.ring("scan", scan)
            found["started"] = self._dispatcher.top_up_all()
            self._verifier.wake()
        except BrokerDown as error:
            log.warning("%s; trying again at the next sweep", error)
        if any(found.values()):
            log.info("sweep: %s", ", ".join(f"{key} {count}" for key, count in found.items() if count))
        return found

    def plan_missing(self) -> int:
        """Create the runs that a new stage, recipe, model or version asks for; returns how many.

        What an earlier one left undone goes: it would be waited for, and told as a failure, for ever.
        """
        steps = self._plan.steps()
        made = self._catalog.backlog.plan_missing(steps)
        delete_obsolete_runs(self._catalog.database, [step.run for step in steps])
        if made:
            log.info("planned %d runs that the pipeline asks for now", made)
        return made

    def _find_lost_messages(self) -> int:
        """A run said to be in the broker whose queue is empty: its message is gone, or in a worker's hands.

        Publishing the latter once more is harmless, since a run is claimed once only.
        """
        before = time() - GRACE
        suspects = self._catalog.recovery.waiting_in_broker(before)
        if not suspects:
            return 0
        empty = self._carrier.empty_queues()
        stages = [name for name in suspects if name in self._names() and self._plan[name].queue in empty]
        return self._catalog.recovery.unqueue(stages, before) if stages else 0

    def _names(self) -> set[str]:
        return {stage.name for stage in self._plan.stages}
