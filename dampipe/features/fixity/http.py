"""Fixity over HTTP: reading files again, and how long ago they were read."""

from typing import Annotated

from fastapi import APIRouter, status
from pydantic import Field

from dampipe.features.fixity import model
from dampipe.features.fixity.model import Verification, VerificationReport
from dampipe.features.fixity.service import FixityService
from dampipe.kernel.access import PROCESS, STATUS, Actor
from dampipe.kernel.faces.http import JsonBody, PathText, Problem, allowed, provided

router = APIRouter(tags=["verifications"])

Fixity = Annotated[FixityService, provided(FixityService)]


class VerifyRequest(model.VerifyRequest):
    """The files to check against their stored checksums."""

    what: Annotated[tuple[PathText, ...], Field(max_length=1000)] = ()
    """Names of sources, and absolute paths or URLs of files and folders in them; none means all sources."""


@router.post(
    "/verifications",
    status_code=status.HTTP_202_ACCEPTED,
    responses={404: {"model": Problem, "description": "It is neither a source nor below one."}},
)
def start_verification(
    actor: Annotated[Actor, allowed(PROCESS)], fixity: Fixity, request: JsonBody[VerifyRequest]
) -> Verification:
    """Have workers read files again and compare them with their stored checksums; returns at once.

    `GET /verifications` says how many are left, `GET /failures` lists those that are damaged.
    """
    return fixity.start(actor, request)


@router.get("/verifications")
def list_verifications(actor: Annotated[Actor, allowed(STATUS)], fixity: Fixity) -> VerificationReport:
    """How many files are to be read again now, and how long ago the files of each source were read."""
    return fixity.state(actor)
