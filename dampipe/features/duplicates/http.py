"""Duplicates over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.duplicates.model import Duplicates, DuplicatesRequest
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import allowed, provided

router = APIRouter(tags=["duplicates"])


@router.get("/duplicates")
def list_duplicates(
    actor: Annotated[Actor, allowed(READ)],
    duplicates: Annotated[DuplicateService, provided(DuplicateService)],
    request: Annotated[DuplicatesRequest, Query()],
) -> Duplicates:
    """List what the library has more than once, with the evidence."""
    return duplicates.find(actor, request)
