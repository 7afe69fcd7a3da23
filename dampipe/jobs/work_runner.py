"""Runs work items of other kinds than stages, each exactly once over all workers."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from dampipe.jobs import lease
from dampipe.jobs.backoff import backoff
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.errors import WORKER_DIED
from dampipe.jobs.failures import classify_errors
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.model import Outcome, Report
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.runner import not_claimed
from dampipe.jobs.runs import LeaseLost, RunRepository
from dampipe.jobs.work import WorkItem, WorkRegistry, WorkRepository
from dampipe.kernel.errors import Permanent, StageError, Transient
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Progress, Reporter

log = logging.getLogger(__name__)


class WorkRunner:
    """Claims an item, calls its handler, and records the result or the failure."""

    def __init__(
        self,
        work: WorkRepository,
        runs: RunRepository,
        kinds: WorkRegistry,
        dispatcher: Dispatcher,
        leases: LeaseRenewer,
        policy: RunPolicy,
    ) -> None:
        self._work = work
        self._runs = runs
        self._kinds = kinds
        self._dispatcher = dispatcher
        self._leases = leases
        self._policy = policy

    def run(self, kind: str, item: RunId, on_progress: Callable[[Progress], None] | None = None) -> Report:
        """Do a work item if it is still to do. Raises only CatalogueDown; everything else is in the report.

        on_progress: called synchronously on every progress update; must be fast.
        """
        report = self._run(kind, item, on_progress)
        self._dispatcher.try_top_up([kind])
        return report

    def _run(self, kind: str, number: RunId, on_progress: Callable[[Progress], None] | None) -> Report:
        owner = lease.owner()
        got = self._work.claim(kind, number, owner, self._policy.lease)
        if got is None:
            return not_claimed(self._work.find(kind, number))
        run, item = got
        if run.attempts > self._policy.max_attempts:
            return self._fail(run, owner, Permanent(WORKER_DIED, times=run.attempts - 1), final=True)

        def renew(progress: Progress | None) -> None:
            text = None if progress is None else progress.model_dump_json()
            self._runs.renew([run], owner, self._policy.lease, text)

        with self._leases.hold(renew, self._policy.lease, on_progress) as held:
            reporter = Reporter(held.on_progress)
            outcome = classify_errors(lambda: self._do(run, item, owner, reporter))
        return self._fail(run, owner, outcome) if isinstance(outcome, StageError) else outcome

    def _do(self, run: ClaimedRun, item: WorkItem, owner: str, reporter: Reporter) -> Report:
        handler = self._kinds.handler(item.kind)
        result: Mapping[str, Any] = handler.run(item, reporter)
        try:
            self._work.complete(run, item, owner, handler, result)
        except LeaseLost:
            log.warning("%s: another worker has claimed the item; this result is not kept", item.kind)
            return Report(outcome=Outcome.HELD, reason="claimed by another worker meanwhile")
        return Report(outcome=Outcome.DONE)

    def _fail(self, run: ClaimedRun, owner: str, error: StageError, final: bool = False) -> Report:
        retry_after = None
        if isinstance(error, Transient) and not final and run.attempts < self._policy.max_attempts:
            retry_after = backoff(run.attempts) if error.delay is None else error.delay
        try:
            self._runs.fail(run, owner, error, retry_after)
        except LeaseLost:
            return Report(outcome=Outcome.HELD, reason="claimed by another worker meanwhile")
        if retry_after is not None:
            return Report(outcome=Outcome.LATER, reason=str(error))
        outcome = Outcome.SKIPPED if error.kind == "unavailable" else Outcome.FAILED
        return Report(outcome=outcome, reason=str(error))
