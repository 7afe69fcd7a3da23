"""Sources over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from dampipe.features.sources.check import SourceCheckReport, SourceChecks
from dampipe.features.sources.model import SourceReport, SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import MANAGE, READ, Actor
from dampipe.kernel.faces.http import MAX_PATH, JsonBody, PathText, Problem, Storable, Text, allowed, provided

router = APIRouter(tags=["sources"])

Sources = Annotated[SourceService, provided(SourceService)]
Manager = Annotated[Actor, allowed(MANAGE)]
Place = Annotated[str, Field(max_length=MAX_PATH), Storable(r"^(/|[a-z][a-z0-9+.-]+://)[^\u0000]*$")]
Patterns = Annotated[tuple[PathText, ...], Field(max_length=1000)]


class SourceBody(SourceRequest):
    """A folder or URL to name as a source; the settings of one that is a source already are replaced."""

    name: Text
    path: Place
    """Absolute path, or a URL: below a source or a folder of the setting scan_roots."""
    include: Patterns = ()
    exclude: Patterns = ()
    path_maps: Annotated[dict[Text, PathText], Field(max_length=100)] = Field(default_factory=dict)
    """The path on other machines, by machine name: likewise below a source or a folder of the setting scan_roots."""


class Forgotten(BaseModel):
    """What a removed source has held."""

    forgotten: int
    """Files of which it is not known any more where they are."""


@router.get("/sources")
def list_sources(actor: Annotated[Actor, allowed(READ)], sources: Sources) -> list[SourceReport]:
    """All sources, with how many of their files are present and how many are missing."""
    return sources.reports(actor)


@router.post(
    "/sources",
    responses={
        403: {"model": Problem, "description": "A path is not below a source or one of the scan roots."},
        404: {"model": Problem, "description": "There is no such folder."},
        503: {"model": Problem, "description": "The storage of a URL does not answer, or denies access."},
    },
)
def add_source(actor: Manager, sources: Sources, request: JsonBody[SourceBody]) -> SourceReport:
    """Name a folder of footage, or a URL; nothing is read yet. All settings of a known one are replaced."""
    return sources.add_inside(actor, request)


@router.post(
    "/sources/{name:path}/check",
    responses={404: {"model": Problem, "description": "There is no such source."}},
)
def check_source(
    actor: Manager,
    checks: Annotated[SourceChecks, provided(SourceChecks)],
    name: Annotated[str, Path(max_length=1000), Storable()],
) -> SourceCheckReport:
    """Look whether a source answers, can be listed and read and, if it is managed, written to.

    Into a managed source a small hidden file is written, and deleted again. What fails is in the answer, whose status is
    200.
    """
    return checks.check(actor, name)


@router.delete(
    "/sources/{name:path}", responses={404: {"model": Problem, "description": "There is no such source."}}
)
def remove_source(
    actor: Manager, sources: Sources, name: Annotated[str, Path(max_length=1000), Storable()]
) -> Forgotten:
    """Forget a source and where its files are, but not what was made of them."""
    return Forgotten(forgotten=sources.remove(actor, name))
