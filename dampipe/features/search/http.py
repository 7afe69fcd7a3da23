"""Search over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from dampipe.features.assets.http import SelectedBody
from dampipe.features.search.clips import ClipService
from dampipe.features.search.filters import FilterResolver
from dampipe.features.search.model import ExportRequest, FilterReport, Found, SearchRequest, WholeExport
from dampipe.features.search.parameters import request_from_parameters, request_with_picture
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import EXPORT, SEARCH, Actor
from dampipe.kernel.faces.http import (
    MAX_BYTES,
    MAX_PICTURE,
    WARNINGS_HEADER,
    JsonBody,
    Problem,
    Storable,
    Text,
    allowed,
    provided,
    warnings_header,
)
from dampipe.kernel.filter import FilterRegistry
from dampipe.timeline import MEDIA_TYPES, Format, Rendered

PICTURE_TYPES: dict[str, Any] = {
    MAX_BYTES: MAX_PICTURE,
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    },
}

INVALID = {
    "model": Problem,
    "description": "A value is not valid, or parameters do not go together: a search of names without words, say.",
}
Searcher = Annotated[Actor, allowed(SEARCH)]
Search = Annotated[SearchService, provided(SearchService)]
Clips = Annotated[ClipService, provided(ClipService)]
Filters = Annotated[FilterResolver, provided(FilterResolver)]


_TIMELINE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind: {} for kind in MEDIA_TYPES.values()},
        "headers": {
            WARNINGS_HEADER: {
                "description": "What was left out or converted: a JSON list of sentences.",
                "schema": {"type": "string"},
            }
        },
    }
}


class WholeBody(SelectedBody, WholeExport):
    """Assets that become a timeline, each as a whole, and its use."""

    title: Annotated[Text, Field(description="Of the timeline.")] = "dampipe"
    territory: Annotated[str, Storable()] = WholeExport.model_fields["territory"]  # type: ignore[assignment]
    medium: Annotated[str, Storable()] = WholeExport.model_fields["medium"]  # type: ignore[assignment]
    reason: Annotated[str, Storable()] = WholeExport.model_fields["reason"]  # type: ignore[assignment]


def _timeline(rendered: Rendered, form: Format) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="dampipe.{form}"'}
    if rendered.warnings:
        headers[WARNINGS_HEADER] = warnings_header(rendered.warnings)
    return Response(rendered.text, media_type=MEDIA_TYPES[form], headers=headers)


def make_router(registry: FilterRegistry) -> APIRouter:
    """The endpoints, with a parameter for every filter field."""
    router = APIRouter(tags=["search"], responses={404: {"model": Problem}, 422: INVALID})
    from_parameters: Any = Depends(request_from_parameters(SearchRequest, registry))
    with_picture: Any = Depends(request_with_picture(SearchRequest, registry))
    export_from_parameters: Any = Depends(request_from_parameters(ExportRequest, registry))

    @router.get("/search")
    def search(actor: Searcher, search: Search, request: SearchRequest = from_parameters) -> Found:
        """Find what matches words, moments and filters best; filters alone list the newest assets first."""
        return search.find(actor, request)

    @router.post("/search", openapi_extra=PICTURE_TYPES)
    def search_by_picture(actor: Searcher, search: Search, request: SearchRequest = with_picture) -> Found:
        """Search with a picture as the body, too: JPEG, PNG or WebP, 32 MiB at most."""
        return search.find(actor, request)

    @router.get(
        "/search/export",
        response_class=Response,
        responses=_TIMELINE,
    )
    def export(
        actor: Annotated[Actor, allowed(EXPORT)],
        clips: Clips,
        request: ExportRequest = export_from_parameters,
    ) -> Response:
        """Export the moments of a search as a timeline for editing programs; same parameters as a search.

        A time code that does not fit its file, or a file that cannot be written, never stops an export: the header
        Dampipe-Warnings names the files, as a JSON list of at most 20 sentences. So it does with clips of assets that
        may not be used so, which are left out; 403 if that leaves none. With a `reason`, which needs the scope
        `override` and is recorded, they are exported.
        """
        return _timeline(clips.export(actor, request), request.format)

    @router.post("/search/export", response_class=Response, responses=_TIMELINE)
    def export_assets(
        actor: Annotated[Actor, allowed(EXPORT)], clips: Clips, body: JsonBody[WholeBody]
    ) -> Response:
        """Export selected assets as a timeline, each as a whole, 10,000 at most; warnings as those of a search."""
        return _timeline(clips.export_whole(actor, body), body.format)

    @router.get("/filters")
    def list_filters(actor: Searcher, filters: Filters) -> list[FilterReport]:
        """List the filters of a search, with what a form needs to offer them."""
        return filters.fields(actor)

    @router.get("/filters/{name}/values")
    def list_filter_values(actor: Searcher, name: str, filters: Filters) -> list[str]:
        """List the values of a filter that exist now, where its entry says that it suggests some."""
        return filters.suggestions(actor, name)

    return router


router = make_router(FilterRegistry())
