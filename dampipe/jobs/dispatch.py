"""Dispatch: a bounded window of chains in flight per lane; everything else waits in the catalogue."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.plan import Plan
from dampipe.jobs.queue import QueuedRun, RunQueue
from dampipe.jobs.work import WorkRegistry
from dampipe.kernel.errors import DampipeError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chain:
    """The stages still to do for one subject, or one work item of another kind, as one message carries them."""

    key: str
    """The key of the subject or of the work item."""
    name: str
    """The file's name, for people who watch the queues."""
    stages: tuple[str, ...]
    """Names of stages, or of one kind of work."""
    queue: str | None = None
    """Of one machine, for the message of the first stage; None: the stage's own."""


class TaskTransport(Protocol):
    """Carries messages to workers. Every method may raise `BrokerDown`."""

    def publish(self, chains: Sequence[Chain]) -> None:
        """Send chains to their queues, or to those of their first stages."""

    def notify(self, task: str, *arguments: int) -> None:
        """Have a worker run a task: `scan` (argument: the scan's id), `sweep` or `verify`."""

    def empty_queues(self, queues: Collection[str]) -> set[str]:
        """Those of the queues in which no message waits."""

    def discard(self, queues: Collection[str]) -> None:
        """Remove all messages from these queues."""

    def check(self) -> str:
        """Which broker answers, in words."""


class Dispatcher:
    """Gives chains to the transport. Safe to call from any number of processes."""

    def __init__(
        self,
        queue: RunQueue,
        plan: Plan,
        transport: TaskTransport,
        work: WorkRegistry,
        window: int,
        unserved: Callable[[], Collection[str]] = frozenset,
        machines: MachineQueues | None = None,
    ) -> None:
        """window: most chains in flight in one lane. unserved: the queues that no worker serves now; what belongs
        there waits in the catalogue. machines: where files are; None: there is one machine only.
        """
        self._machines = machines
        self._queue = queue
        self._plan = plan
        self._transport = transport
        self._work = work
        self._window = window
        self._unserved = unserved

    def top_up(self, lane: str) -> int:
        """Fill a lane's window if it is at most half full; returns how many chains were started.

        Refilling only from the half makes one transaction serve many chains. A batch stage gets one chain for as
        many runs as it takes at once. Raises BrokerDown; runs that are marked as queued by then are found by the
        sweep.
        """
        in_flight = self._queue.in_flight(lane)
        if in_flight > self._window // 2:
            return 0
        stages = self._plan.lanes.get(lane, ())
        batches = {stage.name: stage.batch for stage in stages if stage.batch > 1}
        left_out = self._without_worker(lane)
        runs = self._queue.take(lane, self._window - in_flight, batches, left_out, self._queue_at)
        self._transport.publish([self._chain(run) for run in runs])
        return len(runs)

    def _without_worker(self, lane: str) -> list[str]:
        """The stages or the kind of work of a lane that no worker takes now."""
        queues = self._unserved()
        if lane in self._work:
            return [lane] if self._work[lane].queue in queues else []
        return [stage.name for stage in self._plan.lanes.get(lane, ()) if stage.queue in queues]

    def _queue_at(self, name: str, machine: str) -> str | None:
        stage = self._plan[name]
        if not stage.reads_footage:
            return ""
        return self._machines.find(stage.queue, machine) if self._machines else None

    def _chain(self, run: QueuedRun) -> Chain:
        if run.stage in self._work:
            return Chain(run.key, run.name, (run.stage,))
        stages = tuple(stage.name for stage in self._plan.chain_from(run.stage))
        return Chain(run.key, run.name, stages, run.queue or None)

    def top_up_all(self) -> int:
        """Every lane: the main one first, those of other kinds of work last."""
        return sum(self.top_up(lane) for lane in (*self._plan.lanes, *self._work))

    def try_top_up(self, lanes: Iterable[str]) -> None:
        """Fill these lanes if that is possible now; what is not started is started by the sweep."""
        for lane in sorted(lanes):
            try:
                self.top_up(lane)
            except DampipeError as error:
                log.warning("%s: nothing new is started for now; the sweep will", error)
