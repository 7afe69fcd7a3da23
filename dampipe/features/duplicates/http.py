"""Duplicates over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Name
from dampipe.features.duplicates.model import Duplicates, DuplicatesRequest, PairRequest
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.access import EDIT, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Text, allowed, provided

router = APIRouter(tags=["duplicates"])

NOT_A_PAIR = {"model": Problem, "description": "An asset does not exist, or the two are not such a pair."}
NO_ASSET = {"model": Problem, "description": "No such asset."}
Editor = Annotated[Actor, allowed(EDIT)]
Service = Annotated[DuplicateService, provided(DuplicateService)]


class DuplicatesQuery(DuplicatesRequest):
    """Which duplicates to find, as a client asks for them."""

    asset: Name | None = Field(default=None, description=DuplicatesRequest.model_fields["asset"].description)


class Pair(BaseModel):
    """Two near duplicates, in either order."""

    model_config = STRICT

    first: Text
    """SHA-1, its first digits, or a path."""
    second: Text


@router.get("/duplicates", responses={404: NO_ASSET})
def list_duplicates(
    actor: Annotated[Actor, allowed(READ)],
    duplicates: Service,
    request: Annotated[DuplicatesQuery, Query()],
) -> Duplicates:
    """List what the library has more than once, with the evidence."""
    return duplicates.find(actor, request)


@router.post("/duplicates/dismiss", status_code=204, responses={404: NOT_A_PAIR})
def dismiss_pair(actor: Editor, pair: JsonBody[Pair], duplicates: Service) -> None:
    """Do not offer a pair of near duplicates any more."""
    duplicates.dismiss(actor, PairRequest(first=pair.first, second=pair.second))


@router.post("/duplicates/reopen", status_code=204, responses={404: NOT_A_PAIR})
def reopen_pair(actor: Editor, pair: JsonBody[Pair], duplicates: Service) -> None:
    """Offer a pair of near duplicates again that was dismissed."""
    duplicates.reopen(actor, PairRequest(first=pair.first, second=pair.second))
