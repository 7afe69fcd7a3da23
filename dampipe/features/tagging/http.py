"""Tags over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Body

from dampipe.features.assets.http import Sha1
from dampipe.features.tagging.model import TagReport
from dampipe.kernel.faces.http import LibraryDep, Problem

router = APIRouter(tags=["tags"], responses={404: {"model": Problem}})

Name = Annotated[str, Body(embed=True, max_length=100)]


@router.get("/tags")
def list_tags(library: LibraryDep) -> list[TagReport]:
    """All tags, and how many assets have each."""
    return library.assets.tags()


@router.post("/assets/{sha1}/tags", status_code=204)
def add_tag(sha1: Sha1, name: Name, library: LibraryDep) -> None:
    """Give an asset a tag; one that it has already is no error."""
    library.assets.tag(name, [library.assets.by_sha1(sha1).video.sha1])


@router.delete("/assets/{sha1}/tags/{name:path}", status_code=204)
def remove_tag(sha1: Sha1, name: str, library: LibraryDep) -> None:
    """Take a tag from an asset; one that it does not have is no error."""
    library.assets.untag(name, [library.assets.by_sha1(sha1).video.sha1])
