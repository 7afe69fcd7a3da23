"""Originals and derivatives over HTTP, whole or by byte range: all endpoints that send bytes of assets."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Sha1
from dampipe.features.originals.model import DerivativeDownload, Original
from dampipe.features.originals.release import ReleaseService
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.features.originals.service import OriginalService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.byte_answer import (
    RESPONSES,
    ByteRequest,
    ByteRequestDep,
    ByteSource,
    byte_answer,
)
from dampipe.kernel.faces.http import WARNINGS_HEADER, Problem, Storable, allowed, provided, warnings_header
from dampipe.kernel.paths import printable
from dampipe.kernel.release import MAX_REASON, ReleaseRequest

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
    },
)
MEDIA_TYPE = "application/octet-stream"
"""Of all originals: a browser saves them, and interprets none of what a camera or a stranger has written."""
CACHE = "private, no-store"
PLAYED_CACHE = "private, max-age=600"
"""The address stays when a derivative is made again, so that a browser asks from time to time, by the ETag."""
KEPT_CACHE = "private, max-age=31536000, immutable"
"""Of an address with the recipe: what another recipe makes has another address."""
_DESCRIBED = {name: field.description for name, field in ReleaseRequest.model_fields.items()}


class ReleaseParameters(BaseModel):
    """What a request says of the use."""

    territory: Annotated[str, Storable()] = Field("", max_length=100, description=_DESCRIBED["territory"])
    medium: Annotated[str, Storable()] = Field("", max_length=100, description=_DESCRIBED["medium"])
    reason: Annotated[str, Storable()] = Field("", max_length=MAX_REASON, description=_DESCRIBED["reason"])

    def request(self) -> ReleaseRequest:
        """The same as the use case takes it."""
        return ReleaseRequest(**self.model_dump())


Originals = Annotated[OriginalService, provided(OriginalService)]
Releases = Annotated[ReleaseService, provided(ReleaseService)]
UseOf = Annotated[ReleaseParameters, Query()]


@router.head("/assets/{sha1}/original", include_in_schema=False)
@router.get("/assets/{sha1}/original", response_class=Response, responses=RESPONSES)
def download_original(
    actor: Annotated[Actor, allowed(ORIGINALS)],
    sha1: Sha1,
    wanted: ByteRequestDep,
    use: UseOf,
    originals: Originals,
    releases: Releases,
) -> Response:
    """The bytes of a version's file, or a part of them, so that a download can be resumed.

    Each download is audited: one event `original.opened` an hour for an actor and a version, however many parts are
    asked for. 503 while the volume or storage of the file cannot be read; 403 where no licence allows the use; 409 with
    the code `original.archived` or `original.restoring` while it is in an archive. Of a file in an object store only the
    part that is asked for is read there.
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
        answer = _answer(actor, wanted, source, original, use.request(), releases)
        is_sent = wanted.method != "HEAD" and answer.status_code in (200, 206)
    finally:
        if not is_sent:
            original.stream.close()
    return answer


@router.head("/assets/{sha1}/{name}/download", include_in_schema=False)
@router.get("/assets/{sha1}/{name}/download", response_class=Response, responses=RESPONSES)
def download_derivative(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    name: Annotated[str, Path(description="A kind (proxy, poster, …) or a file's name.")],
    wanted: ByteRequestDep,
    use: UseOf,
    originals: Originals,
    releases: Releases,
) -> Response:
    """A derivative's bytes, or a part of them, for use outside: to be saved, not to be played in the page.

    Checked as an original is, and audited: one event `derivative.downloaded` an hour for an actor, a version and a kind.
    """
    found = originals.derivative(actor, sha1, name)
    return _answer(actor, wanted, _source(found, CACHE, "attachment"), found, use.request(), releases)


@router.head("/assets/{sha1}/{name}", include_in_schema=False)
@router.get("/assets/{sha1}/{name}", response_class=Response, responses=RESPONSES)
def fetch_derivative(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    name: Annotated[
        str,
        Path(
            description="A kind (poster, sprite, sprite_vtt, frames, proxy, waveform, still, signatures) or a file's "
            "name."
        ),
    ],
    originals: Originals,
    releases: Releases,
    wanted: ByteRequestDep,
    recipe: Annotated[
        str,
        Query(
            max_length=100,
            description="The recipe of the derivative, as its asset names it. Where it is still that, "
            "a browser keeps the bytes, and does not ask again.",
        ),
        Storable(),
    ] = "",
) -> Response:
    """A derivative's bytes, or a part of them, so that a player can seek.

    By file name too, since the sprite's WebVTT refers to its picture by name. Saved, a proxy is called
    as its original, with its own suffix. A proxy that browsers do not play, one for editing programs, is a download,
    and checked as such.
    """
    found = originals.derivative(actor, sha1, name)
    if not found.is_played:
        return _answer(actor, wanted, _source(found, CACHE, "inline"), found, ReleaseRequest(), releases)
    if wanted.method == "HEAD":
        found.open_stream().close()  # one that is lost is answered as GET answers it
    cache = KEPT_CACHE if recipe == found.derivative.recipe else PLAYED_CACHE
    return byte_answer(wanted, _source(found, cache, "inline"), found.open_stream)


def _source(found: DerivativeDownload, cache: str, disposition: str) -> ByteSource:
    derivative = found.derivative
    return ByteSource(
        size=derivative.size,
        etag=f'"{derivative.recipe}-{derivative.size}"',
        media_type=derivative.media_type,
        filename=found.filename,
        cache=cache,
        disposition=disposition,
    )


def _answer(
    actor: Actor,
    wanted: ByteRequest,
    source: ByteSource,
    item: Original | DerivativeDownload,
    request: ReleaseRequest,
    releases: ReleaseService,
) -> Response:
    """Checked also where no bytes are sent, so that HEAD answers as GET does."""
    clearance = releases.clear(actor, item, request)
    answer = byte_answer(wanted, source, lambda: releases.release(actor, item, request).opened)
    if clearance.warnings:
        answer.headers[WARNINGS_HEADER] = warnings_header(clearance.warnings)
    return answer
