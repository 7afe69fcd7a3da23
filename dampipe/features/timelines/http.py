"""Timelines over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from dampipe.features.timelines.model import TimelineMatch
from dampipe.features.timelines.service import TimelineService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.errors import TooLarge
from dampipe.kernel.faces.http import MAX_BYTES, Problem, allowed, provided
from dampipe.timeline import Format
from dampipe.timeline.errors import TIMELINE_TOO_LARGE

MAX_UPLOAD = 16 << 20
"""Bytes of a timeline in a request."""
TIMELINE_BODY: dict[str, Any] = {
    MAX_BYTES: MAX_UPLOAD,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
"""`openapi_extra` of endpoints that take a timeline as the body."""
router = APIRouter(
    tags=["timelines"], responses={422: {"model": Problem, "description": "It is not a timeline."}}
)


async def timeline_body(request: Request) -> bytes:
    """The body of a request, MAX_UPLOAD bytes at most. Raises TooLarge."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > MAX_UPLOAD:
            raise TooLarge(TIMELINE_TOO_LARGE, name="the timeline", limit=f"{MAX_UPLOAD >> 20} MiB")
    return bytes(data)


TimelineBody = Annotated[bytes, Depends(timeline_body)]
FormatOf = Annotated[Format, Query(description="Format of the timeline in the body.")]


@router.post("/timelines/match", openapi_extra=TIMELINE_BODY)
def match_timeline(
    actor: Annotated[Actor, allowed(READ)],
    timelines: Annotated[TimelineService, provided(TimelineService)],
    format: FormatOf,
    data: TimelineBody,
) -> TimelineMatch:
    """Find the assets that a timeline uses: each clip with its asset, how it was found, and how sure that is.

    The body is the file as an editing program exports it, 16 MiB at most. No path in it is opened.
    """
    return timelines.match(actor, data, format)
