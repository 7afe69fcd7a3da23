"""Assets and their derivatives over HTTP."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from dampipe.features.assets.model import Details
from dampipe.features.derivatives.byte_ranges import Span, parse_range
from dampipe.kernel.faces.http import LibraryDep, Problem
from dampipe.storage.video import Video

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

CHUNK = 256 * 1024
Sha1 = Annotated[str, Path(min_length=4, max_length=40, pattern="^[0-9a-fA-F]+$")]


@router.get("/assets")
def list_assets(
    library: LibraryDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(description="SHA-1 of the last asset of the page before.")] = None,
) -> list[Video]:
    """Assets, the newest first."""
    return library.assets.newest(limit, after)


@router.get("/assets/{sha1}")
def show_asset(sha1: Sha1, library: LibraryDep) -> Details:
    """All that is known of one asset."""
    return library.assets.by_sha1(sha1)


@router.head("/assets/{sha1}/{name}", include_in_schema=False)
@router.get(
    "/assets/{sha1}/{name}",
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": {"application/octet-stream": {}}},
        206: {"description": "The part asked for.", "content": {"application/octet-stream": {}}},
        416: {"description": "The part asked for lies outside the file."},
    },
)
def fetch_derivative(
    request: Request,
    sha1: Sha1,
    name: Annotated[
        str,
        Path(description="A kind (poster, sprite, sprite_vtt, frames, proxy, waveform) or a file's name."),
    ],
    library: LibraryDep,
    range_: Annotated[str | None, Header(alias="Range")] = None,
) -> Response:
    """A derivative's bytes, or a part of them, so that a player can seek.

    By file name too, since the sprite's WebVTT refers to its picture by name. Saved, a proxy is called
    as its original, with its own suffix.
    """
    made, called = library.assets.derivative(sha1, name)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{made.recipe}-{made.size}"',
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(called, safe='')}",
    }
    span = parse_range(range_, made.size)
    if span is None:
        span, status = Span(0, made.size), 200
    elif span.start >= span.end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{made.size}"})
    else:
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{made.size}"
    headers["Content-Length"] = str(span.end - span.start)

    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=made.media_type)
    stream = library.assets.derivatives.open(made)

    def chunks() -> Iterator[bytes]:
        with stream:
            stream.seek(span.start)
            left = span.end - span.start
            while left and (data := stream.read(min(CHUNK, left))):
                left -= len(data)
                yield data

    return StreamingResponse(chunks(), status, headers, media_type=made.media_type)
