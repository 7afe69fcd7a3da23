"""Share links over HTTP, for those who share."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from dampipe.features.assets.http import Name as AssetName
from dampipe.features.sharing import model
from dampipe.features.sharing.model import Allow, ShareCreated, ShareReport
from dampipe.features.sharing.scopes import SHARE
from dampipe.features.sharing.service import ShareService
from dampipe.kernel.access import Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, Text, allowed, provided

MOST_NUMBER = 2**31 - 1
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such link, or it is not yours."},
    409: {"model": Problem, "description": "The link is revoked, or was changed meanwhile."},
}
router = APIRouter(tags=["sharing"], responses=NOT_FOUND)

Sharer = Annotated[Actor, allowed(SHARE)]
Shares = Annotated[ShareService, provided(ShareService)]
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Key = Annotated[str, Field(max_length=50), Storable()]
Message = Annotated[str, Field(max_length=model.MAX_MESSAGE), Storable()]
Password = Annotated[
    str, Field(min_length=model.SHORTEST_PASSWORD, max_length=model.LONGEST_PASSWORD), Storable()
]


class ShareRequest(model.ShareRequest):
    """A link to create."""

    model_config = STRICT
    asset: AssetName | None = None
    name: Annotated[Text, Field(max_length=model.MAX_NAME)] = ""
    message: Message = ""
    allow: Annotated[tuple[Allow, ...], Field(max_length=len(Allow))] = ()
    moves: Annotated[tuple[Key, ...], Field(max_length=model.MAX_MOVES)] = ()
    password: Password | None = None


class ShareChange(model.ShareChange):
    """What is to change of a link; what is not given stays."""

    model_config = STRICT
    name: Annotated[str, Field(min_length=1, max_length=model.MAX_NAME), Storable()] | None = None
    message: Message | None = None
    moves: Annotated[tuple[Key, ...], Field(max_length=model.MAX_MOVES)] | None = None
    password: Password | None = None
    """A new password; null: it needs none any more. Ends the sessions of all guests."""
    if_version: Annotated[int, Field(ge=1, le=MOST_NUMBER)] | None = None
    """The version of the link that the change was made from; another one is a conflict."""


@router.get("/shares")
def list_shares(
    actor: Sharer,
    shares: Shares,
    everybody: Annotated[bool, Query(description="Those of all users; managers may.")] = False,
    asset: Annotated[AssetName | None, Query(description="Only links to this asset.")] = None,
    collection: Annotated[
        int | None, Query(ge=1, le=MOST_NUMBER, description="Only links to this collection.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=MOST_NUMBER, description="Only lower numbers.")] = None,
) -> list[ShareReport]:
    """One's own share links, newest first."""
    return shares.links(
        actor, everybody=everybody, asset=asset, collection=collection, limit=limit, before=before
    )


@router.post("/shares", status_code=201)
def create_share(actor: Sharer, shares: Shares, request: JsonBody[ShareRequest]) -> ShareCreated:
    """Share an asset or a collection by a link; the answer is the only place where its token is shown."""
    return shares.create(actor, request)


@router.get("/shares/{number}")
def show_share(actor: Sharer, shares: Shares, number: Number) -> ShareReport:
    """One link, with how often it was opened."""
    return shares.show(actor, number)


@router.patch("/shares/{number}")
def change_share(actor: Sharer, shares: Shares, number: Number, change: JsonBody[ShareChange]) -> ShareReport:
    """Change what a link allows, when it expires, its name or its password; guests feel it at their next request."""
    return shares.change(actor, number, change)


@router.post("/shares/{number}/revoke")
def revoke_share(actor: Sharer, shares: Shares, number: Number) -> ShareReport:
    """Close a link: from now on it shows nothing. An undo opens it again, under the same address."""
    return shares.revoke(actor, number)


@router.post("/shares/{number}/renew")
def renew_share(actor: Sharer, shares: Shares, number: Number) -> ShareCreated:
    """Give a link another address: the old one is void, and the sessions of all guests end."""
    return shares.renew(actor, number)
