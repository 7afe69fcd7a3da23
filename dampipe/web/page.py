"""The page: static files that speak to the API as anybody would, from this server and no other."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

FOLDER = Path(__file__).with_name("page")
POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""No script, picture or font from elsewhere, and none within the markup: a file's name stays a name. `blob:` is
a picture that a person gave the page to search by."""


class _PageFiles(StaticFiles):
    """Asked for anew each time (by ETag, so not sent anew): an update is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page at `/` and its files below `/page`."""
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
