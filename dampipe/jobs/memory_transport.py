"""A carrier in memory: the same promises as the real one, and it can lose everything on demand."""

from collections import deque
from collections.abc import Sequence

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.plan import Plan
from dampipe.jobs.runner import Runner
from dampipe.kernel.errors import BrokerDown


class MemoryTransport:
    """Keeps messages in this process; `work` does what workers would."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._queues: dict[str, deque[Chain]] = {queue: deque() for queue in plan.queues}
        self.bells: list[tuple[str, tuple[int, ...]]] = []
        self.down = False
        self.published = 0

    def publish(self, chains: Sequence[Chain]) -> None:
        """See Carrier."""
        self._must_be_up()
        for chain in chains:
            self._queues[self._plan[chain.stages[0]].queue].append(chain)
            self.published += 1

    def ring(self, what: str, *arguments: int) -> None:
        """See Carrier."""
        self._must_be_up()
        self.bells.append((what, arguments))

    def empty_queues(self) -> set[str]:
        """See Carrier."""
        self._must_be_up()
        return {name for name, queue in self._queues.items() if not queue}

    def check(self) -> str:
        """See Carrier."""
        self._must_be_up()
        return "in memory"

    def lose_everything(self) -> None:
        """What FLUSHALL does to a broker."""
        for queue in self._queues.values():
            queue.clear()

    def waiting(self) -> int:
        """Messages in all queues."""
        return sum(map(len, self._queues.values()))

    def work(self, runner: Runner, steps: int | None = None) -> int:
        """Run up to `steps` messages (None: until nothing waits); returns how many were run."""
        done = 0
        while steps is None or done < steps:
            queue = next((queue for queue in self._queues.values() if queue), None)
            if queue is None:
                break
            chain = queue.popleft()
            report = runner.run(chain.stages[0], chain.subject)
            if report.outcome.goes_on and len(chain.stages) > 1:
                rest = Chain(chain.subject, chain.name, chain.stages[1:])
                self._queues[self._plan[rest.stages[0]].queue].append(rest)
            done += 1
        return done

    def _must_be_up(self) -> None:
        if self.down:
            raise BrokerDown("the broker is down")
