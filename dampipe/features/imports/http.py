"""Imports over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, status
from pydantic import BaseModel, Field

from dampipe.features.imports.model import (
    LARGEST_ID,
    MOST_DESTINATIONS,
    FileState,
    ImporterReport,
    ImportFileReport,
    ImportReport,
    ImportRequest,
)
from dampipe.features.imports.pattern import LONGEST
from dampipe.features.imports.service import ImportService
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.faces.http import MAX_PATH, STRICT, JsonBody, Problem, Storable, allowed, provided

router = APIRouter(tags=["imports"])

Number = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the import.")]
Manager = Annotated[Actor, allowed(MANAGE)]
Imports = Annotated[ImportService, provided(ImportService)]
OVER: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such import."},
    409: {"model": Problem, "description": "The state of the import does not allow it."},
}


class ImportBody(BaseModel):
    """What to import, and where to."""

    model_config = STRICT

    importer: Annotated[str, Field(min_length=1, max_length=100), Storable()]
    """`card`, `folder`, `photos`, or what a plug-in adds."""
    origin: Annotated[str, Field(max_length=MAX_PATH), Storable(r"^/[^\u0000]*$")]
    """Absolute path as the machine sees it that receives the request, below a source or a folder of the setting
    scan_roots."""
    to: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_PATH), Storable()], ...],
        Field(min_length=1, max_length=MOST_DESTINATIONS),
    ]
    """Names of managed sources, or absolute paths in them."""
    pattern: Annotated[str, Field(max_length=LONGEST), Storable()] = ""
    """Empty: that of the importer."""
    include: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100), Storable()], ...], Field(max_length=10)
    ] = ()
    """Of a photo library: `hidden`, `trashed`, `shared` and `orphans` are left out otherwise."""


@router.get("/importers")
def list_importers(actor: Manager, imports: Imports) -> list[ImporterReport]:
    """The kinds of origins that can be imported: camera cards, folders, photo libraries, and what plug-ins add."""
    return imports.importers(actor)


@router.post(
    "/imports",
    status_code=status.HTTP_202_ACCEPTED,
    responses={
        403: {"model": Problem, "description": "The origin is not below a source or one of the scan roots."},
        404: {"model": Problem, "description": "There is no such importer, origin or destination."},
        409: {"model": Problem, "description": "Another import of the origin is not over."},
    },
)
def begin_import(actor: Manager, body: JsonBody[ImportBody], imports: Imports) -> ImportReport:
    """Ask for an import and return at once. Its progress is at `/imports/{number}`."""
    return imports.begin_inside(actor, ImportRequest(**body.model_dump()))


@router.get("/imports")
def list_imports(
    actor: Manager, imports: Imports, limit: Annotated[int, Query(ge=1, le=1000)] = 20
) -> list[ImportReport]:
    """Imports, newest first."""
    return imports.latest(actor, limit)


@router.get("/imports/{number}", responses={404: {"model": Problem}})
def show_import(actor: Manager, number: Number, imports: Imports) -> ImportReport:
    """How far an import is; once it is over, its receipt."""
    return imports.report(actor, number)


@router.get("/imports/{number}/files", responses={404: {"model": Problem}})
def list_import_files(
    actor: Manager,
    number: Number,
    imports: Imports,
    state: Annotated[tuple[FileState, ...], Query(max_length=len(FileState))] = (),
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ImportFileReport]:
    """Input files and their outcomes. state: only these. after: the number of the last file of the page before."""
    return imports.files(actor, number, state, after, limit)


@router.post("/imports/{number}/pause", responses=OVER)
def pause_import(actor: Manager, number: Number, imports: Imports) -> ImportReport:
    """Stop within seconds; what is copied stays."""
    return imports.pause(actor, number)


@router.post("/imports/{number}/resume", responses=OVER)
def resume_import(actor: Manager, number: Number, imports: Imports) -> ImportReport:
    """Continue a paused or blocked import at once."""
    return imports.resume(actor, number)


@router.post("/imports/{number}/cancel", responses=OVER)
def cancel_import(actor: Manager, number: Number, imports: Imports) -> ImportReport:
    """End an import: what is copied stays, half-written files are deleted."""
    return imports.cancel(actor, number)
