"""Duplicates over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.duplicates.model import Duplicates, DuplicatesRequest
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.faces.http import provided

router = APIRouter(tags=["duplicates"])


@router.get("/duplicates")
def list_duplicates(
    duplicates: Annotated[DuplicateService, provided(DuplicateService)],
    request: Annotated[DuplicatesRequest, Query()],
) -> Duplicates:
    """List what the library has more than once, with the evidence."""
    return duplicates.find(request)
