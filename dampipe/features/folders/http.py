"""Folders over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from dampipe.features.folders.model import MOST_FOLDERS, FolderPage
from dampipe.features.folders.service import FolderService
from dampipe.kernel.access import READ, Actor
from dampipe.kernel.faces.http import MAX_PATH, Problem, Storable, allowed, provided

router = APIRouter(
    tags=["folders"],
    responses={
        404: {"model": Problem, "description": "There is no such folder."},
        503: {"model": Problem, "description": "The index is being built."},
    },
)
Folders = Annotated[FolderService, provided(FolderService)]


@router.get("/folders")
def list_folders(
    actor: Annotated[Actor, allowed(READ)],
    folders: Folders,
    of: Annotated[
        str | None,
        Query(max_length=MAX_PATH, min_length=1, description="The path of a folder; none: the sources."),
        Storable(),
    ] = None,
    after: Annotated[
        str | None, Query(pattern="^[0-9a-f]{24}$", description="`after` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FOLDERS)] = 100,
) -> FolderPage:
    """A page of the folders in a folder, with the number of visible assets in each and below it."""
    return folders.children(actor, of, after, limit)
