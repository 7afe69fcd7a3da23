"""Policies of copies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.tiers.plan_reports import CheckedPolicy, PolicyReport, PolicyText
from dampipe.features.tiers.policy import MAX_TOML
from dampipe.features.tiers.scopes import MOVE_COPIES
from dampipe.features.tiers.service import TierService
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, allowed, provided

LARGEST = 2**31 - 1
router = APIRouter(
    tags=["tiers"],
    responses={422: {"model": Problem, "description": "The policy or the request is not valid."}},
)
Manager = Annotated[Actor, allowed(MANAGE)]
Mover = Annotated[Actor, allowed(MOVE_COPIES)]
Tiers = Annotated[TierService, provided(TierService)]


class PolicyBody(BaseModel):
    """A policy."""

    model_config = STRICT

    toml: Annotated[str, Field(max_length=MAX_TOML), Storable()]


@router.get("/tiers/policy", responses={404: {"model": Problem, "description": "No policy was applied."}})
def show_policy_in_force(actor: Manager, tiers: Tiers) -> PolicyText:
    """The policy that is in force."""
    return tiers.policy(actor)


@router.put("/tiers/policy")
def apply_tier_policy(actor: Mover, body: JsonBody[PolicyBody], tiers: Tiers) -> PolicyText:
    """Put a policy in force. Nothing is moved before a plan is made and applied."""
    return tiers.apply_policy(actor, body.toml)


@router.post("/tiers/policy/check")
def check_tier_policy(actor: Manager, body: JsonBody[PolicyBody], tiers: Tiers) -> CheckedPolicy:
    """What the rules of a policy find now. Nothing is changed."""
    return tiers.check_policy(actor, body.toml)


@router.get("/tiers/policies")
def list_tier_policies(
    actor: Manager, tiers: Tiers, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[PolicyReport]:
    """The policies that were applied, newest first."""
    return tiers.history(actor, limit)


@router.get("/tiers/policies/{number}", responses={404: {"model": Problem}})
def show_tier_policy(
    actor: Manager,
    tiers: Tiers,
    number: Annotated[int, Path(ge=1, le=LARGEST, description="The number of the policy.")],
) -> PolicyText:
    """A policy that was applied."""
    return tiers.policy(actor, number)
