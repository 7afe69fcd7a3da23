"""The web server: the routers and the page put together, and errors turned into answers."""

from collections.abc import Iterator, Mapping
from re import Pattern
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp

from dampipe.app.errors import NO_SCOPE
from dampipe.app.features import detail_fields, features
from dampipe.app.remedies import remedies
from dampipe.features.access.http_session import authenticate
from dampipe.kernel.container import Services
from dampipe.kernel.errors import (
    BrokerDown,
    Busy,
    CannotStart,
    CatalogueDown,
    Conflict,
    DampipeError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotLicensed,
    NotLoggedIn,
    NotPermitted,
    SearchUnavailable,
    ServiceDown,
    StorageFull,
    TooLarge,
    TooManyRequests,
)
from dampipe.kernel.faces import API
from dampipe.kernel.faces.hosts import Hosts
from dampipe.kernel.faces.http import MAX_BYTES, PUBLIC_MARK, Problem
from dampipe.kernel.faces.remedies import PAGE
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.version import __version__
from dampipe.web import health
from dampipe.web.body_limit import BodyLimit
from dampipe.web.compression import TextCompression
from dampipe.web.guard import Guard, allowed_methods
from dampipe.web.page import add_page
from dampipe.web.refusals import ProblemResponse, Refused

STATUS: tuple[tuple[type[DampipeError], int], ...] = (
    (NotFound, 404),
    (NotPermitted, 403),
    (NotLoggedIn, 401),
    (Forbidden, 403),
    (NotLicensed, 403),
    (TooManyRequests, 429),
    (Conflict, 409),
    (TooLarge, 413),
    (InvalidInput, 422),
    (Busy, 503),
    (SearchUnavailable, 503),
    (ServiceDown, 503),
    (BrokerDown, 503),
    (CatalogueDown, 503),
    (StorageFull, 507),
    (DampipeError, 500),
)
"""Most specific first."""


RETRY_AFTER = "5"
"""Seconds after which a client may try again what another request keeps from being done."""
EVERYWHERE: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body cannot be parsed."},
    401: {"model": Problem, "description": "This needs a login or a token."},
    403: {
        "model": Problem,
        "description": "A scope is missing, a licence does not allow the use, the request names another host, or a page "
        "of another server sent it.",
    },
    408: {"model": Problem, "description": "The body did not arrive in time."},
    413: {"model": Problem, "description": "The body is too large."},
    422: {"model": Problem, "description": "The request is not valid."},
    500: {"model": Problem, "description": "A fault of dampipe."},
    503: {"model": Problem, "description": "A part that is needed does not answer, or is busy."},
    507: {"model": Problem, "description": "No space is left on a disk of the server."},
}
"""What any endpoint may answer."""


def create_app(
    services: Services | None, hosts: Hosts | None = None, has_page: bool = True, map_origin: str = ""
) -> FastAPI:
    """The application over the services of one process.

    hosts: the names it answers for; None: loopback only. has_page: whether it serves the page, and that of guests.
    map_origin: the server of the tiles of its map.
    """
    app: FastAPI = FastAPIOffline(  # /docs without asking a server elsewhere for its script
        title="dampipe",
        version=__version__,
        summary="A library of footage that answers with the moment.",
        responses=EVERYWHERE,
    )
    app.state.services = services
    app.state.authenticate = authenticate
    routers: list[APIRouter] = [load_dotted(router) for feature in features() for router in feature.routers]
    for router in sorted(routers, key=_takes_any_name):
        _check_scopes(router)
        app.include_router(router, prefix=API)
    app.include_router(health.router, prefix=API)

    @app.exception_handler(DampipeError)
    def dampipe_error(_: Request, error: DampipeError) -> ProblemResponse:
        status = next(code for kind, code in STATUS if isinstance(error, kind))
        problem = Problem(
            detail=str(error),
            hint=remedies().word(error, PAGE),
            code=error.code,
            parameters=error.plain_parameters(),
        )
        headers = {"Retry-After": RETRY_AFTER} if isinstance(error, Busy) else {}
        if isinstance(error, TooManyRequests):
            headers["Retry-After"] = str(error.parameters.get("seconds", RETRY_AFTER))
        if isinstance(error, NotLoggedIn):
            headers["WWW-Authenticate"] = "Bearer"
        return ProblemResponse(problem, status, headers)

    @app.exception_handler(RequestValidationError)
    def invalid_request(_: Request, error: RequestValidationError) -> ProblemResponse:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in first["loc"])
        said = "there is no such parameter" if first["type"] == "extra_forbidden" else said
        whole = len(first["loc"]) == 1  # the question as a whole: it says itself what is wrong
        return ProblemResponse(Problem(detail=said if whole else f"{where}: {said}"))

    @app.exception_handler(Exception)
    def internal_error(_: Request, error: Exception) -> ProblemResponse:
        problem = Problem(
            detail=f"internal error: {type(error).__name__}", hint="The server's log has the traceback."
        )
        return ProblemResponse(problem, 500)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> ProblemResponse:
        if isinstance(error, Refused):
            return error.response()
        hint = "/docs lists what there is." if error.status_code in (404, 405) else ""
        headers = dict(error.headers or {})
        if error.status_code == 405:  # over all routes of the path, of which each knows its own methods only
            headers["Allow"] = ", ".join(allowed_methods(app.router.routes, request.scope))
        problem = Problem(detail=error.detail, hint=hint)
        return ProblemResponse(problem, error.status_code, headers)

    if has_page:
        add_page(app)
    _describe_details(app)
    app.add_middleware(BodyLimit, own_limits=list(_own_limits()))
    app.add_middleware(TextCompression)
    build = app.build_middleware_stack

    def build_guarded() -> ASGIApp:  # around the answers to internal errors, too
        return Guard(build(), hosts or Hosts(), app.router.routes, map_origin)

    app.build_middleware_stack = build_guarded  # type: ignore[method-assign]
    return app


def _check_scopes(router: APIRouter) -> None:
    """Raise CannotStart for an endpoint of a feature that neither names a scope nor says that it is public."""
    for route in router.routes:
        is_public = PUBLIC_MARK in (getattr(route, "openapi_extra", None) or {})
        if not is_public and not (isinstance(route, APIRoute) and _scopes(route.dependant)):
            raise CannotStart(NO_SCOPE, path=getattr(route, "path", str(route)))


def _scopes(dependant: Dependant) -> set[str]:
    """The scopes that an endpoint names."""
    found = set(dependant.own_oauth_scopes or ())
    return found.union(*map(_scopes, dependant.dependencies)) if dependant.dependencies else found


def _own_limits() -> Iterator[Pattern[str]]:
    """The paths of endpoints that state a limit of their own for the body of a request."""
    for feature in features():
        for name in feature.routers:
            router: APIRouter = load_dotted(name)
            for route in router.routes:
                if MAX_BYTES in (getattr(route, "openapi_extra", None) or {}):
                    yield compile_path(f"{API}{route.path}")[0]  # type: ignore[attr-defined]


def _describe_details(app: FastAPI) -> None:
    """Add the fields that features give to an asset's details to its schema in OpenAPI."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        schema = describe()
        schemas = schema["components"]["schemas"]
        properties = schemas["Details"]["properties"]
        for field in detail_fields():
            if field.name not in properties:
                properties[field.name], definitions = _schema_of(field.type, schemas)
                schemas.update(definitions)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def _schema_of(kind: Any, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a type in OpenAPI, and the definitions that it refers to. known: those that there are."""
    for prefix in ("", "Detail"):  # another model of the same name may be known
        template = f"#/components/schemas/{prefix}{{model}}"
        schema = TypeAdapter(kind).json_schema(ref_template=template, mode="serialization")
        definitions = {f"{prefix}{name}": one for name, one in schema.pop("$defs", {}).items()}
        if all(known.get(name, one) == one for name, one in definitions.items()):
            break
    return schema, definitions


def _takes_any_name(router: APIRouter) -> bool:
    """Whether a router takes any name below another parameter, as `/assets/{sha1}/{name}` does: such a one comes last,
    so that `/assets/{sha1}/versions` of another feature is not taken for a name, whatever the order of the features."""
    return any("}/{" in getattr(route, "path", "") for route in router.routes)
