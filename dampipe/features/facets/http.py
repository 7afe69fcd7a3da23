"""Facets over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from dampipe.features.facets.model import MOST_VALUES, FacetRequest, Facets
from dampipe.features.facets.service import FacetService
from dampipe.features.search.parameters import filters_of, model_with_filters
from dampipe.kernel.access import SEARCH, Actor
from dampipe.kernel.faces.http import Problem, Storable, Text, allowed, provided
from dampipe.kernel.filter import FilterRegistry

INVALID = {"model": Problem, "description": "A filter or the query is not valid."}
BUILDING = {"model": Problem, "description": "The index is being built."}
Searcher = Annotated[Actor, allowed(SEARCH)]
Counts = Annotated[FacetService, provided(FacetService)]


def make_router(registry: FilterRegistry) -> APIRouter:
    """The endpoint, with a parameter for every filter field."""
    router = APIRouter(tags=["search"], responses={404: {"model": Problem}, 422: INVALID, 503: BUILDING})
    own: dict[str, Any] = {
        "facet": (
            Annotated[tuple[Text, ...], Field(max_length=100)],
            Field(
                default=(), description="Only these facets, by key; none: all of which assets have values."
            ),
        ),
        "limit": (
            Annotated[int, Field(ge=1, le=MOST_VALUES)],
            Field(default=20, description="Values of each facet, those with most assets first."),
        ),
        "containing": (
            Annotated[str, Storable()],
            Field(
                default="",
                max_length=200,
                description="Only values that contain this text, in any case; of terms their labels.",
            ),
        ),
    }
    model = model_with_filters("FacetParameters", registry, own)

    def read(parameters: Annotated[model, Query()]) -> FacetRequest:  # type: ignore[valid-type]
        given: Any = parameters
        return FacetRequest(
            facet=given.facet,
            limit=given.limit,
            containing=given.containing,
            filters=filters_of(given, registry),
        )

    from_parameters: Any = Depends(read)

    @router.get("/facets")
    def count(actor: Searcher, counts: Counts, request: FacetRequest = from_parameters) -> Facets:
        """Count the assets that pass the filters by the values of facets, as far as they are visible."""
        return counts.count(actor, request)

    return router


router = make_router(FilterRegistry())
