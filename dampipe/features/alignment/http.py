"""Carrying times over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.alignment.model import CarryReport, CarryRequest
from dampipe.features.alignment.playback import PlaybackReport, PlaybackService
from dampipe.features.alignment.service import CarryService
from dampipe.features.assets.http import SHA1, Sha1
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import Problem, Text, allowed, provided

INVALID = {"model": Problem, "description": "A time that the version does not have, or a still."}
router = APIRouter(tags=["versions"], responses={404: {"model": Problem}, 422: INVALID})
MAX_IN_ADDRESS = 1000
"""Times of one request, whose address holds them all."""
Playback = Annotated[PlaybackService, provided(PlaybackService)]
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


@router.get("/versions/{sha1}/playback")
def show_playback(actor: Annotated[Actor, allowed(READ)], sha1: Sha1, playback: Playback) -> PlaybackReport:
    """How this version is played: when each of its frames begins, where its shots start, and which sound is heard."""
    return playback.playback(actor, sha1)
