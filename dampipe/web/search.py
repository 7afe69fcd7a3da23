"""Search over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.domain.moments import Moment
from dampipe.web.models import LibraryDep

router = APIRouter(tags=["search"])


@router.get("/search")
def search(
    library: LibraryDep,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="Words.")],
    limit: Annotated[int, Query(ge=1, le=1000)] = 10,
) -> list[Moment]:
    """The moments that fit the words best, the best first."""
    return library.search(q, limit)
