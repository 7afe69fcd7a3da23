"""The sweep: what was lost on the way, by a worker or by the broker, is planned again.

Run by beat every few seconds and when a deployment starts. It needs nothing but the catalogue, so a broker that
lost all its messages loses no work.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.machine_queues import MachineQueues, machine_queue
from dampipe.jobs.obsolete import delete_obsolete_runs
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import SweepPolicy
from dampipe.jobs.queue import RunQueue
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.work import WorkRegistry
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import BrokerDown

log = logging.getLogger(__name__)

SweepPart: TypeAlias = Callable[[], Mapping[str, int]]
"""What a feature does at every sweep; returns counts by name, for the log. May raise BrokerDown, CatalogueDown."""


class Sweep:
    """Recovers lost runs and messages, calls the parts that features registered, and fills the windows."""

    def __init__(
        self,
        database: Database,
        recovery: RunRecovery,
        queue: RunQueue,
        plan: Plan,
        dispatcher: Dispatcher,
        transport: TaskTransport,
        work: WorkRegistry,
        parts: Sequence[SweepPart],
        policy: SweepPolicy,
        machines: MachineQueues,
    ) -> None:
        self._machines = machines
        self._db = database
        self._recovery = recovery
        self._queue = queue
        self._plan = plan
        self._dispatcher = dispatcher
        self._transport = transport
        self._work = work
        self._parts = parts
        self._policy = policy

    def run(self) -> dict[str, int]:
        """One sweep; returns what was found. Raises CatalogueDown; a broker that is down is left for the next."""
        recovered, parked = self._recovery.expire(self._policy.max_attempts, lease.is_dead)
        found = {"recovered": recovered, "parked": parked, "lost": 0, "started": 0}
        problem = self.run_parts(found)
        try:
            found["lost"] = self._find_lost_messages()
            found["started"] = self._dispatcher.top_up_all()
        except BrokerDown as error:
            problem = error
        if problem is not None:
            log.warning("%s; trying again at the next sweep", problem)
        if any(found.values()):
            log.info("sweep: %s", ", ".join(f"{name} {count}" for name, count in found.items() if count))
        return found

    def run_parts(self, found: dict[str, int]) -> BrokerDown | None:
        """Call the parts that features registered, and add what they have found to the counts by name.

        Returns the error of a broker that was down: each part has work in the catalogue, too.
        """
        problem: BrokerDown | None = None
        for part in self._parts:
            try:
                for name, count in part().items():
                    found[name] = found.get(name, 0) + count
            except BrokerDown as error:
                problem = error
        return problem

    def plan_missing(self) -> int:
        """Create the runs that a new stage, recipe, model or version asks for; returns how many.

        Runs that an earlier pipeline left undone are deleted: they would be waited for, and reported as failures.
        """
        steps = self._plan.steps()
        created = self._queue.plan_missing(steps)
        delete_obsolete_runs(self._db, [step.run for step in steps])
        if created:
            log.info("planned %d runs that the pipeline asks for now", created)
        return created

    def _find_lost_messages(self) -> int:
        """Unqueue runs whose queue is empty: the message is lost, or a worker has just taken it.

        Publishing the latter once more is harmless, since a run is claimed once only.
        """
        suspects = self._recovery.waiting_in_broker(self._policy.grace)
        if not suspects:
            return 0
        common = self._queues()
        queues = {(name, machine): common[name] for name, machine in suspects if name in common}
        at_machine, left = self._at_machine(queues)
        empty = self._transport.empty_queues(set((queues | at_machine).values()))
        lost = [one for one, queue in (queues | at_machine).items() if queue in empty and one not in left]
        found = 0
        for machine in {machine for _, machine in (*lost, *left)}:
            stages = [name for name, its in (*lost, *left) if its == machine]
            found += self._recovery.unqueue(stages, machine, self._policy.grace)
        for name, machine in at_machine.keys() - set(lost):
            found += self._recovery.unqueue([name], machine, self._policy.machine_patience, to_all=True)
        return found

    def _at_machine(
        self, waiting: Mapping[tuple[str, str | None], str]
    ) -> tuple[dict[tuple[str, str | None], str], list[tuple[str, str | None]]]:
        """The queues of single machines in which messages wait; and what waits at machines that do not serve them.

        The messages of the latter are removed from the broker.
        """
        served: dict[tuple[str, str | None], str] = {}
        left: dict[tuple[str, str | None], str] = {}
        for (name, machine), queue in waiting.items():
            if machine is None or name in self._work or not self._plan[name].reads_footage:
                continue
            if found := self._machines.find(queue, machine):
                served[name, machine] = found
            else:
                left[name, machine] = machine_queue(queue, machine)
        if left and self._machines.here is not None:
            self._transport.discard(set(left.values()))
        return served, list(left)

    def _queues(self) -> dict[str, str]:
        """The queue of each stage and each other kind of work."""
        stages = {stage.name: stage.queue for stage in self._plan.stages}
        return {**{name: self._work[name].queue for name in self._work}, **stages}
