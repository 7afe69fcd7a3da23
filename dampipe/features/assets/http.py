"""Assets over HTTP."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, Field, SerializeAsAny

from dampipe.features.assets.errors import INVALID_ASSET
from dampipe.features.assets.model import Details
from dampipe.features.assets.queries import SHORTEST_PREFIX
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import MAX_PATH, Problem, RemediesDep, Storable, allowed, provided
from dampipe.kernel.faces.remedies import PAGE
from dampipe.kernel.paths import printable
from dampipe.kernel.sorting import SORT
from dampipe.storage.video import Video

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

Assets = Annotated[AssetService, provided(AssetService)]
SHA1 = "^[0-9a-fA-F]{4,40}$"
Sha1 = Annotated[str, Path(min_length=4, max_length=40, pattern=SHA1)]


def _check_name(name: str) -> str:
    """Refuse a relative path, which would tell whether the server's working folder has such a file."""
    if not re.fullmatch(NAME, name, re.DOTALL):
        raise InvalidInput(INVALID_ASSET, name=printable(name), shortest=SHORTEST_PREFIX)
    return name


NAME = r"^(/[^\u0000]*|[0-9a-fA-F]{4,40})$"
Name = Annotated[str, Field(max_length=MAX_PATH), Storable(NAME), AfterValidator(_check_name)]
MAX_NAMES = 1000
"""Assets and paths of one request."""
AssetNames = Annotated[tuple[Name, ...], Field(max_length=MAX_NAMES)]
"""Assets by SHA-1, or absolute paths."""


@router.get("/assets")
def list_assets(
    actor: Annotated[Actor, allowed(READ)],
    assets: Assets,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[
        str | None, Query(description="SHA-1 of the last asset of the page before.", pattern=SHA1)
    ] = None,
    pending: Annotated[
        bool | None,
        Query(description="Only assets that search has to wait for (true), or only the others (false)."),
    ] = None,
    sort: Annotated[
        str,
        Query(
            pattern=SORT,
            description="By this field, or, after a minus sign, by it with the greatest first; `metadata/fields` says "
            "which are `sortable`. Assets without a value come last.",
        ),
    ] = "",
) -> list[Video]:
    """Assets, the newest first, or sorted by a field."""
    return assets.page(actor, limit, after, pending, sort)


@router.get("/assets/{sha1}")
def show_asset(
    actor: Annotated[Actor, allowed(READ)],
    sha1: Sha1,
    assets: Assets,
    remedies: RemediesDep,
    exact: Annotated[
        bool, Query(description="Show the version with this SHA-1, also if another one is current.")
    ] = False,
) -> SerializeAsAny[Details]:
    """All that is known of one asset, by the SHA-1 of any of its versions."""
    found = assets.show(actor, sha1, exact=exact)
    runs = tuple(run.model_copy(update={"hint": remedies.word(run, PAGE)}) for run in found.runs)
    return found.model_copy(update={"runs": runs})
