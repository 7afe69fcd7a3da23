"""Records what a stage returned for a run, or why it failed."""

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from dampipe.jobs.backoff import backoff
from dampipe.jobs.complete import Completion, FinishedRun, RunCompleter
from dampipe.jobs.failures import as_stage_error
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.model import Outcome, Report, Subject
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

    def __init__(
        self,
        runs: RunRepository,
        completer: RunCompleter,
        plan: Plan,
        policy: RunPolicy,
        machines: MachineQueues,
    ) -> None:
        self._machines = machines
        self._runs = runs
        self._completer = completer
        self._plan = plan
        self._policy = policy

    def record(
        self,
        stage: Stage,
        group: Group,
        owner: str,
        lead: RunId,
        copies: Mapping[Subject, bool] = MappingProxyType({}),
    ) -> Iterator[tuple[ClaimedRun, Report, frozenset[str]]]:
        """Save the outputs of some runs, and record the failures of others. lead: the run whose chain is under way.

        copies: the subjects of whose remote files this machine has a copy, or (False) a part of one.
        Yields for each run its report, and the lanes in which a follow-up run was created that no chain carries.
        Raises CatalogueDown.
        """
        outputs: list[tuple[ClaimedRun, StageOutput]] = []
        for run, result in group:
            if isinstance(result, StageError):
                yield run, self.fail(run, owner, result, copies=copies), frozenset()
            else:
                outputs.append((run, result))
        if not outputs:
            return
        try:
            machines = [self._machine(run, copies) for run, _ in outputs]
            completion = self._completion(stage, owner, lead, set(machines))
            finished = [
                FinishedRun.of(run, output, machine)
                for (run, output), machine in zip(outputs, machines, strict=True)
            ]
            saved = self._completer.complete(finished, completion)
        except CatalogueDown:
            raise
        except Exception as error:
            if len(outputs) > 1 and not isinstance(error, StorageFull):
                for one in outputs:  # each alone shows which is at fault
                    yield from self.record(stage, [one], owner, lead, copies)
                return
            translated = as_stage_error(error)
            if isinstance(translated, Permanent):
                log.error("an output of %s cannot be saved: %s", stage.name, translated, exc_info=error)
            for run, _ in outputs:
                yield run, self.fail(run, owner, translated), frozenset()
            return
        for (run, output), machine, lanes in zip(outputs, machines, saved, strict=True):
            if lanes is None:
                log.warning("%s: another worker has claimed the run; this result is not kept", stage.name)
                yield run, _TAKEN_OVER, frozenset()
            else:
                report = Report(outcome=Outcome.DONE, reason="; ".join(output.warnings), machine=machine)
                yield run, report, lanes

    def _machine(self, run: ClaimedRun, copies: Mapping[Subject, bool]) -> str | None:
        return self._machines.here if copies.get(run.subject) else run.machine

    def _completion(self, stage: Stage, owner: str, lead: RunId, machines: set[str | None]) -> Completion:
        follow_ups = self._plan.follow_ups(stage)
        served = frozenset(
            (upcoming.file_queue, machine)
            for machine in machines - {None}
            for upcoming in follow_ups
            if machine and upcoming.file_queue and self._machines.find(upcoming.file_queue, machine)
        )
        return Completion(self._plan.key(stage), follow_ups, owner, lead, served)

    def fail(
        self,
        run: ClaimedRun,
        owner: str,
        error: StageError,
        final: bool = False,
        copies: Mapping[Subject, bool] = MappingProxyType({}),
    ) -> Report:
        """Record a failure, with a back-off if it is transient and attempts are left. final: never retried.

        What is tried again is left to all machines: the fault may be one of this machine. Only a transfer that broke
        off is continued here, but for the last attempt.
        """
        is_last_but_one = run.attempts + 1 >= self._policy.max_attempts
        in_part = copies.get(run.subject) is False and not is_last_but_one
        machine = self._machines.here if in_part else None
        retry_after = None
        if isinstance(error, Transient) and not final and run.attempts < self._policy.max_attempts:
            retry_after = backoff(run.attempts) if error.delay is None else error.delay
        try:
            self._runs.fail(run, owner, error, retry_after, machine)
        except LeaseLost:
            return _TAKEN_OVER
        if retry_after is not None:
            outcome = Outcome.LATER
        else:
            outcome = Outcome.SKIPPED if error.kind == "unavailable" else Outcome.FAILED
        return Report(outcome=outcome, reason=str(error))


_TAKEN_OVER = Report(outcome=Outcome.HELD, reason="claimed by another worker meanwhile")
