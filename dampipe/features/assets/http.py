"""Assets over HTTP."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, Field, SerializeAsAny

from dampipe.features.assets.errors import INVALID_ASSET
from dampipe.features.assets.model import Details
from dampipe.features.assets.queries import SHORTEST_PREFIX
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.http import MAX_PATH, JsonBody, Problem, RemediesDep, Storable, allowed, provided
from dampipe.kernel.faces.remedies import PAGE
from dampipe.kernel.paths import printable
from dampipe.kernel.sorting import SORT
from dampipe.storage.video import Video

router = APIRouter(tags=["assets"], responses={404: {"model": Problem}})

Assets = Annotated[AssetService, provided(AssetService)]
SHA1 = "^[0-9a-fA-F]{4,40}$"
WHOLE_SHA1 = "^[0-9a-f]{40}$"
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
MAX_SELECTED = 20_000
"""Assets that one request names by their whole SHA-1s, which are looked up together; others MAX_NAMES at most."""
MAX_VALUE = 8000
"""Characters of the value of a filter, which may be a query."""


def _few_names(names: tuple[str, ...]) -> tuple[str, ...]:
    if sum(len(name) != 40 for name in names) > MAX_NAMES:
        raise ValueError(f"more than {MAX_NAMES} assets are named by something else than a whole SHA-1")
    return names


SelectedNames = Annotated[tuple[Name, ...], Field(max_length=MAX_SELECTED), AfterValidator(_few_names)]
FilterName = Annotated[str, Field(max_length=100), Storable()]
FilterValue = Annotated[str, Field(max_length=MAX_VALUE), Storable()]
Filters = Annotated[
    dict[FilterName, Annotated[tuple[FilterValue, ...], Field(max_length=100)]], Field(max_length=100)
]
"""Filters of a search: values by name."""


class SelectedBody(Selected):
    """Which assets are meant: named ones, those that pass filters, or all; without some."""

    assets: SelectedNames = Field(
        default=(), description="SHA-1s (or the first digits of them) or absolute paths;"
    )
    filters: Filters = Field(default={}, description="or the filters of a search, values by name;")
    without: SelectedNames = Field(
        default=(), description="except these: what was chosen no more after all that match were chosen."
    )


class SelectedCount(BaseModel):
    """How many assets a selection means."""

    count: int


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


@router.post("/assets/count", responses={422: {"model": Problem}})
def count_assets(
    actor: Annotated[Actor, allowed(READ)],
    selection: Annotated[AssetSelection, provided(AssetSelection)],
    body: JsonBody[SelectedBody],
) -> SelectedCount:
    """How many assets a selection means, as far as the one who asks sees them: what a bulk edit would be about."""
    return SelectedCount(count=selection.count(actor, body))


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
