"""Frames over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from dampipe.features.assets.http import Sha1
from dampipe.features.frames.service import FrameService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.byte_answer import VARY
from dampipe.kernel.faces.http import Problem, Storable, allowed, provided

router = APIRouter(
    tags=["assets"],
    responses={404: {"model": Problem, "description": "There is no such asset, or no picture of it yet."}},
)
KEPT_CACHE = "private, max-age=31536000, immutable"
"""Of an address with the recipe: a proxy that another recipe makes has other frames, and another address."""
CACHE = "private, max-age=600"
LONGEST = 48 * 3600.0
"""Seconds."""


@router.get(
    "/assets/{sha1}/frame",
    response_class=Response,
    responses={200: {"description": "The frame, a JPEG.", "content": {"image/jpeg": {}}}},
)
def fetch_frame(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    frames: Annotated[FrameService, provided(FrameService)],
    t: Annotated[
        float, Query(ge=0, le=LONGEST, description="Seconds; after the end it is the last frame.")
    ] = 0.0,
    height: Annotated[Literal["180", "360", "720"], Query(description="Pixels, at most.")] = "360",
    recipe: Annotated[
        str,
        Query(
            max_length=100,
            description="The recipe of the proxy, as its asset names it. Where it is still that, a browser keeps the "
            "picture, and does not ask again.",
        ),
        Storable(),
    ] = "",
) -> Response:
    """The frame that is in view at a time, read from the proxy; of a still its poster, whatever the time."""
    frame = frames.read(actor, sha1, t, int(height))
    cache = KEPT_CACHE if recipe == frame.of.recipe else CACHE
    return Response(frame.jpeg, media_type="image/jpeg", headers={"Cache-Control": cache, "Vary": VARY})
