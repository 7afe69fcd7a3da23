"""The library as one list, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from dampipe.features.assets.http import SHA1, WHOLE_SHA1
from dampipe.features.library.model import (
    MOST_ASSETS,
    MOST_SHA1S,
    AssetMarks,
    AssetPage,
    Buckets,
    ListRequest,
    PageRequest,
    Sha1s,
)
from dampipe.features.library.service import LibraryService
from dampipe.features.search.parameters import filters_of, model_with_filters
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import Problem, Storable, allowed, provided
from dampipe.kernel.filter import FilterRegistry

INVALID = {"model": Problem, "description": "A filter, the query or the order is not valid."}
Reader = Annotated[Actor, allowed(READ)]
Library = Annotated[LibraryService, provided(LibraryService)]
Assets = Annotated[
    list[Annotated[str, Field(pattern=WHOLE_SHA1)]],
    Query(min_length=1, max_length=MOST_ASSETS, description="Whole SHA-1s."),
]


def _own(request: type[ListRequest], **changes: Any) -> dict[str, Any]:
    fields = {
        name: (
            field.annotation if not field.metadata else Annotated[field.annotation, *field.metadata],
            field,
        )
        for name, field in request.model_fields.items()
        if name != "filters"
    }
    return {**fields, **changes}


def make_router(registry: FilterRegistry) -> APIRouter:
    """The endpoints, with a parameter for every filter field."""
    router = APIRouter(tags=["library"], responses={404: {"model": Problem}, 422: INVALID})
    at = {
        "at": (Annotated[str | None, Field(pattern=SHA1)], PageRequest.model_fields["at"]),
        "bucket": (Annotated[str | None, Storable()], PageRequest.model_fields["bucket"]),
    }
    lists = model_with_filters("ListParameters", registry, _own(ListRequest))
    pages = model_with_filters("PageParameters", registry, _own(PageRequest, **at))
    limit = (Annotated[int, Field(ge=1, le=MOST_SHA1S)], 1000)
    parts = model_with_filters("PartParameters", registry, _own(PageRequest, **at, limit=limit))

    def given(parameters: Any, names: Any) -> dict[str, Any]:
        return {name: getattr(parameters, name) for name in names if name != "filters"}

    def read_list(parameters: Annotated[lists, Query()]) -> ListRequest:  # type: ignore[valid-type]
        own = given(parameters, ListRequest.model_fields)
        return ListRequest(**own, filters=filters_of(parameters, registry))

    def read_page(parameters: Annotated[pages, Query()]) -> PageRequest:  # type: ignore[valid-type]
        own = given(parameters, PageRequest.model_fields)
        return PageRequest(**own, filters=filters_of(parameters, registry))

    def read_part(parameters: Annotated[parts, Query()]) -> tuple[PageRequest, int]:  # type: ignore[valid-type]
        own = given(parameters, PageRequest.model_fields)
        limit = own.pop("limit")
        return PageRequest(**own, filters=filters_of(parameters, registry)), limit

    from_list: Any = Depends(read_list)
    from_page: Any = Depends(read_page)
    from_part: Any = Depends(read_part)

    @router.get("/library/buckets", response_model=Buckets)
    def buckets(actor: Reader, library: Library, request: ListRequest = from_list) -> Response:
        """How many of the assets that pass the filters are where in a list: by day, month, folder or camera."""
        return _written(library.buckets(actor, request))

    @router.get("/library/assets", response_model=AssetPage)
    def page(actor: Reader, library: Library, request: PageRequest = from_page) -> Response:
        """A part of a list, which begins anywhere: at a position, in a bucket, or at an asset."""
        return _written(library.page(actor, request))

    @router.get("/library/marks")
    def marks(actor: Reader, library: Library, asset: Assets) -> AssetMarks:
        """The ratings and labels of assets; those that have none, do not exist or may not be seen are left out."""
        return library.marks(actor, asset)

    @router.get("/library/sha1s", response_model=Sha1s)
    def sha1s(actor: Reader, library: Library, request: tuple[PageRequest, int] = from_part) -> Response:
        """The SHA-1s of a part of a list, for acts on many assets."""
        return _written(library.sha1s(actor, *request))

    return router


def _written(answer: BaseModel) -> Response:
    """An answer as JSON, written at once: to check a page again and to make plain objects of it takes as long as to read
    it from the catalogue."""
    return Response(answer.model_dump_json(), media_type="application/json")


router = make_router(FilterRegistry())
