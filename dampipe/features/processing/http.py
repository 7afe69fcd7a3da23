"""Status, failures and retries over HTTP."""

import re
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from dampipe.features.assets.errors import INVALID_ASSET
from dampipe.features.assets.queries import SHORTEST_PREFIX
from dampipe.features.processing import model
from dampipe.features.processing.model import Retried, Status
from dampipe.features.processing.service import ProcessingService
from dampipe.jobs.model import Failure
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import MAX_PATH, Problem, RemediesDep, Storable, Text, provided
from dampipe.kernel.faces.remedies import PAGE
from dampipe.kernel.paths import printable

router = APIRouter(tags=["processing"])

Processing = Annotated[ProcessingService, provided(ProcessingService)]


def _check_name(name: str) -> str:
    """Refuse a relative path, which would tell whether the server's working folder has such a file."""
    if not re.fullmatch(NAME, name, re.DOTALL):
        raise InvalidInput(INVALID_ASSET, name=printable(name), shortest=SHORTEST_PREFIX)
    return name


NAME = r"^(/[^\u0000]*|[0-9a-fA-F]{4,40})$"
Name = Annotated[str, Field(max_length=MAX_PATH), Storable(NAME), AfterValidator(_check_name)]
MAX_NAMES = 1000
"""Assets and paths of one request."""


class RetryRequest(model.RetryRequest):
    """Failed and skipped runs to reset; all of them unless narrowed."""

    what: Annotated[tuple[Name, ...], Field(max_length=MAX_NAMES)] = ()
    """Assets by SHA-1, or absolute paths; none means all."""
    stage: Text | None = None
    kinds: Annotated[tuple[Text, ...], Field(max_length=100)] | None = None
    """Only runs that failed with these kinds of error; None means all."""


@router.get("/status")
def read_status(processing: Processing) -> Status:
    """Runs that wait, run, are done or failed, by stage; the latest scans; the workers."""
    return processing.status()


@router.get("/failures")
def list_failures(
    processing: Processing, remedies: RemediesDep, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> list[Failure]:
    """Failed runs and files that failed their fixity check, newest first."""
    return [one.model_copy(update={"hint": remedies.word(one, PAGE)}) for one in processing.failures(limit)]


@router.post(
    "/retry",
    responses={
        404: {"model": Problem, "description": "No such asset or path."},
        422: {
            "model": Problem,
            "description": "The request is not valid, or the pipeline has no such stage.",
        },
    },
)
def retry(request: RetryRequest, processing: Processing) -> Retried:
    """Reset failed and skipped runs, so that they are run again."""
    return Retried(retried=processing.retry(request))
