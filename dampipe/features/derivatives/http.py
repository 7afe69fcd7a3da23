"""Derivatives over HTTP, whole or by byte range."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from dampipe.features.assets.http import AssetNames, Sha1
from dampipe.features.derivatives import model
from dampipe.features.derivatives.model import CheckStarted, CheckState
from dampipe.features.derivatives.service import CheckRequests, DerivativeService
from dampipe.kernel.access import PROCESS, READ, Actor
from dampipe.kernel.faces.byte_answer import RESPONSES, ByteRequestDep, ByteSource, byte_answer
from dampipe.kernel.faces.http import Problem, allowed, provided

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

CACHE = "private, max-age=600"
"""The address stays when a derivative is made again, so that a browser asks from time to time, by the ETag."""
Processor = Annotated[Actor, allowed(PROCESS)]
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
    responses=RESPONSES,
)
def fetch_derivative(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    name: Annotated[
        str,
        Path(
            description="A kind (poster, sprite, sprite_vtt, frames, proxy, waveform, signatures) or a file's name."
        ),
    ],
    derivatives: Derivatives,
    wanted: ByteRequestDep,
) -> Response:
    """A derivative's bytes, or a part of them, so that a player can seek.

    By file name too, since the sprite's WebVTT refers to its picture by name. Saved, a proxy is called
    as its original, with its own suffix.
    """
    derivative, filename = derivatives.find(actor, sha1, name)
    source = ByteSource(
        size=derivative.size,
        etag=f'"{derivative.recipe}-{derivative.size}"',
        media_type=derivative.media_type,
        filename=filename,
        cache=CACHE,
    )
    if wanted.method == "HEAD":
        derivatives.open(actor, derivative).close()  # one that is lost is answered as GET answers it
    return byte_answer(wanted, source, lambda: derivatives.open(actor, derivative))
