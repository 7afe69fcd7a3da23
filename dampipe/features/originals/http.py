"""Originals over HTTP, whole or by byte range."""

from typing import Annotated

from fastapi import APIRouter, Response

from dampipe.features.assets.http import Sha1
from dampipe.features.originals.model import ORIGINALS
from dampipe.features.originals.service import OriginalService
from dampipe.kernel.access import Actor
from dampipe.kernel.faces.byte_answer import RESPONSES, ByteRequestDep, ByteSource, byte_answer
from dampipe.kernel.faces.http import Problem, allowed, provided
from dampipe.kernel.paths import printable

router = APIRouter(
    tags=["assets"],
    responses={
        404: {"model": Problem, "description": "There is no such asset, or no file of it is left."},
        409: {"model": Problem, "description": "The file was changed since its content was identified."},
    },
)
MEDIA_TYPE = "application/octet-stream"
"""Of all originals: a browser saves them, and interprets none of what a camera or a stranger has written."""
CACHE = "private, no-store"
PURPOSE = "download"


@router.head("/assets/{sha1}/original", include_in_schema=False)
@router.get("/assets/{sha1}/original", response_class=Response, responses=RESPONSES)
def download_original(
    actor: Annotated[Actor, allowed(ORIGINALS)],
    sha1: Sha1,
    wanted: ByteRequestDep,
    originals: Annotated[OriginalService, provided(OriginalService)],
) -> Response:
    """The bytes of a version's file, or a part of them, so that a download can be resumed.

    Each download is audited: one event `original.opened` an hour for an actor and a version, however many parts are
    asked for. 503 while the volume of the file cannot be read.
    """
    original = originals.open(actor, sha1)
    source = ByteSource(
        size=original.size,
        etag=f'"{original.sha1}"',
        media_type=MEDIA_TYPE,
        filename=printable(original.path).rpartition("/")[2],
        cache=CACHE,
        disposition="attachment",
    )
    is_sent = False
    try:
        answer = byte_answer(wanted, source, lambda: originals.release(actor, original, PURPOSE))
        is_sent = wanted.method != "HEAD" and answer.status_code in (200, 206)
    finally:
        if not is_sent:
            original.stream.close()
    return answer
