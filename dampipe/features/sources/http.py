"""Sources over HTTP."""

from fastapi import APIRouter

from dampipe.features.sources.model import SourceReport
from dampipe.kernel.faces.http import LibraryDep

router = APIRouter(tags=["sources"])


@router.get("/sources")
def list_sources(library: LibraryDep) -> list[SourceReport]:
    """All footage roots, how many files are there and how many are missing."""
    return library.upkeep.sources()
