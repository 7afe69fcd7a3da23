"""Prunes over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from dampipe.features.pruning import requests as orders
from dampipe.features.pruning.requests import PruneRequests, PruneState
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, Text, allowed, provided

router = APIRouter(tags=["prunes"])

Manager = Annotated[Actor, allowed(MANAGE)]
Prunes = Annotated[PruneRequests, provided(PruneRequests)]


class PruneBody(orders.PruneOrder):
    """What to prune, or to count."""

    source: Text | None = None
    """Only missing files of the source of that name; null: of all sources."""


@router.post(
    "/prunes",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "There is no such source."}},
)
def request_prune(actor: Manager, order: JsonBody[PruneBody], prunes: Prunes) -> PruneState:
    """Have a worker remove missing files from the catalogue or, with `dry_run`, say what it would remove.

    Returns at once. Footage itself is never touched.
    """
    return prunes.start(actor, order)


@router.get("/prunes")
def list_prunes(
    actor: Manager, prunes: Prunes, limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> list[PruneState]:
    """Prunes that were asked for, newest first; results are kept for a week."""
    return list(prunes.latest(actor, limit))


@router.get("/prunes/{number}", responses={404: {"model": Problem}})
def show_prune(actor: Manager, number: Annotated[int, Path(ge=1, lt=2**31)], prunes: Prunes) -> PruneState:
    """How a prune stands, and what it has removed."""
    return prunes.read(actor, number)
