"""Whether the parts behind the server answer."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Response

from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import check_schema
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.faces.http import Health, provided
from dampipe.kernel.version import __version__

router = APIRouter(tags=["health"])


@router.get("/health", responses={503: {"model": Health, "description": "A part does not answer."}})
def health(
    database: Annotated[Database, provided(Database)],
    transport: Annotated[TaskTransport, provided(TaskTransport)],
    response: Response,
) -> Health:
    """`ok`, or what is wrong, for each part."""
    catalogue, broker = _outcome(lambda: check_schema(database)), _outcome(transport.check)
    if (catalogue, broker) != ("ok", "ok"):
        response.status_code = 503
    return Health(catalogue=catalogue, broker=broker, version=__version__)


def _outcome(check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        return str(error)
    return "ok"
