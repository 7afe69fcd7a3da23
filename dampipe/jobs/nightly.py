"""What a sync has workers do besides its scans: work items that features create once a night.

A feature registers a class in `Feature.nightly`; the container builds it, and every sync calls it with the date. It
creates a work item with that date in its key, so that a second sync of the same day does not repeat it.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol

from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.errors import NO_WORKER_FOR_WORK
from dampipe.jobs.model import NightlyResult, RunState
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.ids import RunId
from dampipe.kernel.polling import IdleTimeout, poll


class NightlyJob(Protocol):
    """Requests one thing a night."""

    def __call__(self, night: str) -> tuple[str, RunId] | None:
        """Create a work item; returns its kind and id. night: the date, as in `2024-05-31`.

        None: there is nothing to do, or it was requested in this night already.
        """
        ...


class NightlyJobs:
    """The nightly jobs of all features."""

    def __init__(
        self,
        database: Database,
        jobs: Iterable[NightlyJob],
        work: WorkRepository,
        kinds: WorkRegistry,
        workers: WorkerRepository,
        transport: Callable[[], TaskTransport],
    ) -> None:
        self._db = database
        self._jobs = tuple(jobs)
        self._work = work
        self._kinds = kinds
        self._workers = workers
        self._transport = transport

    def request(self) -> list[tuple[str, RunId]]:
        """Create the work items of this night; returns those that were created. Raises BrokerDown."""
        with self._db.read() as connection:
            now = database_time(connection)
        night = datetime.fromtimestamp(now, UTC).date().isoformat()
        made = [item for item in (job(night) for job in self._jobs) if item is not None]
        if made:
            self._transport().notify("sweep")
        return made

    def wait(self, items: Iterable[tuple[str, RunId]], patience: float = 120.0) -> list[NightlyResult]:
        """Wait until the items are done or have failed.

        Raises CannotStart when no worker that serves their queue has reported for `patience` seconds.
        """
        return [self._wait(kind, item, patience) for kind, item in items]

    def _wait(self, kind: str, item: RunId, patience: float) -> NightlyResult:
        queue, seen = self._kinds[kind].queue, IdleTimeout(patience)
        for row in poll(lambda: self._work.find(kind, item)):
            if row is None:
                return NightlyResult(kind=kind, state=RunState.SKIPPED, reason="it was cancelled")
            if row.state in (RunState.DONE, RunState.FAILED, RunState.SKIPPED):
                return NightlyResult(
                    kind=kind, state=row.state, result=self._work.result(row), reason=row.reason or ""
                )
            if any(queue in worker.queues for worker in self._workers.present()):
                seen.reset()
            elif seen.expired:
                raise CannotStart(NO_WORKER_FOR_WORK, kind=kind, queue=queue, seconds=patience)
        raise AssertionError("polling never ends")
