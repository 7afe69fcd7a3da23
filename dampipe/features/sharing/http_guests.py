"""Share links over HTTP, for guests: opening a link needs no login."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dampipe.features.access.http_session import (
    GUEST_COOKIE,
    SECURE_GUEST_COOKIE,
    client_address,
    cookie,
    is_encrypted,
)
from dampipe.features.sharing import model
from dampipe.features.sharing.guests import GuestService
from dampipe.features.sharing.model import GuestEntered, GuestNeeds, GuestSession
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import PUBLIC, STRICT, JsonBody, Problem, Storable, allowed, provided

router = APIRouter(tags=["sharing"])

GuestsDep = Annotated[GuestService, provided(GuestService)]
COOKIE_LIFE = 30 * 86400
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The link is not valid or closed, or the password is wrong."},
    409: {"model": Problem, "description": "The link was opened as often as it may be."},
    429: {"model": Problem, "description": "There were too many attempts; wait as long as Retry-After says."},
}


Token = Annotated[str, Field(max_length=200), Storable()]


class LinkToken(BaseModel):
    """A link."""

    model_config = STRICT
    token: Token
    """What follows the # in the address of the link."""


class GuestRequest(model.GuestRequest):
    """What opens a link."""

    model_config = STRICT
    token: Token
    """What follows the # in the address of the link."""
    password: Annotated[str, Field(max_length=model.LONGEST_PASSWORD), Storable()] | None = None
    guest: Annotated[str, Field(max_length=model.MAX_GUEST), Storable()] = ""
    """The name under which a guest comments and approves; needed where the link allows it."""
    bearer: bool = False
    """Whether the secret of the session is returned instead of being set as a cookie."""


@router.post("/share-sessions/needs", openapi_extra=PUBLIC, responses=REFUSED)
def show_needs(request: Request, link: JsonBody[LinkToken], guests: GuestsDep) -> GuestNeeds:
    """What has to be given to open a link: a password, a name. Opens nothing, and a valid link is not counted."""
    return guests.needs(link.token, client_address(request))


@router.post("/share-sessions", status_code=201, openapi_extra=PUBLIC, responses=REFUSED)
def open_share(
    request: Request, response: Response, guest: JsonBody[GuestRequest], guests: GuestsDep
) -> GuestEntered:
    """Open a share link: the answer says what it shows, and sets a cookie with the secret of a new session."""
    before = cookie(request, GUEST_COOKIE, SECURE_GUEST_COOKIE)
    entered = guests.enter(guest, client_address(request), before)
    if guest.bearer:
        return GuestEntered(**entered.session.model_dump(), secret=entered.secret)
    encrypted = is_encrypted(request)
    response.set_cookie(
        SECURE_GUEST_COOKIE if encrypted else GUEST_COOKIE,
        entered.secret,
        httponly=True,
        secure=encrypted,
        samesite="lax",
        path="/",
        max_age=COOKIE_LIFE,
    )
    return GuestEntered(**entered.session.model_dump(), secret=None)


@router.get(
    "/share-sessions/current",
    responses={404: {"model": Problem, "description": "The request does not come from a guest of a link."}},
)
def show_share_session(actor: Annotated[Actor, allowed(READ)], guests: GuestsDep) -> GuestSession:
    """What the link shows by which one is here as a guest, and what it allows; 404 without such a session."""
    return guests.session(actor)


@router.delete("/share-sessions/current", status_code=204, openapi_extra=PUBLIC)
def leave_share(request: Request, response: Response, guests: GuestsDep) -> None:
    """End the session of a guest; without one, nothing is done."""
    if secret := cookie(request, GUEST_COOKIE, SECURE_GUEST_COOKIE):
        guests.leave(secret)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and secret.strip():
        guests.leave(secret.strip())
    for name in (GUEST_COOKIE, SECURE_GUEST_COOKIE):
        response.delete_cookie(
            name, path="/", httponly=True, secure=name == SECURE_GUEST_COOKIE, samesite="lax"
        )
