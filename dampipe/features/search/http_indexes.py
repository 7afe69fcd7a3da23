"""Vector indexes over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from dampipe.features.search.index_admin import IndexService
from dampipe.features.search.index_requests import IndexRequest, IndexRequests, IndexRequestState
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, allowed, provided
from dampipe.storage.index_report import IndexReport

router = APIRouter(tags=["indexes"])

Manager = Annotated[Actor, allowed(MANAGE)]
Requests = Annotated[IndexRequests, provided(IndexRequests)]


@router.get("/indexes", responses={503: {"model": Problem, "description": "There is no vector index."}})
def list_indexes(
    actor: Manager, indexes: Annotated[IndexService, provided(IndexService)]
) -> list[IndexReport]:
    """The vector index of each model: whether its files are there, and how many vectors it has and lacks."""
    return indexes.check(actor, thorough=False)


@router.post("/indexes/requests", status_code=status.HTTP_202_ACCEPTED)
def request_index_work(
    actor: Manager, requests: Requests, request: JsonBody[IndexRequest | None] = None
) -> IndexRequestState:
    """Have a worker read all indexes and compare every vector or, with `rebuild`, build them anew; returns at once.

    Search answers from the old index until the new one is complete.
    """
    return requests.start(actor, request or IndexRequest())


@router.get("/indexes/requests")
def list_index_requests(
    actor: Manager, requests: Requests, limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> list[IndexRequestState]:
    """Checks and rebuilds that were asked for, newest first; results are kept for a week."""
    return list(requests.latest(actor, limit))


@router.get("/indexes/requests/{number}", responses={404: {"model": Problem}})
def show_index_request(
    actor: Manager, number: Annotated[int, Path(ge=1, lt=2**31)], requests: Requests
) -> IndexRequestState:
    """How a check or a rebuild stands, and what it has found."""
    return requests.read(actor, number)
