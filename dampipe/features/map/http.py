"""The map over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from dampipe.features.map.model import MOST_ZOOM, Box, MapReport
from dampipe.features.map.service import MapService
from dampipe.features.search.parameters import filters_of, model_with_filters
from dampipe.kernel.access import SEARCH, Actor
from dampipe.kernel.faces.http import Problem, Text, allowed, provided
from dampipe.kernel.filter import FilterRegistry

INVALID = {"model": Problem, "description": "The box, a filter or the query is not valid."}
BUILDING = {"model": Problem, "description": "The index is being built."}
Searcher = Annotated[Actor, allowed(SEARCH)]
Map = Annotated[MapService, provided(MapService)]


def make_router(registry: FilterRegistry) -> APIRouter:
    """The endpoint, with a parameter for every filter field."""
    router = APIRouter(tags=["map"], responses={404: {"model": Problem}, 422: INVALID, 503: BUILDING})
    own: dict[str, Any] = {
        "box": (
            Text,
            Field(
                default="-180,-90,180,90",
                description="west,south,east,north in degrees; over 180° west is greater than east.",
            ),
        ),
        "zoom": (
            Annotated[int, Field(ge=0, le=MOST_ZOOM)],
            Field(
                default=0,
                description="Of a map of tiles: the world is 2**zoom tiles wide, of 4 × 4 cells each.",
            ),
        ),
    }
    model = model_with_filters("MapParameters", registry, own)

    def read(parameters: Annotated[model, Query()]) -> Any:  # type: ignore[valid-type]
        return parameters

    from_parameters: Any = Depends(read)

    @router.get("/map")
    def show_map(actor: Searcher, map: Map, asked: Any = from_parameters) -> MapReport:
        """The visible assets that pass the filters by where they were recorded: clusters within a box."""
        return map.clusters(actor, Box.parse(asked.box), asked.zoom, filters_of(asked, registry))

    return router


router = make_router(FilterRegistry())
