"""Whether the parts behind the server answer. Anybody may ask, so that the answer says no more than that."""

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import check_schema
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.faces.http import PUBLIC, Health, provided
from dampipe.kernel.version import __version__

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


@router.get(
    "/health",
    openapi_extra=PUBLIC,
    responses={503: {"model": Health, "description": "A part does not answer."}},
)
def health(
    database: Annotated[Database, provided(Database)],
    transport: Annotated[TaskTransport, provided(TaskTransport)],
    present: Annotated[WorkerRepository, provided(WorkerRepository)],
    response: Response,
    workers: Annotated[bool, Query(description="Whether the answer is 503 if no worker runs, too.")] = False,
) -> Health:
    """Whether the catalogue and the broker answer and a worker runs: `ok`, or not."""
    catalogue, broker = _check("catalogue", lambda: check_schema(database)), _check("broker", transport.check)
    running = _workers(present) if catalogue == "ok" else "unknown"
    if (catalogue, broker) != ("ok", "ok") or (workers and running != "ok"):
        response.status_code = 503
    return Health(catalogue=catalogue, broker=broker, workers=running, version=__version__)


def _check(part: str, check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        log.warning("health: %s: %s", part, error)
        return "down"
    return "ok"


def _workers(present: WorkerRepository) -> str:
    try:
        return "ok" if present.present() else "none"
    except DampipeError as error:
        log.warning("health: workers: %s", error)
        return "unknown"
