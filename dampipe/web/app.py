"""The web server: the routers and the page put together, and errors turned into answers."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from dampipe import __version__
from dampipe.app.features import features
from dampipe.app.library import Library
from dampipe.kernel.errors import (
    BrokerDown,
    CatalogueDown,
    DampipeError,
    InvalidInput,
    NotFound,
    SearchUnavailable,
    StorageFull,
)
from dampipe.kernel.faces.http import Problem
from dampipe.kernel.feature import load_dotted
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


def create_app(library: Library) -> FastAPI:
    """The application over a library."""
    app: FastAPI = FastAPIOffline(  # /docs without asking a server elsewhere for its script
        title="dampipe",
        version=__version__,
        summary="A library of footage that answers with the moment.",
        responses={422: {"model": Problem}, 503: {"model": Problem}},
    )
    app.state.library = library
    for feature in features():
        for router in feature.routers:
            app.include_router(load_dotted(router), prefix="/api")
    app.include_router(health.router, prefix="/api")

    @app.exception_handler(DampipeError)
    def answer(_: Request, error: DampipeError) -> JSONResponse:
        status = next(code for kind, code in STATUS if isinstance(error, kind))
        return JSONResponse(Problem(detail=str(error), hint=error.hint).model_dump(), status_code=status)

    @app.exception_handler(RequestValidationError)
    def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in first["loc"])
        said = "there is no such parameter" if first["type"] == "extra_forbidden" else said
        whole = len(first["loc"]) == 1  # the question as a whole: it says itself what is wrong
        return JSONResponse(
            Problem(detail=said if whole else f"{where}: {said}").model_dump(), status_code=422
        )

    @app.exception_handler(Exception)
    def admit(_: Request, error: Exception) -> JSONResponse:
        problem = Problem(detail=f"a bug: {type(error).__name__}", hint="The server's log tells more.")
        return JSONResponse(problem.model_dump(), status_code=500)

    @app.exception_handler(HTTPException)
    def tell(_: Request, error: HTTPException) -> JSONResponse:
        hint = "/docs lists what there is." if error.status_code in (404, 405) else ""
        problem = Problem(detail=error.detail, hint=hint)
        return JSONResponse(problem.model_dump(), status_code=error.status_code, headers=error.headers)

    add_page(app)
    return app
