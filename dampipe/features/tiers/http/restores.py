"""Copies and restores over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, status
from pydantic import Field

from dampipe.features.assets.http import SelectedBody, Sha1
from dampipe.features.assets.selected import Selected
from dampipe.features.tiers.reports import CopyReport, CopyService
from dampipe.features.tiers.restoring.model import (
    LONGEST,
    Estimate,
    FileState,
    RestoreFileReport,
    RestoreReport,
    RestoreRequest,
    Speed,
)
from dampipe.features.tiers.restoring.service import RestoreService
from dampipe.features.tiers.scopes import RESTORE
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, allowed, provided

LARGEST = 2**31 - 1
router = APIRouter(tags=["tiers"])
Number = Annotated[int, Path(ge=1, le=LARGEST, description="The number of the restore.")]
Reader = Annotated[Actor, allowed(READ)]
Restorer = Annotated[Actor, allowed(RESTORE)]
Restores = Annotated[RestoreService, provided(RestoreService)]
ASKED: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such asset."},
    409: {
        "model": Problem,
        "description": "There is nothing to restore, or it costs more than was accepted.",
    },
    422: {
        "model": Problem,
        "description": "Which assets are meant is not said in one way, or a value is not valid.",
    },
}


class RestoreBody(SelectedBody):
    """Which assets are to be readable again, how quickly, and for how long."""

    waiting: bool = False
    """Whether all files are meant that were not identified yet, since they were archived when they were found."""
    speed: Speed = Speed.BULK
    days: Annotated[int, Field(ge=1, le=LONGEST)] = 7
    """For how long."""

    def request(self) -> RestoreRequest:
        """The same for the service."""
        return RestoreRequest(
            **Selected.of(self).model_dump(), waiting=self.waiting, speed=self.speed, days=self.days
        )


class AcceptedBody(RestoreBody):
    """The same, and what it may cost."""

    accepted_cost: Annotated[float, Field(ge=0, le=1e9)]
    """The most money that it may cost in any currency, as the estimate states it."""


@router.get("/assets/{sha1}/copies", responses={404: {"model": Problem}})
def list_copies(
    actor: Reader, sha1: Sha1, copies: Annotated[CopyService, provided(CopyService)]
) -> list[CopyReport]:
    """Where the copies of a version are, whether each can be read, and what it costs to get it."""
    return copies.of(actor, sha1)


@router.post("/restore-estimates", responses={404: ASKED[404], 422: ASKED[422]})
def estimate_restore(actor: Reader, body: JsonBody[RestoreBody], restores: Restores) -> Estimate:
    """What it would cost to have archived files restored. Nothing is asked for."""
    return restores.estimate(actor, body.request())


@router.post("/restores", status_code=status.HTTP_202_ACCEPTED, responses=ASKED)
def request_restore(actor: Restorer, body: JsonBody[AcceptedBody], restores: Restores) -> RestoreReport:
    """Have archived files restored, and return at once. The event `restore.finished` says when they can be read."""
    return restores.request(actor, body.request(), body.accepted_cost)


@router.get("/restores")
def list_restores(
    actor: Reader, restores: Restores, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> list[RestoreReport]:
    """Restores, newest first."""
    return restores.latest(actor, limit)


@router.get("/restores/{number}", responses={404: {"model": Problem}})
def show_restore(actor: Reader, number: Number, restores: Restores) -> RestoreReport:
    """How far a restore is."""
    return restores.report(actor, number)


@router.get("/restores/{number}/files", responses={404: {"model": Problem}})
def list_restore_files(
    actor: Reader,
    number: Number,
    restores: Restores,
    state: Annotated[tuple[FileState, ...], Query(max_length=len(FileState))] = (),
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[RestoreFileReport]:
    """Visible files of a restore. state: only these. after: the number of the last file of the page before."""
    return restores.files(actor, number, state, after, limit)
