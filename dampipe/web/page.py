"""The page: static files that use the public HTTP API of this server, and no other server."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from dampipe.app.features import features
from dampipe.kernel.faces import API
from dampipe.kernel.faces.http import PUBLIC
from dampipe.web.page_files import ROOT, TYPES, PageFiles

FOLDER = Path(__file__).with_name("page")


def panel_files() -> dict[str, Path]:
    """The ES module of each feature that the page loads, by the name of the feature."""
    return {
        one.name: Path(str(import_module(one.module).__file__)).parent / one.panel
        for one in features()
        if one.panel
    }


def page_files() -> Mapping[str, Path]:
    """What is served below `/page`, by its name there: the files of the page, and the modules of panels, which import
    those beside them."""
    own = {file.relative_to(FOLDER).as_posix(): file for file in FOLDER.rglob("*") if file.suffix in TYPES}
    modules = {
        f"panels/{name}/{file.name}": file
        for name, panel in panel_files().items()
        for file in panel.parent.glob("*.js")
    }
    return {**own, **modules}


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`, that of guests at `/s`, files of both below `/page`, and panels of features below
    `/page/panels`."""
    files = PageFiles(page_files)
    panels = [f"panels/{name}/{file.name}" for name, file in panel_files().items()]

    @app.get(f"{API}/panels", tags=["page"], openapi_extra=PUBLIC)
    def list_panels() -> list[str]:
        """URLs of the ES modules by which features add to the page."""
        return [f"{ROOT}/{name}" for name in panels]

    app.mount(ROOT, files)

    @app.get("/", include_in_schema=False)
    def home() -> HTMLResponse:
        return HTMLResponse(files.document("index.html"))

    @app.get("/s", include_in_schema=False)
    def guest_page() -> HTMLResponse:
        """Where share links lead; the token follows a #, and is not sent."""
        return HTMLResponse(files.document("guest/index.html"))
