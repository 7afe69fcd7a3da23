"""Records what a stage returned for a run, or why it failed."""

import logging
from collections.abc import Iterator
from typing import TypeAlias

from dampipe.jobs.backoff import backoff
from dampipe.jobs.complete import Completion, FinishedRun, RunCompleter
from dampipe.jobs.failures import as_stage_error
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.model import Outcome, Report
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.runs import LeaseLost, RunRepository
from dampipe.jobs.stage import Stage
from dampipe.kernel.errors import CatalogueDown, Permanent, StageError, StorageFull, Transient
from dampipe.kernel.ids import RunId
from dampipe.kernel.stage_io import StageOutput

log = logging.getLogger(__name__)
Group: TypeAlias = list[tuple[ClaimedRun, StageOutput | StageError]]


class RunRecorder:
    """Records the results of one pipeline in one catalogue."""

    def __init__(self, runs: RunRepository, completer: RunCompleter, plan: Plan, policy: RunPolicy) -> None:
        self._runs = runs
        self._completer = completer
        self._plan = plan
        self._policy = policy

    def record(
        self, stage: Stage, group: Group, owner: str, lead: RunId
    ) -> Iterator[tuple[ClaimedRun, Report, frozenset[str]]]:
        """Save the outputs of some runs, and record the failures of others. lead: the run whose chain is under way.

        Yields for each run its report, and the lanes in which a follow-up run was created that no chain carries.
        Raises CatalogueDown.
        """
        outputs: list[tuple[ClaimedRun, StageOutput]] = []
        for run, result in group:
            if isinstance(result, StageError):
                yield run, self.fail(run, owner, result), frozenset()
            else:
                outputs.append((run, result))
        if not outputs:
            return
        completion = Completion(self._plan.key(stage), self._plan.follow_ups(stage), owner, lead)
        try:
            finished = [FinishedRun.of(run, output) for run, output in outputs]
            saved = self._completer.complete(finished, completion)
        except CatalogueDown:
            raise
        except Exception as error:
            if len(outputs) > 1 and not isinstance(error, StorageFull):
                for one in outputs:  # each alone shows which is at fault
                    yield from self.record(stage, [one], owner, lead)
                return
            translated = as_stage_error(error)
            if isinstance(translated, Permanent):
                log.error("an output of %s cannot be saved: %s", stage.name, translated, exc_info=error)
            for run, _ in outputs:
                yield run, self.fail(run, owner, translated), frozenset()
            return
        for (run, output), lanes in zip(outputs, saved, strict=True):
            if lanes is None:
                log.warning("%s: another worker has claimed the run; this result is not kept", stage.name)
                yield run, _TAKEN_OVER, frozenset()
            else:
                yield run, Report(outcome=Outcome.DONE, reason="; ".join(output.warnings)), lanes

    def fail(self, run: ClaimedRun, owner: str, error: StageError, final: bool = False) -> Report:
        """Record a failure, with a back-off if it is transient and attempts are left. final: never retried."""
        retry_after = None
        if isinstance(error, Transient) and not final and run.attempts < self._policy.max_attempts:
            retry_after = backoff(run.attempts) if error.delay is None else error.delay
        try:
            self._runs.fail(run, owner, error, retry_after)
        except LeaseLost:
            return _TAKEN_OVER
        if retry_after is not None:
            outcome = Outcome.LATER
        else:
            outcome = Outcome.SKIPPED if error.kind == "unavailable" else Outcome.FAILED
        return Report(outcome=outcome, reason=str(error))


_TAKEN_OVER = Report(outcome=Outcome.HELD, reason="claimed by another worker meanwhile")
