"""Queues of single machines: a chain continues where its file was fetched to, if a worker there serves the queue.

The column `run.machine` names the machine that has a copy of a run's file. Where a worker of that machine serves
`QUEUE@MACHINE`, the message of a stage that opens the file goes there, otherwise to `QUEUE`. Like every message it is
only a hint: any worker may claim any run, and the sweep puts back what waits in the queue of one machine for too long.
"""

from hashlib import blake2b
from time import monotonic

from dampipe.jobs.workers import WorkerRepository

FRESH = 40.0
"""Seconds for which a heartbeat, sent every 15 s, says that a worker serves its queues."""
MAX_NAME = 255
"""Bytes of the longest name of a queue in AMQP."""


def machine_queue(queue: str, machine: str) -> str:
    """The name of a queue that only the workers of one machine serve."""
    name = f"{queue}@{machine}"
    if len(name.encode()) <= MAX_NAME:
        return name
    return f"{queue}@{blake2b(machine.encode(), digest_size=16).hexdigest()}"


class MachineQueues:
    """Which queues of single machines are served now."""

    def __init__(self, workers: WorkerRepository, here: str | None, checked_every: float = 5.0) -> None:
        """here: the name of this machine; None: there is no other one, and nothing is asked.

        checked_every: seconds for which an answer is used again.
        """
        self.here = here
        self._workers = workers
        self._checked_every = checked_every
        self._served = frozenset[str]()
        self._until = 0.0

    def find(self, queue: str, machine: str | None) -> str | None:
        """The queue of that machine, where a worker serves it; None: the message goes to the common one.

        Raises CatalogueDown.
        """
        if self.here is None or machine is None:
            return None
        if monotonic() >= self._until:
            present = self._workers.present(FRESH)
            self._served = frozenset(name for worker in present for name in worker.queues if "@" in name)
            self._until = monotonic() + self._checked_every
        name = machine_queue(queue, machine)
        return name if name in self._served else None
