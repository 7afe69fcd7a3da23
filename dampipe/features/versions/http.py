"""Versions over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dampipe.features.assets.http import SHA1, Sha1
from dampipe.features.versions.model import (
    MAX_STACKED,
    Metadata,
    OperationReport,
    SplitRequest,
    StackRequest,
    VersionList,
)
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import EDIT, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, allowed, provided

CONFLICT = {"model": Problem, "description": "The versions are not as the request takes them to be."}
INVALID = {"model": Problem, "description": "A value is not valid, or the assets are the same."}
router = APIRouter(tags=["versions"], responses={404: {"model": Problem}, 409: CONFLICT, 422: INVALID})

Editor = Annotated[Actor, allowed(EDIT)]
Versions = Annotated[VersionService, provided(VersionService)]
Other = Annotated[str, Field(min_length=4, max_length=40, pattern=SHA1)]


class StackBody(BaseModel):
    """The assets that become versions of another."""

    model_config = STRICT

    others: Annotated[tuple[Other, ...], Field(min_length=1, max_length=MAX_STACKED)]


class SplitBody(BaseModel):
    """Who keeps the metadata when a version becomes an asset of its own."""

    model_config = STRICT

    metadata: Metadata = Metadata.BOTH


@router.get("/assets/{sha1}/versions")
def list_versions(actor: Annotated[Actor, allowed(READ)], sha1: Sha1, versions: Versions) -> VersionList:
    """The versions of an asset, newest first, and what was done with them."""
    return versions.list(actor, sha1)


@router.post("/assets/{sha1}/versions/stack")
def stack_versions(
    actor: Editor, sha1: Sha1, request: JsonBody[StackBody], versions: Versions
) -> list[OperationReport]:
    """Make other assets versions of this one, which gets their metadata; its current version stays current."""
    return list(versions.stack(actor, StackRequest(asset=sha1, others=request.others)))


@router.post("/assets/{sha1}/versions/split")
def split_version(
    actor: Editor,
    sha1: Sha1,
    versions: Versions,
    request: JsonBody[SplitBody | None] = None,
) -> OperationReport:
    """Make this version an asset of its own."""
    return versions.split(actor, SplitRequest(version=sha1, metadata=(request or SplitBody()).metadata))


@router.post("/assets/{sha1}/versions/make-current")
def make_version_current(actor: Editor, sha1: Sha1, versions: Versions) -> VersionList:
    """Make this version the one that stands for its asset."""
    return versions.make_current(actor, sha1)


@router.post("/assets/{sha1}/versions/undo")
def undo_versions(actor: Editor, sha1: Sha1, versions: Versions) -> OperationReport:
    """Undo what was last stacked, split or recognized as a version of this asset; returns what that was."""
    return versions.undo(actor, sha1)
