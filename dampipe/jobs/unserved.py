"""Queues that no worker serves: what waits for them must not keep the rest of the work from being dispatched."""

from collections.abc import Mapping, Sequence
from time import monotonic

from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.workers import WorkerRepository


class UnservedQueues:
    """Which of the pipeline's queues have no worker now. Empty while a deployment starts, and while none runs."""

    def __init__(
        self,
        workers: WorkerRepository,
        queues: Sequence[str],
        settled_after: float = 20.0,
        checked_every: float = 5.0,
    ) -> None:
        """settled_after: seconds after which a worker has others beside it, if it is to have any; a deployment starts
        all at once. checked_every: seconds for which an answer is used again.
        """
        self._workers = workers
        self._settled_after = settled_after
        self._checked_every = checked_every
        self._queues = frozenset(queues)
        self._found = frozenset[str]()
        self._until = 0.0

    def find(self) -> frozenset[str]:
        """The queues, as of a few seconds ago. Raises CatalogueDown."""
        if monotonic() >= self._until:
            present = self._workers.present()
            settled = any(worker.uptime > self._settled_after for worker in present)
            served = {queue for worker in present for queue in worker.queues}
            self._found = self._queues - served if settled else frozenset()
            self._until = monotonic() + self._checked_every
        return self._found


class UnservedSweep:
    """At every sweep: removes the messages of these queues, so that the broker does not fill up with them.

    The runs themselves become due again as those of any lost message, and wait in the catalogue.
    """

    def __init__(self, queues: UnservedQueues, transport: TaskTransport) -> None:
        self._queues = queues
        self._transport = transport

    def __call__(self) -> Mapping[str, int]:
        unserved = self._queues.find()
        if unserved:
            self._transport.discard(unserved)
        return {}
