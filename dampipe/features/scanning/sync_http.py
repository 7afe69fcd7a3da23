"""The sync over HTTP: starting one, and when and how it is done each night."""

from typing import Annotated

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from dampipe.features.scanning.sync import SyncService
from dampipe.features.scanning.sync_settings import NightlySettings, SyncReport, SyncSettings
from dampipe.kernel.access import MANAGE, SCAN, STATUS, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, Text, allowed, provided

router = APIRouter(tags=["sync"])

Settings = Annotated[SyncSettings, provided(SyncSettings)]


class SyncBody(BaseModel):
    """What to sync."""

    model_config = STRICT

    sources: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    """Names; none means all sources."""


class NightlyBody(BaseModel):
    """When a sync is started, and what it verifies; what is left out stays as it is."""

    model_config = STRICT

    schedule: Annotated[str, Field(max_length=200), Storable()] | None = None
    """A crontab line, such as `30 2 * * *`; empty: never."""
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """Share of the files to read again."""
    minutes: Annotated[float, Field(ge=0, le=10_080)] | None = None
    """Time for reading them."""


class SyncBegun(BaseModel):
    """A sync was started."""

    scans: list[int]
    """One for each source."""


@router.post(
    "/sync",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "There is no such source."}},
)
def start_sync(
    actor: Annotated[Actor, allowed(SCAN)],
    body: JsonBody[SyncBody],
    syncs: Annotated[SyncService, provided(SyncService)],
) -> SyncBegun:
    """Start what is done each night: scan sources, retry what is due, verify a share; returns at once."""
    return SyncBegun(scans=syncs.begin(actor, body.sources))


@router.get("/sync")
def show_sync(actor: Annotated[Actor, allowed(STATUS)], settings: Settings) -> SyncReport:
    """When a sync is started, what it verifies, and where its backup goes."""
    return settings.read(actor)


@router.patch(
    "/sync",
    responses={409: {"model": Problem, "description": "The environment of the server sets it, which wins."}},
)
def change_sync(
    actor: Annotated[Actor, allowed(MANAGE)], body: JsonBody[NightlyBody], settings: Settings
) -> SyncReport:
    """Write it into the server's dampipe.toml. It holds once dampipe is restarted."""
    return settings.change(actor, NightlySettings(**body.model_dump()))
