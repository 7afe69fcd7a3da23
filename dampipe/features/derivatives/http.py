"""Checks of derivatives over HTTP. Their bytes are sent by `dampipe/features/originals/http.py`."""

from typing import Annotated

from fastapi import APIRouter, Path

from dampipe.features.assets.http import AssetNames
from dampipe.features.derivatives import model
from dampipe.features.derivatives.model import CheckStarted, CheckState
from dampipe.features.derivatives.service import CheckRequests
from dampipe.kernel.access import PROCESS, Actor
from dampipe.kernel.faces.http import JsonBody, Problem, allowed, provided

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

Processor = Annotated[Actor, allowed(PROCESS)]
Checks = Annotated[CheckRequests, provided(CheckRequests)]


class CheckRequest(model.CheckRequest):
    """The derivatives to check, and what to do about those that are lost."""

    what: AssetNames = ()
    """Assets by SHA-1, or absolute paths; none means all."""


@router.post("/derivatives/check", status_code=202)
def start_check(
    actor: Processor, checks: Checks, request: JsonBody[CheckRequest | None] = None
) -> CheckStarted:
    """Have workers compare stored derivatives with their checksums and, with `repair`, make lost ones again.

    Returns at once; without a body all derivatives are checked and none is made again.
    """
    return checks.start(actor, request or CheckRequest())


@router.get("/derivatives/check/{check}")
def read_check(actor: Processor, check: Annotated[int, Path(ge=1, lt=2**31)], checks: Checks) -> CheckState:
    """How a check stands, and its result once it is done; results are kept for a week."""
    return checks.read(actor, check)
