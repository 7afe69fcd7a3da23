"""Tags over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Body

from dampipe.features.assets.http import Sha1
from dampipe.features.tagging.model import MAX_LENGTH, TagReport, TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.kernel.access import EDIT, READ, Actor
from dampipe.kernel.faces.http import Problem, Text, allowed, provided

INVALID = {"model": Problem, "description": "The name is not one word or a few, in printable characters."}
router = APIRouter(tags=["tags"], responses={404: {"model": Problem}, 422: INVALID})

Name = Annotated[Text, Body(embed=True, max_length=MAX_LENGTH)]
Editor = Annotated[Actor, allowed(EDIT)]
Tags = Annotated[TagService, provided(TagService)]


@router.get("/tags")
def list_tags(actor: Annotated[Actor, allowed(READ)], tags: Tags) -> list[TagReport]:
    """All tags, with the number of assets that have each."""
    return tags.all(actor)


@router.post("/assets/{sha1}/tags", status_code=204)
def add_tag(actor: Editor, sha1: Sha1, name: Name, tags: Tags) -> None:
    """Give an asset a tag; a tag that it has already is not an error."""
    tags.add(actor, TagRequest(tag=name, assets=(sha1,)))


@router.delete("/assets/{sha1}/tags/{name:path}", status_code=204)
def remove_tag(actor: Editor, sha1: Sha1, name: str, tags: Tags) -> None:
    """Take a tag from an asset; a tag that it does not have is not an error."""
    tags.remove(actor, TagRequest(tag=name, assets=(sha1,)))
