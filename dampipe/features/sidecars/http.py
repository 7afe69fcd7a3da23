"""Sidecars over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.assets.http import AssetNames
from dampipe.features.sidecars.model import (
    Naming,
    OutboxState,
    Place,
    PlaceReport,
    PlaceRequest,
    SidecarReport,
    SidecarStatus,
    WriteReport,
    WriteRequest,
)
from dampipe.features.sidecars.service import MOST_SHOWN, SidecarService
from dampipe.kernel.access import EDIT, MANAGE, PROCESS, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, Text, allowed, provided

INVALID = {"model": Problem, "description": "A value is not valid."}
router = APIRouter(tags=["sidecars"], responses={404: {"model": Problem}, 422: INVALID})

Sidecars = Annotated[SidecarService, provided(SidecarService)]
Reader = Annotated[Actor, allowed(READ)]
Processor = Annotated[Actor, allowed(PROCESS)]
Editor = Annotated[Actor, allowed(EDIT)]
Manager = Annotated[Actor, allowed(MANAGE)]


class SidecarAssets(BaseModel):
    """Assets whose sidecars are meant."""

    model_config = STRICT

    assets: Annotated[AssetNames, Field(min_length=1)]


class SidecarWrite(BaseModel):
    """Which sidecars are to be tried again at once."""

    model_config = STRICT

    assets: AssetNames = ()
    """Without any: all that wait, but for conflicts."""
    overwrite: bool = False
    """Replace what other programs have written to the same properties, of the assets that are named."""


class PlaceBody(BaseModel):
    """Where sidecars of a source are to be written."""

    model_config = STRICT

    place: Place
    folder: Annotated[str, Field(max_length=4096), Storable()] | None = None
    """Absolute path, of a tree."""
    naming: Naming = Naming.FULL


@router.get("/sidecars")
def list_sidecars(
    actor: Reader,
    sidecars: Sidecars,
    state: Annotated[list[OutboxState], Query(max_length=10)] = [],  # noqa: B006  FastAPI copies it
    asset: Annotated[list[Text], Query(max_length=100)] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 100,
) -> SidecarStatus:
    """How many sidecars wait for what, and the first of those that wait or could not be read; of assets all."""
    return sidecars.status(actor, asset, state, limit)


@router.post("/sidecars/write")
def write_sidecars(actor: Processor, sidecars: Sidecars, request: JsonBody[SidecarWrite]) -> WriteReport:
    """Have the next worker try sidecars that wait, however long they would wait; says how many."""
    return sidecars.request(actor, WriteRequest(assets=tuple(request.assets), overwrite=request.overwrite))


@router.post("/sidecars/discard")
def discard_sidecars(actor: Editor, sidecars: Sidecars, request: JsonBody[SidecarAssets]) -> WriteReport:
    """Leave the sidecars of assets as they are; the values stay. Says how many files wait no more."""
    return WriteReport(files=sidecars.discard(actor, tuple(request.assets)))


@router.post("/sidecars/read")
def read_sidecars(
    actor: Processor, sidecars: Sidecars, request: JsonBody[SidecarAssets]
) -> list[SidecarReport]:
    """Read the sidecars of assets now, instead of when the next scan finds that they have changed."""
    return list(sidecars.read(actor, tuple(request.assets)))


@router.get("/sidecars/places")
def list_sidecar_places(actor: Manager, sidecars: Sidecars) -> list[PlaceReport]:
    """Where sidecars of each source are written."""
    return sidecars.places(actor)


@router.put("/sidecars/places/{source:path}")
def set_sidecar_place(
    actor: Manager,
    sidecars: Sidecars,
    source: Annotated[str, Path(max_length=1000)],
    request: JsonBody[PlaceBody],
) -> PlaceReport:
    """Say where sidecars of a source are written."""
    return sidecars.set_place(
        actor, source, PlaceRequest(place=request.place, folder=request.folder, naming=request.naming)
    )
