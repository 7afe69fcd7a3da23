"""The runner: the only code round a stage. It claims, calls, saves, and classifies errors."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import Any

from dampipe.jobs import lease
from dampipe.jobs.batch import RunBatch
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.errors import OUTPUT_COUNT, OUTPUT_SURPLUS, OUTPUT_TYPE, WORKER_DIED
from dampipe.jobs.failures import classify_errors
from dampipe.jobs.held_files import HeldFiles
from dampipe.jobs.inputs import StageInputs
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.model import Outcome, Report, RunState, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.record import Group, RunRecorder
from dampipe.jobs.runs import RunRepository
from dampipe.jobs.stage import Stage
from dampipe.jobs.toolbox import Toolbox
from dampipe.kernel.errors import DampipeError, Permanent, StageError
from dampipe.kernel.progress import Progress, Reporter
from dampipe.kernel.stage_io import StageOutput

log = logging.getLogger(__name__)


class Runner:
    """Runs one stage for one subject, exactly once over all workers."""

    def __init__(
        self,
        runs: RunRepository,
        inputs: StageInputs,
        recorder: RunRecorder,
        dispatcher: Dispatcher,
        plan: Plan,
        toolbox: Toolbox,
        leases: LeaseRenewer,
        policy: RunPolicy,
        machines: MachineQueues,
    ) -> None:
        self.machines = machines
        self.runs = runs
        self.inputs = inputs
        self.recorder = recorder
        self.dispatcher = dispatcher
        self.plan = plan
        self.toolbox = toolbox
        self.leases = leases
        self.policy = policy

    def run(
        self, name: str, subject: Subject, on_progress: Callable[[Progress], None] | None = None
    ) -> Report:
        """Do a stage if it is still to do. Raises only CatalogueDown; everything else is in the report.

        on_progress: called synchronously on every progress update; must be fast.

        Dispatches the lane again when the chain ends here, or when a run was created that no chain carries.
        """
        stage = self.plan[name]
        missing = self.toolbox.missing_packages(stage.tools.values())
        if missing:  # a worker that has it takes the run; the sweep brings its message back
            if self.machines.here is not None:
                self.runs.leave_to_others(self.plan.key(stage), subject)
            return Report(outcome=Outcome.LATER, reason=f"this worker lacks {missing}")
        report, lanes = self._run(stage, subject, on_progress)
        if not report.outcome.chain_continues or self.plan.chain_from(name)[-1] is stage:
            lanes = lanes | {self.plan.lane(stage)}
        self.dispatcher.try_top_up(lanes)
        return report if report.machine is None else self._directed(stage, report)

    def _directed(self, done: Stage, report: Report) -> Report:
        """The report with the queue of the machine that has the file, where the chain's next stage opens it."""
        upcoming = next(iter(self.plan.chain_from(done.name)[1:]), None)
        if upcoming is None or not upcoming.reads_footage:
            return report
        queue = self.machines.find(upcoming.queue, report.machine)
        return report.model_copy(update={"next_queue": queue})

    def _run(
        self, stage: Stage, subject: Subject, on_progress: Callable[[Progress], None] | None
    ) -> tuple[Report, set[str]]:
        key, owner = self.plan.key(stage), lease.owner()
        lead = self.runs.claim(key, subject, owner, self.policy.lease)
        if lead is None:
            return not_claimed(self.runs.find(key, subject)), set()
        if lead.attempts > self.policy.max_attempts:
            died = Permanent(WORKER_DIED, times=lead.attempts - 1)
            return self.recorder.fail(lead, owner, died, final=True), set()
        call = _Call(self, stage, lead, owner, on_progress)
        return call.run()


class _Call:
    """One call of a stage's function, for one run or for a batch."""

    def __init__(
        self,
        runner: Runner,
        stage: Stage,
        lead: ClaimedRun,
        owner: str,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        """lead: the claimed run whose chain is under way."""
        self._runs = runner.runs
        self._inputs = runner.inputs
        self._recorder = runner.recorder
        self._toolbox = runner.toolbox
        self._leases = runner.leases
        self._policy = runner.policy
        self._here = runner.machines.here if stage.reads_footage else None
        self._copies: dict[Subject, bool] = {}
        """Of which subjects this machine has a copy of the file, or (False) a part of one."""
        self._key = runner.plan.key(stage)
        self._stage = stage
        self._lead = lead
        self._owner = owner
        self._on_progress = on_progress
        self._batch = self._claim_batch()
        self._report = Report(outcome=Outcome.HELD)
        """Of the lead."""
        self._reporter = Reporter()
        self._batched = 0
        self._lanes: set[str] = set()

    def _claim_batch(self) -> RunBatch:
        if self._stage.batch == 1 or self._lead.attempts > 1:  # what failed before is tried alone
            return RunBatch([self._lead])
        claimed = [self._lead, *self._claim_more(self._stage.batch - 1)]
        if not self._stage.streaming:
            return RunBatch(claimed)
        return RunBatch(claimed, lambda: self._claim_more(self._stage.batch), self._policy.stream_for)

    def _claim_more(self, limit: int) -> list[ClaimedRun]:
        return self._runs.claim_more(self._key, limit, self._owner, self._policy.lease, self._here)

    def run(self) -> tuple[Report, set[str]]:
        """Returns the report of the lead, and the lanes in which runs were created that no chain carries."""
        with self._leases.hold(self._renew, self._policy.lease, self._on_progress) as held:
            self._reporter = Reporter(held.on_progress)
            reporters = {self._stage.reporter: self._reporter} if self._stage.reporter else {}
            if self._stage.batch == 1:
                self._save([(self._lead, classify_errors(lambda: self._one(reporters)))])
            elif self._stage.streaming:
                self._save_while_working(self._results(reporters))
            else:
                for group in self._results(reporters):
                    self._save(group)
        return self._report.model_copy(update={"batched": self._batched}), self._lanes

    def _renew(self, progress: Progress | None) -> None:
        text = None if progress is None else progress.model_dump_json()
        self._runs.renew(self._batch.held(), self._owner, self._policy.lease, text)

    def _save(self, group: Group) -> None:
        for run, report, lanes in self._recorder.record(
            self._stage, group, self._owner, self._lead.id, self._copies
        ):
            self._batch.saved(run)
            self._lanes.update(lanes)
            if run is self._lead:
                self._report = report
            else:
                self._batched += report.outcome == Outcome.DONE

    def _save_while_working(self, groups: Generator[Group, None, None]) -> None:
        """Save each group while the next one is made; after a failure no more is made."""
        with ThreadPoolExecutor(1, "save") as saver, closing(groups):
            under_way: Future[None] | None = None
            for group in groups:
                if under_way:
                    under_way.result()
                under_way = saver.submit(self._save, group)
            if under_way:
                under_way.result()

    def _results(self, reporters: Mapping[str, object]) -> Generator[Group, None, None]:
        """The result of each run of the batch, in groups."""
        batch, policy = self._batch, self._policy
        group: Group = []
        began = monotonic()
        problem: StageError | None = None
        with closing(self._together(batch, reporters)) as outputs:
            while batch.waiting or not batch.complete:
                output = classify_errors(lambda: next(outputs, None))
                if isinstance(output, StageError):
                    problem = output
                if problem or output is None:
                    break
                group.append((batch.waiting.popleft(), output))
                if len(group) >= policy.save_count or monotonic() - began > policy.save_after:
                    yield group
                    group, began = [], monotonic()
        if group:
            yield group
        if problem and batch.count == 1:
            yield [(run, problem) for run in batch.waiting]
            return
        # One of them is at fault: each alone shows which.
        for run in list(batch.waiting):
            yield [(run, classify_errors(lambda run=run: self._alone(run, reporters)))]  # type: ignore[misc]

    def _one(self, reporters: Mapping[str, object]) -> StageOutput:
        with self._hold_files() as held:
            arguments = self._inputs.collect(self._stage, [self._lead.subject], held)[0]
            output: StageOutput = self._stage.function(**arguments, **self._tools(), **reporters)
        return _checked(self._stage, output)

    def _hold_files(self) -> HeldFiles:
        return self._inputs.hold_files(self._record_fetched, self._reporter, self._copies)

    def _record_fetched(self, subject: Subject, count: int) -> None:
        """A count of what was fetched must not fail what was fetched for."""
        try:
            self._runs.add_fetched(self._key, subject, count)
        except DampipeError as error:
            log.warning("%s: %d fetched bytes are not counted: %s", self._stage.name, count, error)

    def _alone(self, run: ClaimedRun, reporters: Mapping[str, object]) -> StageOutput:
        with closing(self._together(RunBatch([run]), reporters)) as outputs:
            return next(outputs)

    def _together(
        self, batch: RunBatch, reporters: Mapping[str, object]
    ) -> Generator[StageOutput, None, None]:
        """The outputs, in the order of the runs, each as soon as the stage returns it."""
        stage = self._stage
        with self._hold_files() as held:
            inputs = (
                arguments
                for group in self._groups(batch)
                for arguments in self._inputs.collect(stage, [run.subject for run in group], held)
            )
            if stage.streaming:
                (name,) = stage.inputs
                lists: dict[str, Any] = {name: (arguments[name] for arguments in inputs)}
            else:
                each = list(inputs)
                lists = {name: [arguments[name] for arguments in each] for name in stage.inputs}
            outputs: Iterable[StageOutput] = stage.function(**lists, **self._tools(), **reporters)
            if isinstance(outputs, Sized) and len(outputs) != batch.count:
                raise Permanent(OUTPUT_COUNT, stage=stage.name, found=len(outputs), count=batch.count)
            for output in _counted(stage, outputs, batch):
                if stage.streaming:  # what it has given the output of, it does not read any more
                    held.release_first()
                yield output

    def _groups(self, batch: RunBatch) -> Iterable[Sequence[ClaimedRun]]:
        """Runs whose arguments are collected together: one by one where each may be a large file to be fetched."""
        if not (self._stage.streaming and self._stage.reads_footage):
            return batch.groups()
        return ([run] for group in batch.groups() for run in group)

    def _tools(self) -> dict[str, object]:
        return {name: self._toolbox.get(kind) for name, kind in self._stage.tools.items()}


def not_claimed(row: Any) -> Report:
    """Why a run (its row with `due`, if it exists) could not be claimed."""
    if row is None:
        return Report(outcome=Outcome.GONE, reason="no such run: the file or the recipe changed")
    if row.state == RunState.DONE:
        return Report(outcome=Outcome.ALREADY, machine=row.machine)
    if row.state in (RunState.FAILED, RunState.SKIPPED):
        outcome = Outcome.FAILED if row.state == RunState.FAILED else Outcome.SKIPPED
        return Report(outcome=outcome, reason=row.reason or "")
    if row.state == RunState.PENDING and not row.due:
        return Report(outcome=Outcome.LATER, reason=row.reason or "")
    return Report(outcome=Outcome.HELD)


def _checked(stage: Stage, output: StageOutput) -> StageOutput:
    if not isinstance(output, stage.output_type):
        raise Permanent(
            OUTPUT_TYPE, stage=stage.name, found=type(output).__name__, expected=stage.output_type.__name__
        )
    return output


def _counted(stage: Stage, outputs: Iterable[StageOutput], batch: RunBatch) -> Iterator[StageOutput]:
    """Check outputs one by one. Raises Permanent for too few, and for too many after all were given."""
    found = 0
    for output in outputs:
        found += 1
        if found > batch.count:
            raise Permanent(OUTPUT_SURPLUS, stage=stage.name, count=batch.count)
        yield _checked(stage, output)
    if found < batch.count:
        raise Permanent(OUTPUT_COUNT, stage=stage.name, found=found, count=batch.count)
