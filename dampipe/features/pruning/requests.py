"""Prunes that are asked for over HTTP, and done by a worker."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import Connection

from dampipe.features.pruning.errors import PRUNE_RUNNING
from dampipe.features.pruning.model import Pruned, PruneRequest
from dampipe.features.pruning.service import PruneService
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.requested import RequestedWork, RequestState, forget_old
from dampipe.jobs.work import WorkItem, WorkRepository
from dampipe.kernel.access import MANAGE, SYSTEM, Actor, require
from dampipe.kernel.errors import Busy, Transient
from dampipe.kernel.progress import Reporter

PRUNE = "prune"
"""The kind of work item."""


class PruneOrder(PruneRequest):
    """What to prune, or to count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = False
    """Whether only to say what would be removed."""


class PruneState(RequestState):
    """How a prune stands."""

    order: PruneOrder
    removed: Pruned | None = None
    """What was removed, or would be; None while it is not done."""


class PruneHandler:
    """Does one prune. Idempotent: what one that was killed has removed is not there for the next."""

    def __init__(self, pruning: PruneService) -> None:
        self._pruning = pruning

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler. Raises Transient while another prune is running."""
        order = PruneOrder.model_validate(item.parameters)
        request = PruneRequest.model_validate(order.model_dump(exclude={"dry_run"}))
        if order.dry_run:
            return self._pruning.plan(SYSTEM, request).model_dump(mode="json")
        gone = 0

        def report(rows: int) -> None:
            nonlocal gone
            gone += rows
            on_progress(gone, None, "items")

        try:
            return self._pruning.prune(SYSTEM, request, report).model_dump(mode="json")
        except Busy as error:
            raise Transient(PRUNE_RUNNING) from error

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Delete old results."""
        forget_old(connection, item)


class PruneRequests:
    """Asks for prunes, and says how they stand. Any method may raise CatalogueDown."""

    def __init__(self, requests: RequestedWork, sources: SourceRepository) -> None:
        self._requests = requests
        self._sources = sources

    def start(self, actor: Actor, order: PruneOrder) -> PruneState:
        """Ask for a prune, and return at once. Raises NotFound for an unknown source, and BrokerDown."""
        require(actor, MANAGE)
        if order.source is not None:
            self._sources.named(order.source)
        return self.read(actor, self._requests.start(PRUNE, order.model_dump(mode="json")))

    def read(self, actor: Actor, number: int) -> PruneState:
        """How one stands. Raises NotFound, also for one whose result is older than a week."""
        require(actor, MANAGE)
        return self._state(self._requests.find(PRUNE, number))

    def latest(self, actor: Actor, limit: int) -> Sequence[PruneState]:
        """The last ones, newest first."""
        require(actor, MANAGE)
        return [self._state(row) for row in self._requests.latest(PRUNE, limit)]

    def _state(self, row: Any) -> PruneState:
        result = WorkRepository.result(row)
        return PruneState(
            **self._requests.state(PRUNE, row),
            order=PruneOrder.model_validate_json(row.parameters),
            removed=Pruned.model_validate(result) if result else None,
        )
