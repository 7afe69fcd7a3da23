"""Dispatch: a bounded window of chains in flight; everything else waits in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dampipe.jobs.model import Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.queue import RunQueue


@dataclass(frozen=True)
class Chain:
    """The stages still to do for one subject, as one message carries them."""

    subject: Subject
    name: str
    """The file's name, for people who watch the queues."""
    stages: tuple[str, ...]


class TaskTransport(Protocol):
    """What carries messages to workers. Every method may raise `BrokerDown`."""

    def publish(self, chains: Sequence[Chain]) -> None:
        """Send chains on their way."""

    def ring(self, what: str, *arguments: int) -> None:
        """Have a worker `scan` (argument: the scan's id) or `sweep`."""

    def empty_queues(self) -> set[str]:
        """The queues in which no message waits."""

    def check(self) -> str:
        """Which broker answers, in words."""


class Dispatcher:
    """Gives chains to the carrier. Safe to call from any number of processes."""

    def __init__(self, backlog: RunQueue, plan: Plan, carrier: TaskTransport, window: int) -> None:
        """`window`: most chains in flight in one lane."""
        self._backlog = backlog
        self._plan = plan
        self._carrier = carrier
        self._window = window

    def top_up(self, lane: str) -> int:
        """Fill a lane's window if it is half empty; returns how many chains were started.

        Refilling only below the half makes one transaction serve many chains. Of a batch stage that many runs
        wait for, one chain is started for as many as it takes at once. Raises BrokerDown; runs marked by then
        are brought back by the sweep.
        """
        flying = self._backlog.in_flight(lane)
        if flying > self._window // 2:
            return 0
        batches = {stage.name: stage.batch for stage in self._plan.lanes[lane] if stage.batch > 1}
        waiting = self._backlog.take(lane, self._window - flying, batches)
        self._carrier.publish(
            [
                Chain(run.subject, run.name, tuple(s.name for s in self._plan.chain_from(run.stage)))
                for run in waiting
            ]
        )
        return len(waiting)

    def top_up_all(self) -> int:
        """Every lane, the main one first."""
        return sum(self.top_up(lane) for lane in self._plan.lanes)
