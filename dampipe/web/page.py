"""The page: static files that use the public HTTP API of this server, and no other server."""

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dampipe.app.features import features
from dampipe.kernel.faces import API
from dampipe.kernel.faces.http import PUBLIC

FOLDER = Path(__file__).with_name("page")


def panel_files() -> dict[str, Path]:
    """The ES module of each feature that the page loads, by the name of the feature."""
    return {
        one.name: Path(str(import_module(one.module).__file__)).parent / one.panel
        for one in features()
        if one.panel
    }


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`, that of guests at `/s`, files of both below `/page`, and panels of features below
    `/page/panels`."""
    panels = panel_files()

    @app.get(f"{API}/panels", tags=["page"], openapi_extra=PUBLIC)
    def list_panels() -> list[str]:
        """URLs of the ES modules by which features add to the page."""
        return [f"/page/panels/{name}/{file.name}" for name, file in panels.items()]

    @app.get("/page/panels/{name}/{module}.js", include_in_schema=False)
    def panel(name: str, module: str) -> FileResponse:
        """A panel, or a module beside it, which it imports."""
        if name not in panels:
            raise HTTPException(404, f"the feature {name!r} has no panel")
        beside = {file.name: file for file in panels[name].parent.glob("*.js")}
        if f"{module}.js" not in beside:
            raise HTTPException(404, f"the panel of the feature {name!r} has no module {module!r}")
        return FileResponse(beside[f"{module}.js"], media_type="text/javascript")

    app.mount("/page", StaticFiles(directory=FOLDER))

    @app.get("/", include_in_schema=False)
    def home(_: Request) -> FileResponse:
        return FileResponse(FOLDER / "index.html")

    @app.get("/s", include_in_schema=False)
    def guest_page() -> FileResponse:
        """Where share links lead; the token follows a #, and is not sent."""
        return FileResponse(FOLDER / "guest" / "index.html")
