"""Webhooks over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.webhooks.model import (
    KEEP_SECRET_HOURS,
    MAX_NAME,
    MAX_QUERY,
    MAX_URL,
    DeliveryReport,
    DeliveryState,
    NewWebhook,
    ReplayReport,
    ReplayRequest,
    TestReport,
    WebhookReport,
    WebhookSecret,
)
from dampipe.features.webhooks.service import WebhookService
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, PathText, Problem, Storable, Text, allowed, provided

router = APIRouter(tags=["webhooks"], responses={404: {"model": Problem}})

Manager = Annotated[Actor, allowed(MANAGE)]
Webhooks = Annotated[WebhookService, provided(WebhookService)]
Name = Annotated[str, Path(max_length=MAX_NAME)]
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "The webhook is disabled, or the name is taken."}
}


@router.get("/webhooks")
def list_webhooks(actor: Manager, webhooks: Webhooks) -> list[WebhookReport]:
    """All webhooks, without their secrets."""
    return webhooks.all(actor)


class WebhookBody(BaseModel):
    """A webhook to be added."""

    model_config = STRICT

    name: Annotated[Text, Field(max_length=MAX_NAME)]
    url: Annotated[PathText, Field(max_length=MAX_URL)]
    events: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Names of events, or patterns such as `asset.*`; none: all."""
    where: Annotated[str, Field(max_length=MAX_QUERY), Storable()] = ""
    """A query over metadata fields: events about an asset are sent only if it finds the asset; empty: all are."""


@router.post("/webhooks", status_code=201, responses=CONFLICT)
def add_webhook(
    actor: Manager,
    webhooks: Webhooks,
    request: JsonBody[WebhookBody],
) -> WebhookSecret:
    """Add a webhook for the events from now on; the answer has its secret, which is not shown again."""
    return webhooks.add(actor, NewWebhook(**request.model_dump()))


@router.delete("/webhooks/{name}", status_code=204)
def remove_webhook(actor: Manager, webhooks: Webhooks, name: Name) -> None:
    """Delete a webhook with its log of deliveries."""
    webhooks.remove(actor, name)


@router.post("/webhooks/{name}/test")
def test_webhook(actor: Manager, webhooks: Webhooks, name: Name) -> TestReport:
    """Send a test message now; the answer says whether it was accepted."""
    return webhooks.test(actor, name)


class ReplayBody(ReplayRequest):
    """Where a replay starts, as a client sends it."""

    model_config = STRICT

    after: Annotated[str, Field(max_length=64), Storable()] | None = None


@router.post("/webhooks/{name}/replay", responses=CONFLICT)
def replay_webhook(
    actor: Manager, webhooks: Webhooks, name: Name, request: JsonBody[ReplayBody]
) -> ReplayReport:
    """Send events again that are in the log, under the same ids, from a time or after an event."""
    return webhooks.replay(actor, name, request)


@router.get("/webhooks/{name}/deliveries")
def list_deliveries(
    actor: Manager,
    webhooks: Webhooks,
    name: Name,
    state: Annotated[list[DeliveryState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DeliveryReport]:
    """The newest deliveries, the newest of them first."""
    return webhooks.log(actor, name, limit, state or ())


class RotateBody(BaseModel):
    """How a secret is replaced."""

    model_config = STRICT

    keep_hours: Annotated[float, Field(ge=0, le=8760)] = KEEP_SECRET_HOURS
    """How long messages are signed with the old one as well."""


@router.post("/webhooks/{name}/rotate")
def rotate_webhook(
    actor: Manager,
    webhooks: Webhooks,
    name: Name,
    request: JsonBody[RotateBody | None] = None,
) -> WebhookSecret:
    """Give a webhook a new secret; messages are signed with the old one as well for some hours."""
    return webhooks.rotate(actor, name, (request or RotateBody()).keep_hours)


@router.post("/webhooks/{name}/disable", status_code=204)
def disable_webhook(actor: Manager, webhooks: Webhooks, name: Name) -> None:
    """Send no more events to a webhook; they are kept until it is enabled."""
    webhooks.disable(actor, name)


@router.post("/webhooks/{name}/enable", status_code=204)
def enable_webhook(actor: Manager, webhooks: Webhooks, name: Name) -> None:
    """Send events of a disabled webhook again, from where it stopped."""
    webhooks.enable(actor, name)
