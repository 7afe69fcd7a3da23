"""Assets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import SerializeAsAny

from dampipe.features.assets.model import Details
from dampipe.features.assets.service import AssetService
from dampipe.kernel.faces.http import Problem, RemediesDep, provided
from dampipe.kernel.faces.remedies import PAGE
from dampipe.storage.video import Video

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

Assets = Annotated[AssetService, provided(AssetService)]
SHA1 = "^[0-9a-fA-F]{4,40}$"
Sha1 = Annotated[str, Path(min_length=4, max_length=40, pattern=SHA1)]


@router.get("/assets")
def list_assets(
    assets: Assets,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[
        str | None, Query(description="SHA-1 of the last asset of the page before.", pattern=SHA1)
    ] = None,
    pending: Annotated[
        bool | None,
        Query(description="Only assets that search has to wait for (true), or only the others (false)."),
    ] = None,
) -> list[Video]:
    """Assets, the newest first."""
    return assets.page(limit, after, pending)


@router.get("/assets/{sha1}")
def show_asset(sha1: Sha1, assets: Assets, remedies: RemediesDep) -> SerializeAsAny[Details]:
    """All that is known of one asset."""
    found = assets.show(sha1)
    runs = tuple(run.model_copy(update={"hint": remedies.word(run, PAGE)}) for run in found.runs)
    return found.model_copy(update={"runs": runs})
