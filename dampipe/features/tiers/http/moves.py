"""Plans that are applied, and the files that they are going to delete, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dampipe.features.tiers.apply import KeepRequest, PlanMoves, Trash
from dampipe.features.tiers.http.plans import Number
from dampipe.features.tiers.http.policies import Manager, Mover, Tiers
from dampipe.features.tiers.plan_reports import PlanReport
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, provided

router = APIRouter(tags=["tiers"])
Moves = Annotated[PlanMoves, provided(PlanMoves)]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem},
    409: {"model": Problem, "description": "The plan is not in a state in which that can be done."},
}


class ApplyBody(BaseModel):
    """How a plan is applied."""

    model_config = STRICT

    accepts_cost: bool = False
    """Of a plan that costs more than the policy allows without asking."""


class KeepBody(BaseModel):
    """Files to keep."""

    model_config = STRICT

    what: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=4096), Storable()], ...],
        Field(min_length=1, max_length=1000),
    ]
    """Paths of files, and SHA-1s of assets, all of whose leaving files are meant."""


class Kept(BaseModel):
    """What was kept."""

    files: int


@router.post("/tiers/plans/{number}/apply", responses=_PROBLEMS)
def apply_plan(
    actor: Mover, number: Number, body: JsonBody[ApplyBody], moves: Moves, tiers: Tiers
) -> PlanReport:
    """Have workers do what a plan says."""
    moves.apply(actor, number, accepts_cost=body.accepts_cost)
    return tiers.show_plan(actor, number)


@router.post("/tiers/plans/{number}/pause", responses=_PROBLEMS)
def pause_plan(actor: Mover, number: Number, moves: Moves, tiers: Tiers) -> PlanReport:
    """Have no further file of a plan moved or deleted."""
    moves.pause(actor, number)
    return tiers.show_plan(actor, number)


@router.post("/tiers/plans/{number}/resume", responses=_PROBLEMS)
def resume_plan(actor: Mover, number: Number, moves: Moves, tiers: Tiers) -> PlanReport:
    """Continue a paused plan."""
    moves.resume(actor, number)
    return tiers.show_plan(actor, number)


@router.post("/tiers/plans/{number}/cancel", responses=_PROBLEMS)
def cancel_plan(actor: Mover, number: Number, moves: Moves, tiers: Tiers) -> PlanReport:
    """End a plan: the copies that it has made stay, and so do the files that are leaving."""
    moves.cancel(actor, number)
    return tiers.show_plan(actor, number)


@router.get("/tiers/trash")
def list_trash(actor: Manager, moves: Moves, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> Trash:
    """The files that plans are going to delete, first what is deleted first. They are where they were."""
    return moves.trash(actor, limit)


@router.post("/tiers/trash/keep", responses=_PROBLEMS)
def keep_files(actor: Mover, body: JsonBody[KeepBody], moves: Moves) -> Kept:
    """Keep files that were to be deleted."""
    return Kept(files=moves.keep(actor, KeepRequest(what=body.what)))
