"""Logging in and out over HTTP. These endpoints need no scope, since they come before the login."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from dampipe.features.access.login import Credentials, LoginService
from dampipe.features.access.model import LONGEST_PASSWORD
from dampipe.features.access.oidc import Challenge, OidcLogin, OidcSettings
from dampipe.features.access.service import Scopes
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.errors import DampipeError, Forbidden, NotLoggedIn
from dampipe.kernel.faces import API
from dampipe.kernel.faces.http import PUBLIC, STRICT, JsonBody, Problem, Storable, Text, provided

router = APIRouter(tags=["access"])

Logins = Annotated[LoginService, provided(LoginService)]
Oidc = Annotated[OidcLogin, provided(OidcLogin)]
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD), Storable()]
COOKIE = "dampipe"
SECURE_COOKIE = "__Host-dampipe"
"""Only a page of this host over TLS can set a cookie of this name."""
GUEST_COOKIE = "dampipe-guest"
SECURE_GUEST_COOKIE = "__Host-dampipe-guest"
"""Of guests of share links."""
OIDC_COOKIE = "dampipe-login"
OIDC_WITHIN = 600
"""Seconds for a login at the identity provider."""
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The name or the password is wrong."},
    429: {"model": Problem, "description": "There were too many attempts; wait as long as Retry-After says."},
}


class LoginRequest(BaseModel):
    """A user's name and password."""

    model_config = STRICT
    name: Text
    password: Password


class PasswordRequest(BaseModel):
    """A new password for oneself."""

    model_config = STRICT
    old: Password
    new: Password


class Session(BaseModel):
    """Who is logged in, and how one can log in."""

    actor: str | None
    """`user:anna`, `token:NAME`, or `local` where no login is needed; null without a login."""
    name: str | None
    role: str | None
    scopes: list[str]
    can_log_out: bool
    """Whether a session in a cookie of this browser is what the login comes from."""
    oidc: str | None
    """What the button of the identity provider says; null if there is none."""
    encrypted: bool
    """Whether the connection is: without TLS, everyone on the way can read the password."""


def credentials(request: Request) -> Credentials:
    """What a request shows of who sends it."""
    return Credentials(
        authorization=request.headers.get("authorization", ""),
        session=_session_id(request),
        guest=cookie(request, GUEST_COOKIE, SECURE_GUEST_COOKIE),
        address=request.client.host if request.client else "",
        headers=request.headers,
    )


def authenticate(request: Request) -> Actor:
    """The actor of a request. Raises NotLoggedIn and Forbidden."""
    services: Services = request.app.state.services
    return services.get(LoginService).actor(credentials(request))


def _session_id(request: Request) -> str:
    return cookie(request, COOKIE, SECURE_COOKIE)


def cookie(request: Request, plain: str, secure: str) -> str:
    """The value of a cookie by its two names; over TLS only the one counts that no other host can have set."""
    return request.cookies.get(secure if is_encrypted(request) else plain, "")


def is_encrypted(request: Request) -> bool:
    """Whether the connection of the client is, be it up to a reverse proxy."""
    services: Services = request.app.state.services
    address = request.client.host if request.client else ""
    if services.get(LoginService).policy.is_proxy(address):
        return request.headers.get("x-forwarded-proto", "http").lower() == "https"
    return request.url.scheme == "https"


def _set_session(request: Request, response: Response, session: str) -> None:
    encrypted = is_encrypted(request)
    name = SECURE_COOKIE if encrypted else COOKIE
    response.set_cookie(
        name, session, httponly=True, secure=encrypted, samesite="lax", path="/", max_age=30 * 86400
    )


def _forget_session(response: Response) -> None:
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", httponly=True, secure=name == SECURE_COOKIE, samesite="lax")


def _described(request: Request, actor: Actor | None, session: str | None = None) -> Session:
    """session: the id of a session that the answer begins; None: that of the request."""
    services: Services = request.app.state.services
    settings = services.get(OidcSettings)
    return Session(
        actor=None if actor is None else str(actor),
        name=None if actor is None else actor.name or str(actor.kind),
        role=None if actor is None else str(actor.role),
        scopes=[] if actor is None else [one.name for one in services.get(Scopes) if actor.may(one)],
        can_log_out=actor is not None and actor.user is not None and bool(session or _session_id(request)),
        oidc=(settings.label or "Log in with single sign-on") if settings.is_on else None,
        encrypted=is_encrypted(request),
    )


@router.get("/session", openapi_extra=PUBLIC)
def read_session(request: Request) -> Session:
    """Who is logged in, what they may do, and how one can log in."""
    try:
        actor = authenticate(request)
    except (NotLoggedIn, Forbidden):
        return _described(request, None)
    return _described(request, actor)


@router.post("/session", openapi_extra=PUBLIC, responses=REFUSED)
def log_in(request: Request, response: Response, login: JsonBody[LoginRequest], logins: Logins) -> Session:
    """Log in with name and password: the answer sets a cookie with the id of a new session."""
    address = request.client.host if request.client else ""
    session = logins.log_in(login.name, login.password, _behind_proxy(request, logins, address))
    if old := _session_id(request):
        logins.log_out(old)
    _set_session(request, response, session)
    return _described(request, logins.actor(Credentials(session=session)), session)


def client_address(request: Request) -> str:
    """The address that logins are counted by: behind a trusted proxy, the last one that it has seen."""
    services: Services = request.app.state.services
    address = request.client.host if request.client else ""
    return _behind_proxy(request, services.get(LoginService), address)


def _behind_proxy(request: Request, logins: LoginService, address: str) -> str:
    if not logins.policy.is_proxy(address):
        return address
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() or address


@router.delete("/session", status_code=204, openapi_extra=PUBLIC)
def log_out(
    request: Request,
    response: Response,
    logins: Logins,
    everywhere: Annotated[bool, Query(description="Whether all sessions of the user end.")] = False,
) -> None:
    """Log out; without a session, nothing is done."""
    if session := _session_id(request):
        logins.log_out(session, everywhere)
    _forget_session(response)


@router.put("/session/password", openapi_extra=PUBLIC, responses=REFUSED)
def change_password(
    request: Request, response: Response, change: JsonBody[PasswordRequest], logins: Logins
) -> Session:
    """Change one's own password. All other sessions end."""
    address = request.client.host if request.client else ""
    session = logins.change_password(
        _session_id(request), change.old, change.new, _behind_proxy(request, logins, address)
    )
    _set_session(request, response, session)
    return _described(request, logins.actor(Credentials(session=session)), session)


def _callback(request: Request) -> str:
    """The address of the endpoint below, as the browser sees it; Guard has checked the Host header."""
    scheme = "https" if is_encrypted(request) else "http"
    return f"{scheme}://{request.headers['host']}{API}/session/oidc/callback"


REDIRECTS: dict[int | str, dict[str, Any]] = {
    303: {"description": "To the identity provider, or back to the page."}
}


@router.get(
    "/session/oidc", openapi_extra=PUBLIC, response_class=Response, status_code=303, responses=REDIRECTS
)
def begin_oidc(request: Request, oidc: Oidc) -> Response:
    """Log in at the identity provider: sends the browser there."""
    url, challenge = oidc.begin(_callback(request))
    response = RedirectResponse(url, 303)
    response.set_cookie(
        OIDC_COOKIE,
        challenge.to_text(),
        max_age=OIDC_WITHIN,
        httponly=True,
        secure=is_encrypted(request),
        samesite="lax",
        path=f"{API}/session/oidc",
    )
    return response


@router.get(
    "/session/oidc/callback",
    openapi_extra=PUBLIC,
    response_class=Response,
    status_code=303,
    responses=REDIRECTS,
)
def complete_oidc(
    request: Request,
    oidc: Oidc,
    logins: Logins,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=500)] = "",
    begun: Annotated[str, Cookie(alias=OIDC_COOKIE, include_in_schema=False)] = "",
) -> Response:
    """Where the identity provider sends the browser back to: logs in, and leads to the page."""
    try:
        user = oidc.complete(_callback(request), code, state, Challenge.from_text(begun))
    except DampipeError as error:
        response = RedirectResponse(f"/?login={error.code}", 303)
    else:
        response = RedirectResponse("/", 303)
        if old := _session_id(request):
            logins.log_out(old)
        _set_session(request, response, logins.begin(user))
    response.delete_cookie(OIDC_COOKIE, path=f"{API}/session/oidc")
    return response
