"""Excerpts over HTTP."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Response

from dampipe.features.assets.http import Sha1
from dampipe.features.excerpts.model import ExcerptRequest
from dampipe.features.excerpts.service import ExcerptService
from dampipe.features.originals.http import CACHE, MEDIA_TYPE, UseOf
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.kernel.access import Actor
from dampipe.kernel.faces.byte_answer import BYTES, ByteRequest, ByteSource, byte_answer
from dampipe.kernel.faces.http import WARNINGS_HEADER, Problem, Storable, allowed, provided, warnings_header

router = APIRouter(
    tags=["assets"],
    responses={
        403: {"model": Problem, "description": "A scope is missing, or a licence does not allow this use."},
        404: {"model": Problem, "description": "There is no such asset, or no file of it is left."},
        409: {
            "model": Problem,
            "description": "The file was changed since its content was identified (`original.changed`), or is in an "
            "archive (`original.archived`, `original.restoring`).",
        },
        503: {"model": Problem, "description": "The storage does not answer, or the server is busy."},
    },
)
Time = Annotated[
    str,
    Query(
        max_length=100,
        description='Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12").',
    ),
    Storable(),
]


@router.get(
    "/assets/{sha1}/original/excerpt",
    response_class=Response,
    responses={
        200: {
            "description": "The part, as a file of the same kind.",
            "content": BYTES,
            "headers": {
                WARNINGS_HEADER: {
                    "description": "Where it begins earlier, and what was left out: a JSON list of sentences.",
                    "schema": {"type": "string"},
                }
            },
        }
    },
)
def download_excerpt(
    actor: Annotated[Actor, allowed(ORIGINALS)],
    sha1: Sha1,
    excerpts: Annotated[ExcerptService, provided(ExcerptService)],
    use: UseOf,
    start: Time,
    end: Annotated[Time | None, Query(description="The first frame after the part.")] = None,
    last: Annotated[Time | None, Query(description="Instead of `end`: the last frame of the part.")] = None,
    handles: Annotated[
        str,
        Query(max_length=20, description="How much more before and after it: 1s, or 12f for frames."),
        Storable(),
    ] = "0s",
) -> Response:
    """A part of an original, copied as it is; of a MOV or MP4 in a remote storage only that part is fetched.

    It begins with the frame that is asked for where every frame is a key frame, else with the key frame before it. A
    file of another container is fetched whole, up to 8 GB. Each excerpt is an audited event. The answer begins once all
    of it was copied; it cannot be resumed.
    """
    request = ExcerptRequest(asset=sha1, start=start, end=end, last=last, handles=handles, **use.model_dump())
    stream, report = excerpts.open(actor, request)
    source = ByteSource(report.size, f'"{uuid4().hex}"', MEDIA_TYPE, report.name, CACHE, "attachment")
    answer = byte_answer(ByteRequest("GET", None, None, None), source, lambda: stream)
    del answer.headers["Accept-Ranges"]
    if report.warnings:
        answer.headers[WARNINGS_HEADER] = warnings_header(report.warnings)
    return answer
