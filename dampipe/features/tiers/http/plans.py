"""Plans, and what sources hold, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.tiers.http.policies import LARGEST, Manager, Tiers
from dampipe.features.tiers.model import ActionKind, ActionState
from dampipe.features.tiers.plan_reports import ActionReport, PlanReport, SourceUsage, Standing
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable

router = APIRouter(tags=["tiers"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="The number of the plan.")]


class PlanBody(BaseModel):
    """What a plan is to be made for."""

    model_config = STRICT

    rule: Annotated[str, Field(min_length=1, max_length=200), Storable()] | None = None
    """Only for the assets of the rule of this name."""


@router.post(
    "/tiers/plans",
    status_code=201,
    responses={404: {"model": Problem, "description": "No policy was applied, or it has no such rule."}},
)
def make_plan(actor: Manager, body: JsonBody[PlanBody], tiers: Tiers) -> PlanReport:
    """Make a plan by the policy in force. It moves nothing until it is applied."""
    return tiers.make_plan(actor, body.rule)


@router.get("/tiers/plans")
def list_plans(
    actor: Manager, tiers: Tiers, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> list[PlanReport]:
    """Plans, newest first."""
    return tiers.plans(actor, limit)


@router.get("/tiers/plans/{number}", responses={404: {"model": Problem}})
def show_plan(actor: Manager, number: Number, tiers: Tiers) -> PlanReport:
    """A plan, and how far it is."""
    return tiers.show_plan(actor, number)


@router.get("/tiers/plans/{number}/actions", responses={404: {"model": Problem}})
def list_plan_actions(
    actor: Manager,
    number: Number,
    tiers: Tiers,
    state: Annotated[tuple[ActionState, ...], Query(max_length=len(ActionState))] = (),
    kind: Annotated[tuple[ActionKind, ...], Query(max_length=len(ActionKind))] = (),
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ActionReport]:
    """What a plan does to each file. state, kind: only these. after: the number of the last one of the page before."""
    return tiers.actions(actor, number, state, kind, after, limit)


@router.get("/tiers/usage")
def list_usage(actor: Manager, tiers: Tiers) -> list[SourceUsage]:
    """What each source holds, and costs in a month."""
    return tiers.usage(actor)


@router.get("/tiers/standing", responses={404: {"model": Problem, "description": "No policy was applied."}})
def show_standing(actor: Manager, tiers: Tiers) -> Standing:
    """How many contents have fewer copies than the policy in force asks for, and which copies are to be verified."""
    return tiers.standing(actor)
