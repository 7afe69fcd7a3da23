"""Carrying times over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.alignment.frames import FrameService, FramesReport
from dampipe.features.alignment.model import CarryReport, CarryRequest
from dampipe.features.alignment.service import CarryService
from dampipe.features.assets.http import SHA1, Sha1
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import Problem, Text, allowed, provided

INVALID = {"model": Problem, "description": "A time that the version does not have, or a still."}
router = APIRouter(tags=["versions"], responses={404: {"model": Problem}, 422: INVALID})
MAX_IN_ADDRESS = 1000
"""Times of one request, whose address holds them all."""
Frames = Annotated[FrameService, provided(FrameService)]
Carrying = Annotated[CarryService, provided(CarryService)]


@router.get("/versions/{sha1}/carry")
def carry_times(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    carrying: Carrying,
    to: Annotated[
        str, Query(description="SHA-1 of the other version.", min_length=4, max_length=40, pattern=SHA1)
    ],
    time: Annotated[
        list[Text],
        Query(
            min_length=1,
            max_length=MAX_IN_ADDRESS,
            description='Seconds ("12.5"), ticks of a time base ("300@1001/24000") or time code ("01:00:12:12").',
        ),
    ],
) -> CarryReport:
    """Where times of this version are in another: carried, gone with what is left around them, or pending."""
    return carrying.carry(actor, CarryRequest(source=sha1, target=to, times=tuple(time)))


@router.get("/versions/{sha1}/frames")
def show_frames(actor: Annotated[Actor, allowed(READ)], sha1: Sha1, frames: Frames) -> FramesReport:
    """The frames of this version: when each begins, how they are counted, which ones its proxy has, and its shots."""
    return frames.frames(actor, sha1)
