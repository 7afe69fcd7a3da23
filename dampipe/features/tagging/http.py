"""Tags over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dampipe.features.assets.http import Sha1
from dampipe.features.tagging.model import MAX_LENGTH, TagReport, TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.kernel.access import EDIT, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Text, allowed, provided

INVALID = {"model": Problem, "description": "The name is not one word or a few, in printable characters."}
router = APIRouter(tags=["tags"], responses={404: {"model": Problem}, 422: INVALID})

Editor = Annotated[Actor, allowed(EDIT)]
Tags = Annotated[TagService, provided(TagService)]


@router.get("/tags")
def list_tags(actor: Annotated[Actor, allowed(READ)], tags: Tags) -> list[TagReport]:
    """All tags, with the number of assets that have each."""
    return tags.all(actor)


class TagBody(BaseModel):
    """A tag."""

    model_config = STRICT

    name: Annotated[Text, Field(max_length=MAX_LENGTH)]


@router.post("/assets/{sha1}/tags", status_code=204)
def add_tag(actor: Editor, sha1: Sha1, request: JsonBody[TagBody], tags: Tags) -> None:
    """Give an asset a tag; a tag that it has already is not an error."""
    tags.add(actor, TagRequest(tag=request.name, assets=(sha1,)))


@router.delete("/assets/{sha1}/tags/{name:path}", status_code=204)
def remove_tag(actor: Editor, sha1: Sha1, name: str, tags: Tags) -> None:
    """Take a tag from an asset; a tag that it does not have is not an error."""
    tags.remove(actor, TagRequest(tag=name, assets=(sha1,)))
