"""Checks and rebuilds of vector indexes that are asked for over HTTP, and done by a worker that holds the indexes."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from dampipe.features.search.index_admin import IndexService
from dampipe.jobs.requested import RequestedWork, RequestState, forget_old
from dampipe.jobs.work import WorkItem, WorkRepository
from dampipe.kernel.access import MANAGE, SYSTEM, Actor, require
from dampipe.kernel.progress import Reporter
from dampipe.storage.index_report import IndexReport

REINDEX = "reindex"
"""The kind of work item."""


class IndexRequest(BaseModel):
    """What is to be done with the vector indexes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rebuild: bool = False
    """Whether to build them anew from the catalogue; else all of them is read and compared with it."""


class IndexRequestState(RequestState):
    """How a check or a rebuild of the vector indexes stands."""

    rebuild: bool
    indexes: tuple[IndexReport, ...] = ()
    """What was found; empty while it is not done."""


class IndexHandler:
    """Does one check or rebuild. Idempotent: one that was killed is done again from the beginning."""

    def __init__(self, indexes: IndexService) -> None:
        self._indexes = indexes

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler."""
        request = IndexRequest.model_validate(item.parameters)
        done = 0

        def begin(_: str) -> None:
            nonlocal done
            on_progress(done, None, "items")
            done += 1

        found = self._indexes.rebuild(SYSTEM, begin) if request.rebuild else self._indexes.check(SYSTEM)
        return {"indexes": [one.model_dump(mode="json") for one in found]}

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Delete old results."""
        forget_old(connection, item)


class IndexRequests:
    """Asks for checks and rebuilds, and says how they stand. Any method may raise CatalogueDown."""

    def __init__(self, requests: RequestedWork) -> None:
        self._requests = requests

    def start(self, actor: Actor, request: IndexRequest) -> IndexRequestState:
        """Ask for it, and return at once. Raises BrokerDown."""
        require(actor, MANAGE)
        return self.read(actor, self._requests.start(REINDEX, request.model_dump(mode="json")))

    def read(self, actor: Actor, number: int) -> IndexRequestState:
        """How one stands. Raises NotFound, also for one whose result is older than a week."""
        require(actor, MANAGE)
        return self._state(self._requests.find(REINDEX, number))

    def latest(self, actor: Actor, limit: int) -> Sequence[IndexRequestState]:
        """The last ones, newest first."""
        require(actor, MANAGE)
        return [self._state(row) for row in self._requests.latest(REINDEX, limit)]

    def _state(self, row: Any) -> IndexRequestState:
        request = IndexRequest.model_validate_json(row.parameters)
        found = WorkRepository.result(row).get("indexes", ())
        return IndexRequestState(**self._requests.state(REINDEX, row), rebuild=request.rebuild, indexes=found)
