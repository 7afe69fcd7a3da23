"""A transport in memory: the same promises as the real one, and it can lose everything on demand."""

from collections import deque
from collections.abc import Collection, Sequence

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.model import Report, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.queue import parse_work_item_key
from dampipe.jobs.runner import Runner
from dampipe.jobs.work import WorkRegistry
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.errors import BrokerDown


class MemoryTransport:
    """Keeps messages in this process; `work` does what workers would."""

    def __init__(self, plan: Plan, work: WorkRegistry | None = None) -> None:
        self._plan = plan
        self._queue_of = {stage.name: stage.queue for stage in plan.stages}
        self._queue_of |= {name: work[name].queue for name in work or ()} if work else {}
        self._queues: dict[str, deque[Chain]] = {name: deque() for name in self._queue_of.values()}
        self.notices: list[tuple[str, tuple[int, ...]]] = []
        """Calls of `notify`."""
        self.down = False
        self.published = 0

    def publish(self, chains: Sequence[Chain]) -> None:
        """See TaskTransport."""
        self._must_be_up()
        for chain in chains:
            self._append(chain)
            self.published += 1

    def _append(self, chain: Chain) -> None:
        queue = chain.queue or self._queue_of[chain.stages[0]]
        self._queues.setdefault(queue, deque()).append(chain)

    def notify(self, task: str, *arguments: int) -> None:
        """See TaskTransport."""
        self._must_be_up()
        self.notices.append((task, arguments))

    def empty_queues(self, queues: Collection[str]) -> set[str]:
        """See TaskTransport."""
        self._must_be_up()
        return {name for name in queues if not self._queues.get(name)}

    def discard(self, queues: Collection[str]) -> None:
        """See TaskTransport."""
        self._must_be_up()
        for name in queues:
            self._queues.get(name, deque()).clear()

    def check(self) -> str:
        """See TaskTransport."""
        self._must_be_up()
        return "in memory"

    def lose_everything(self) -> None:
        """What FLUSHALL does to a broker."""
        for queue in self._queues.values():
            queue.clear()

    def chains(self) -> list[Chain]:
        """The messages in all queues."""
        return [chain for queue in self._queues.values() for chain in queue]

    def waiting(self) -> int:
        """How many messages are in all queues."""
        return len(self.chains())

    def work(
        self,
        runner: Runner,
        steps: int | None = None,
        items: WorkRunner | None = None,
        served: Collection[str] | None = None,
    ) -> int:
        """Run up to `steps` messages (None: until none waits) of these queues (None: all); returns how many."""
        done = 0
        while steps is None or done < steps:
            queues = (queue for name, queue in self._queues.items() if served is None or name in served)
            queue = next(filter(None, queues), None)
            if queue is None:
                break
            chain = queue.popleft()
            name, *rest = chain.stages
            report = self._run(chain.key, name, runner, items)
            if report.outcome.chain_continues and rest:
                self._append(Chain(chain.key, chain.name, tuple(rest), report.next_queue))
            done += 1
        return done

    def _run(self, key: str, name: str, runner: Runner, items: WorkRunner | None) -> Report:
        if name in {stage.name for stage in self._plan.stages}:
            return runner.run(name, Subject.parse(key))
        assert items is not None
        return items.run(name, parse_work_item_key(key))

    def _must_be_up(self) -> None:
        if self.down:
            raise BrokerDown("the broker is down")
