"""Sources over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from dampipe.features.sources.model import SourceReport
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import allowed, provided

router = APIRouter(tags=["sources"])


@router.get("/sources")
def list_sources(
    actor: Annotated[Actor, allowed(READ)], sources: Annotated[SourceService, provided(SourceService)]
) -> list[SourceReport]:
    """All sources, with how many of their files are present and how many are missing."""
    return sources.reports(actor)
