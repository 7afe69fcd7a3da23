"""Duplicates over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.duplicates.model import Duplicates
from dampipe.kernel.faces.http import LibraryDep

router = APIRouter(tags=["duplicates"])


@router.get("/duplicates")
def list_duplicates(
    library: LibraryDep,
    near: Annotated[bool, Query(description="Also other encodes, trims and resized versions.")] = False,
    similarity: Annotated[float, Query(ge=0.55, le=1)] = 0.55,
) -> Duplicates:
    """What the library has more than once, and what tells so."""
    return library.duplicates(near, similarity)
