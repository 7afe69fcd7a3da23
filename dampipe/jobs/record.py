"""What a stage gave, or why it gave nothing, comes into the catalogue."""

import logging
from collections.abc import Iterator
from time import time
from typing import TypeAlias

from dampipe.features.assets.catalog import Catalog
from dampipe.jobs.backoff import backoff
from dampipe.jobs.failures import as_stage_error
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.model import Outcome, Report
from dampipe.jobs.plan import Plan
from dampipe.jobs.runs import LeaseLost
from dampipe.jobs.stage import Stage
from dampipe.kernel.errors import CatalogueDown, Permanent, StageError, StorageFull, Transient
from dampipe.kernel.stage_io import StageOutput

log = logging.getLogger(__name__)
Group: TypeAlias = list[tuple[ClaimedRun, StageOutput | StageError]]


class RunRecorder:
    """Of one pipeline, in one catalogue."""

    def __init__(self, catalog: Catalog, plan: Plan, max_attempts: int) -> None:
        """max_attempts: after so many a failure that may pass is final."""
        self._catalog = catalog
        self._plan = plan
        self._max_attempts = max_attempts

    def save(
        self, stage: Stage, group: Group, me: str, own: int
    ) -> Iterator[tuple[ClaimedRun, Report, set[str]]]:
        """Save what a stage gave for some runs, and note what failed. `own`: the run whose chain is under way.

        Yields of each what became of it, and the lanes in which a run was created that nobody carries yet.
        Raises CatalogueDown.
        """
        finished = [(run, result) for run, result in group if not isinstance(result, StageError)]
        for run, result in group:
            if isinstance(result, StageError):
                yield run, self.settle(run, me, result), set()
        if not finished:
            return
        try:
            made = self._catalog.runs.complete(
                finished, self._plan.key(stage), me, self._plan.nexts(stage), own
            )
        except CatalogueDown:
            raise
        except Exception as error:
            if len(finished) > 1 and not isinstance(error, StorageFull):
                for one in finished:  # each alone shows which is at fault
                    yield from self.save(stage, [one], me, own)
                return
            ours = as_stage_error(error)
            if isinstance(ours, Permanent):
                log.error("what %s gave cannot be saved: %s", stage.name, ours, exc_info=error)
            for run, _ in finished:
                yield run, self.settle(run, me, ours), set()
            return
        for (run, result), uncarried in zip(finished, made, strict=True):
            if uncarried is None:
                yield run, _lost(stage), set()
            else:
                yield run, Report(outcome=Outcome.DONE, reason="; ".join(result.warnings)), uncarried

    def settle(self, run: ClaimedRun, me: str, error: StageError, final: bool = False) -> Report:
        """Note a failure, and when to try again. final: never by itself."""
        not_before = None
        if isinstance(error, Transient) and not final and run.attempts < self._max_attempts:
            not_before = time() + (backoff(run.attempts) if error.delay is None else error.delay)
        try:
            self._catalog.runs.settle(run, me, error, not_before)
        except LeaseLost:
            return Report(outcome=Outcome.HELD, reason="taken over by another worker meanwhile")
        if not_before is not None:
            outcome = Outcome.LATER
        else:
            outcome = Outcome.SKIPPED if error.kind == "unavailable" else Outcome.FAILED
        return Report(outcome=outcome, reason=str(error))


def _lost(stage: Stage) -> Report:
    log.warning("%s: another worker took the run over; this result is not kept", stage.name)
    return Report(outcome=Outcome.HELD, reason="taken over by another worker meanwhile")
