"""The page: static files that use the public HTTP API of this server, and no other server."""

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dampipe.app.features import features
from dampipe.kernel.faces import API

FOLDER = Path(__file__).with_name("page")
POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Content security policy: no script, picture or font from another server or within the markup, so that a file's
name cannot become code. `blob:` is a picture that a person gave the page to search by."""


class _PageFiles(StaticFiles):
    """Files that the browser revalidates by ETag at each use, so that an update is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def panel_files() -> dict[str, Path]:
    """The ES modules of features, by the name of the feature."""
    return {
        one.name: Path(str(import_module(one.module).__file__)).with_name(one.panel)
        for one in features()
        if one.panel
    }


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`, its files below `/page`, and the panels of features below `/page/panels`."""
    panels = panel_files()

    @app.get(f"{API}/panels", tags=["page"])
    def list_panels() -> list[str]:
        """URLs of the ES modules by which features add to the page."""
        return [f"/page/panels/{name}.js" for name in panels]

    @app.get("/page/panels/{name}.js", include_in_schema=False)
    def panel(name: str) -> FileResponse:
        if name not in panels:
            raise HTTPException(404, f"the feature {name!r} has no panel")
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(panels[name], media_type="text/javascript", headers=headers)

    app.mount("/page", _PageFiles(directory=FOLDER))

    @app.get("/", include_in_schema=False)
    def home(_: Request) -> FileResponse:
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return FileResponse(FOLDER / "index.html", headers=headers)
