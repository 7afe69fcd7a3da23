"""The runner: the only code round a stage. It claims, calls, saves, and classifies errors."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from dampipe.features.assets.catalog import Catalog
from dampipe.jobs import lease
from dampipe.jobs.batch import RunBatch
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.failures import classify_errors
from dampipe.jobs.inputs import Inputs
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.model import Outcome, Report, RunState, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.record import Group, RunRecorder
from dampipe.jobs.stage import Stage
from dampipe.jobs.toolbox import Toolbox
from dampipe.kernel.errors import DampipeError, Permanent, StageError
from dampipe.kernel.progress import Progress, Reporter
from dampipe.kernel.stage_io import StageOutput

log = logging.getLogger(__name__)

SAVED_TOGETHER = 256
"""So many results of a batch stage are saved in one transaction,"""
SAVED_AFTER = 0.5
"""and after so many seconds those that there are."""


@dataclass(frozen=True)
class RunPolicy:
    """How patient the runner is."""

    lease: float = 60.0
    """Seconds of silence after which a run may be taken over."""
    max_attempts: int = 3


class Runner:
    """Runs one stage for one subject, exactly once over all workers."""

    def __init__(
        self, catalog: Catalog, plan: Plan, toolbox: Toolbox, dispatcher: Dispatcher, policy: RunPolicy
    ) -> None:
        self._catalog = catalog
        self._plan = plan
        self._toolbox = toolbox
        self._dispatcher = dispatcher
        self._policy = policy
        self._inputs = Inputs(catalog, plan)
        self._saving = RunRecorder(catalog, plan, policy.max_attempts)

    def run(self, name: str, subject: Subject, hear: Callable[[Progress], None] | None = None) -> Report:
        """Do a stage if it is still to do. Raises only CatalogueDown; everything else is in the report.

        hear: gets what the stage says of its progress, as often as it says it; must not take long.

        Rings the dispatcher when the chain ends here or when a run was made that no chain carries.
        """
        stage = self._plan[name]
        report, lanes = self._run(stage, subject, hear)
        if not report.outcome.goes_on or self._plan.chain_from(name)[-1] is stage:
            lanes = lanes | {self._plan.lane(stage)}
        self._ring(lanes)
        return report

    def _ring(self, lanes: set[str]) -> None:
        for lane in sorted(lanes):
            try:
                self._dispatcher.top_up(lane)
            except DampipeError as error:
                log.warning("%s: nothing new is started for now; the sweep will", error)

    def _run(
        self, stage: Stage, subject: Subject, hear: Callable[[Progress], None] | None
    ) -> tuple[Report, set[str]]:
        key = self._plan.key(stage)
        me = lease.owner()
        own = self._catalog.runs.claim(key, subject, me, self._policy.lease)
        if own is None:
            return _why_not(self._catalog.runs.find(key, subject)), set()
        if own.attempts > self._policy.max_attempts:
            tried = Permanent(f"the worker died {own.attempts - 1} times while it worked on this file")
            return self._saving.settle(own, me, tried, final=True), set()
        if stage.batch == 1 or own.attempts > 1:  # what failed before is tried alone
            return self._call(stage, own, RunBatch([own]), me, hear)

        def more(limit: int = stage.batch) -> list[ClaimedRun]:
            return self._catalog.runs.claim_more(key, limit, me, self._policy.lease)

        taken = RunBatch([own, *more(stage.batch - 1)], more if stage.goes_on else None)
        return self._call(stage, own, taken, me, hear)

    def _call(
        self, stage: Stage, own: ClaimedRun, taken: RunBatch, me: str, hear: Callable[[Progress], None] | None
    ) -> tuple[Report, set[str]]:
        seconds = self._policy.lease
        reports: list[Report] = []
        also = 0
        uncarried: set[str] = set()

        def save(group: Group) -> None:
            nonlocal also
            for run, report, made in self._saving.save(stage, group, me, own.id):
                taken.saved(run)
                uncarried.update(made)
                if run is own:
                    reports.append(report)
                else:
                    also += report.outcome == Outcome.DONE

        def renew(news: Progress | None) -> None:
            told = None if news is None else news.model_dump_json()
            self._catalog.runs.renew(taken.held(), me, seconds, told)

        with lease.Lease(renew, seconds) as held:

            def heard(progress: Progress) -> None:
                held.note(progress)
                if hear is not None:
                    hear(progress)

            tools = {stage.reporter: Reporter(heard)} if stage.reporter else {}
            if stage.batch == 1:
                save([(own, classify_errors(lambda: self._one(stage, own, tools)))])
            elif stage.goes_on:
                self._behind(save, self._results(stage, taken, tools))
            else:
                for group in self._results(stage, taken, tools):
                    save(group)
        return reports[0].model_copy(update={"also": also}), uncarried

    @staticmethod
    def _behind(save: Callable[[Group], None], groups: Generator[Group, None, None]) -> None:
        """Save each group while the next one is made; where that fails, nothing more is taken."""
        with ThreadPoolExecutor(1, "save") as saver, closing(groups):
            under_way: Future[None] | None = None
            for group in groups:
                if under_way:
                    under_way.result()
                under_way = saver.submit(save, group)
            if under_way:
                under_way.result()

    def _results(
        self, stage: Stage, taken: RunBatch, tools: Mapping[str, object]
    ) -> Generator[Group, None, None]:
        """What became of each run of a batch, in groups."""
        group: Group = []
        began = monotonic()
        outputs = classify_errors(lambda: self._together(stage, taken, tools))
        problem: StageError | None = None
        while taken.waiting or not taken.complete:
            output = (
                outputs if isinstance(outputs, StageError) else classify_errors(lambda: next(outputs, None))
            )
            if isinstance(output, StageError):
                problem = output
            if problem or output is None:
                break
            group.append((taken.waiting.popleft(), output))
            if len(group) >= SAVED_TOGETHER or monotonic() - began > SAVED_AFTER:
                yield group
                group, began = [], monotonic()
        if group:
            yield group
        if problem and taken.count == 1:
            yield [(run, problem) for run in taken.waiting]
            return
        # One of them is at fault: each alone shows which.
        for run in list(taken.waiting):
            alone = RunBatch([run])
            yield [(run, classify_errors(lambda alone=alone: next(self._together(stage, alone, tools))))]  # type: ignore[misc]

    def _one(self, stage: Stage, run: ClaimedRun, tools: Mapping[str, object]) -> StageOutput:
        arguments = self._inputs.collect(stage, [run.subject])[0]
        output: StageOutput = stage.function(**arguments, **self._tools(stage), **tools)
        return _checked(stage, output)

    def _together(self, stage: Stage, taken: RunBatch, tools: Mapping[str, object]) -> Iterator[StageOutput]:
        """The outputs, in the order of the runs, each as soon as the stage gives it."""
        inputs = (
            one
            for group in taken.groups()
            for one in self._inputs.collect(stage, [run.subject for run in group])
        )
        if stage.goes_on:
            (name,) = stage.inputs
            arguments: dict[str, Any] = {name: (one[name] for one in inputs)}
        else:
            each = list(inputs)
            arguments = {name: [one[name] for one in each] for name in stage.inputs}
        outputs: Iterable[StageOutput] = stage.function(**arguments, **self._tools(stage), **tools)
        if isinstance(outputs, Sized) and len(outputs) != taken.count:
            raise Permanent(f"stage {stage.name} gave {len(outputs)} results for {taken.count} files")
        return _counted(stage, outputs, taken)

    def _tools(self, stage: Stage) -> dict[str, object]:
        return {name: self._toolbox.get(kind) for name, kind in stage.tools.items()}


def _why_not(row: Any) -> Report:
    """Why a run (its row, if there is one) could not be claimed."""
    if row is None:
        return Report(outcome=Outcome.GONE, reason="no such run: the file or the recipe changed")
    if row.state == RunState.DONE:
        return Report(outcome=Outcome.ALREADY)
    if row.state in (RunState.FAILED, RunState.SKIPPED):
        outcome = Outcome.FAILED if row.state == RunState.FAILED else Outcome.SKIPPED
        return Report(outcome=outcome, reason=row.reason or "")
    if row.state == RunState.PENDING and row.not_before > time():
        return Report(outcome=Outcome.LATER, reason=row.reason or "")
    return Report(outcome=Outcome.HELD)


def _checked(stage: Stage, output: StageOutput) -> StageOutput:
    if not isinstance(output, stage.gives):
        raise Permanent(f"stage {stage.name} gave {type(output).__name__}, not {stage.gives.__name__}")
    return output


def _counted(stage: Stage, outputs: Iterable[StageOutput], taken: RunBatch) -> Iterator[StageOutput]:
    """Checked one by one; too few or too many are ours to blame, the latter after all were given."""
    given = 0
    for output in outputs:
        given += 1
        if given > taken.count:
            raise Permanent(f"stage {stage.name} gave more than {taken.count} results for as many files")
        yield _checked(stage, output)
    if given < taken.count:
        raise Permanent(f"stage {stage.name} gave {given} results for {taken.count} files")
