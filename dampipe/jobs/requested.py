"""Work that a person asks for by a face, does not wait for, and looks at later: rebuilding indexes, a prune."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from dampipe.jobs import state
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.errors import REQUEST_UNKNOWN
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkItem, WorkRegistry, WorkRepository
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Progress

KEPT = 7 * 86400.0
"""Seconds for which results can be read."""
OPEN = (RunState.PENDING, RunState.RUNNING)


class RequestState(BaseModel):
    """How work that was asked for stands."""

    model_config = ConfigDict(frozen=True)

    number: int
    state: RunState
    created_at: float
    """Seconds since 1970."""
    finished_at: float | None = None
    progress: Progress | None = None
    reason: str = ""
    """Why it failed, or waits for another attempt."""
    waits_for_worker: bool = False
    """Whether it is still to be done, and no worker of its queue reports."""


class RequestedWork:
    """Work items of kinds whose handlers call `forget_old`. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        work: WorkRepository,
        kinds: Callable[[], WorkRegistry],
        workers: WorkerRepository,
        transport: Callable[[], TaskTransport],
    ) -> None:
        self._db = database
        self._work = work
        self._kinds = kinds
        self._workers = workers
        self._transport = transport

    def start(self, kind: str, parameters: Mapping[str, Any]) -> RunId:
        """Ask for work; the same that is still to be done stands for it. Raises BrokerDown."""
        self._transport().check()
        text = json.dumps(dict(parameters))
        same = select(RUN.c.id).where(
            RUN.c.stage == kind, RUN.c.kind == kind, RUN.c.state.in_(OPEN), RUN.c.parameters == text
        )
        with self._db.write() as connection:
            known = connection.execute(same.order_by(RUN.c.id).limit(1)).scalar()
            if known is None:
                known = self._work.add(connection, kind, f"request-{uuid4().hex}", parameters=parameters)
        assert known is not None  # no two requests have the same key
        self._transport().notify("sweep")
        return RunId(known)

    def latest(self, kind: str, limit: int) -> list[Any]:
        """The rows of the last requests, newest first."""
        query = select(RUN).where(RUN.c.stage == kind, RUN.c.kind == kind).order_by(RUN.c.id.desc())
        with self._db.read() as connection:
            return list(connection.execute(query.limit(limit)).all())

    def find(self, kind: str, number: int) -> Any:
        """The row of a request. Raises NotFound, also for one whose result is older than a week."""
        row = self._work.find(kind, RunId(number))
        if row is None:
            raise NotFound(REQUEST_UNKNOWN, number=number)
        return row

    def state(self, kind: str, row: Any) -> dict[str, Any]:
        """The fields of RequestState, from a row."""
        queue = self._kinds()[kind].queue
        is_open = row.state in OPEN
        return {
            "number": row.id,
            "state": row.state,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
            "progress": Progress.model_validate_json(row.progress) if row.progress else None,
            "reason": row.reason or "",
            "waits_for_worker": is_open and all(queue not in one.queues for one in self._workers.present()),
        }


def forget_old(connection: Connection, item: WorkItem) -> None:
    """Delete results of the item's kind that are older than KEPT."""
    state.delete_done(connection, RUN.c.stage == item.kind, RUN.c.finished_at < NOW - KEPT)
