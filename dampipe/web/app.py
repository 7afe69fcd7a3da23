"""The web server: the routers and the page put together, and errors turned into answers."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from dampipe.app.features import detail_fields, features
from dampipe.app.remedies import remedies
from dampipe.kernel.container import Services
from dampipe.kernel.errors import (
    BrokerDown,
    CatalogueDown,
    DampipeError,
    InvalidInput,
    NotFound,
    SearchUnavailable,
    StorageFull,
)
from dampipe.kernel.faces import API
from dampipe.kernel.faces.http import Problem
from dampipe.kernel.faces.remedies import PAGE
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.version import __version__
from dampipe.web import health
from dampipe.web.page import add_page

STATUS: tuple[tuple[type[DampipeError], int], ...] = (
    (NotFound, 404),
    (InvalidInput, 422),
    (SearchUnavailable, 503),
    (BrokerDown, 503),
    (CatalogueDown, 503),
    (StorageFull, 507),
    (DampipeError, 500),
)
"""Most specific first."""


def create_app(services: Services | None) -> FastAPI:
    """The application over the services of one process."""
    app: FastAPI = FastAPIOffline(  # /docs without asking a server elsewhere for its script
        title="dampipe",
        version=__version__,
        summary="A library of footage that answers with the moment.",
        responses={422: {"model": Problem}, 503: {"model": Problem}},
    )
    app.state.services = services
    for feature in features():
        for router in feature.routers:
            app.include_router(load_dotted(router), prefix=API)
    app.include_router(health.router, prefix=API)

    @app.exception_handler(DampipeError)
    def dampipe_error(_: Request, error: DampipeError) -> JSONResponse:
        status = next(code for kind, code in STATUS if isinstance(error, kind))
        problem = Problem(
            detail=str(error),
            hint=remedies().word(error, PAGE),
            code=error.code,
            parameters=error.plain_parameters(),
        )
        return JSONResponse(problem.model_dump(), status_code=status)

    @app.exception_handler(RequestValidationError)
    def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in first["loc"])
        said = "there is no such parameter" if first["type"] == "extra_forbidden" else said
        whole = len(first["loc"]) == 1  # the question as a whole: it says itself what is wrong
        return JSONResponse(
            Problem(detail=said if whole else f"{where}: {said}").model_dump(), status_code=422
        )

    @app.exception_handler(Exception)
    def internal_error(_: Request, error: Exception) -> JSONResponse:
        problem = Problem(
            detail=f"internal error: {type(error).__name__}", hint="The server's log has the traceback."
        )
        return JSONResponse(problem.model_dump(), status_code=500)

    @app.exception_handler(HTTPException)
    def http_error(_: Request, error: HTTPException) -> JSONResponse:
        hint = "/docs lists what there is." if error.status_code in (404, 405) else ""
        problem = Problem(detail=error.detail, hint=hint)
        return JSONResponse(problem.model_dump(), status_code=error.status_code, headers=error.headers)

    add_page(app)
    _describe_details(app)
    return app


def _describe_details(app: FastAPI) -> None:
    """Add the fields that features give to an asset's details to its schema in OpenAPI."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        schema = describe()
        properties = schema["components"]["schemas"]["Details"]["properties"]
        for field in detail_fields():
            properties.setdefault(field.name, TypeAdapter(field.type).json_schema())
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
