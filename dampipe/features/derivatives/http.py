"""Derivatives over HTTP, whole or by byte range."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from dampipe.features.assets.http import AssetNames, Sha1
from dampipe.features.derivatives import model
from dampipe.features.derivatives.byte_ranges import Span, parse_range
from dampipe.features.derivatives.model import CheckStarted, CheckState
from dampipe.features.derivatives.service import CheckRequests, DerivativeService
from dampipe.kernel.access import PROCESS, READ, Actor
from dampipe.kernel.faces.http import Problem, allowed, provided

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

BYTES: dict[str, Any] = {"application/octet-stream": {}, "*/*": {}}
"""Content types of derivatives: each says its own."""
CHUNK = 256 * 1024
"""Bytes sent at a time."""
CACHE = "private, max-age=600"
"""The address stays when a derivative is made again, so that a browser asks from time to time, by the ETag."""
Processor = Annotated[Actor, allowed(PROCESS)]
VARY = "Cookie, Authorization"
"""What the answer depends on: another user of the same browser is asked for again."""
Derivatives = Annotated[DerivativeService, provided(DerivativeService)]

Checks = Annotated[CheckRequests, provided(CheckRequests)]


class CheckRequest(model.CheckRequest):
    """The derivatives to check, and what to do about those that are lost."""

    what: AssetNames = ()
    """Assets by SHA-1, or absolute paths; none means all."""


@router.post("/derivatives/check", status_code=202)
def start_check(
    actor: Processor, checks: Checks, request: Annotated[CheckRequest | None, Body()] = None
) -> CheckStarted:
    """Have workers compare stored derivatives with their checksums and, with `repair`, make lost ones again.

    Returns at once; without a body all derivatives are checked and none is made again.
    """
    return checks.start(actor, request or CheckRequest())


@router.get("/derivatives/check/{check}")
def read_check(actor: Processor, check: Annotated[int, Path(ge=1, lt=2**31)], checks: Checks) -> CheckState:
    """How a check stands, and its result once it is done; results are kept for a week."""
    return checks.read(actor, check)


@router.head("/assets/{sha1}/{name}", include_in_schema=False)
@router.get(
    "/assets/{sha1}/{name}",
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": BYTES},
        206: {"description": "The part asked for.", "content": BYTES},
        304: {"description": "The client has this version already."},
        416: {"description": "The part asked for lies outside the file."},
    },
)
def fetch_derivative(
    actor: Annotated[Actor, allowed(READ)],
    request: Request,
    sha1: Sha1,
    name: Annotated[
        str,
        Path(description="A kind (poster, sprite, sprite_vtt, frames, proxy, waveform, signatures) or a file's name."),
    ],
    derivatives: Derivatives,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
    range_of: Annotated[str | None, Header(alias="If-Range")] = None,
) -> Response:
    """A derivative's bytes, or a part of them, so that a player can seek.

    By file name too, since the sprite's WebVTT refers to its picture by name. Saved, a proxy is called
    as its original, with its own suffix.
    """
    derivative, filename = derivatives.find(actor, sha1, name)
    etag = f'"{derivative.recipe}-{derivative.size}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": CACHE,
        "Vary": VARY,
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(filename, safe='')}",
    }
    if known is not None and (known.strip() == "*" or etag in _etags(known)):
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": CACHE, "Vary": VARY})
    same_version = range_of is None or range_of.strip() == etag
    span = parse_range(range_, derivative.size) if same_version else None
    if span is None:
        span, status = Span(0, derivative.size), 200
    elif span.start >= span.end:
        return Response(
            status_code=416,
            headers={"Content-Range": f"bytes */{derivative.size}", "Cache-Control": "no-store"},
        )
    else:
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{derivative.size}"
    headers["Content-Length"] = str(span.end - span.start)

    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=derivative.media_type)
    stream = derivatives.open(actor, derivative)

    def chunks() -> Iterator[bytes]:
        with stream:
            stream.seek(span.start)
            left = span.end - span.start
            while left and (data := stream.read(min(CHUNK, left))):
                left -= len(data)
                yield data

    return StreamingResponse(chunks(), status, headers, media_type=derivative.media_type)


def _etags(header: str) -> set[str]:
    """The entity tags of an If-None-Match header; a weak one is as good as a strong one there."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
