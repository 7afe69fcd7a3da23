"""Status, failures and retries over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from dampipe.features.assets.http import AssetNames, SelectedBody
from dampipe.features.processing import model
from dampipe.features.processing.model import Retried, Status
from dampipe.features.processing.service import ProcessingService
from dampipe.features.processing.status import StatusService
from dampipe.jobs.model import Failure
from dampipe.kernel.access import PROCESS, STATUS, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, RemediesDep, Text, allowed, provided
from dampipe.kernel.faces.remedies import PAGE

router = APIRouter(tags=["processing"])

Observer = Annotated[Actor, allowed(STATUS)]
Processing = Annotated[ProcessingService, provided(ProcessingService)]


class RetryRequest(model.RetryRequest):
    """Failed and skipped runs to reset; all of them unless narrowed."""

    what: AssetNames = ()
    """Assets by SHA-1, or absolute paths; none means all."""
    selected: SelectedBody | None = None
    """Only runs of these assets, with all of their versions and files; not together with `what`."""
    stage: Text | None = None
    kinds: Annotated[tuple[Text, ...], Field(max_length=100)] | None = None
    """Only runs that failed with these kinds of error; None means all."""


@router.get("/status")
def read_status(actor: Observer, states: Annotated[StatusService, provided(StatusService)]) -> Status:
    """Runs that wait, run, are done or failed, by stage; the latest scans; the workers."""
    return states.status(actor)


@router.get("/failures")
def list_failures(
    actor: Observer,
    processing: Processing,
    remedies: RemediesDep,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> list[Failure]:
    """Failed runs and files that failed their fixity check, newest first."""
    return [
        one.model_copy(update={"hint": remedies.word(one, PAGE)}) for one in processing.failures(actor, limit)
    ]


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
def retry(
    actor: Annotated[Actor, allowed(PROCESS)], request: JsonBody[RetryRequest], processing: Processing
) -> Retried:
    """Reset failed and skipped runs, so that they are run again."""
    return Retried(retried=processing.retry(actor, request))
