"""Undo over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from dampipe.features.undo.model import EditReport, UndoneReport
from dampipe.features.undo.service import UndoService
from dampipe.kernel.access import COMMENT, Actor
from dampipe.kernel.faces.http import Problem, allowed, provided

MOST_NUMBER = 2**31 - 1
router = APIRouter(tags=["undo"])
Undo = Annotated[UndoService, provided(UndoService)]
Writer = Annotated[Actor, allowed(COMMENT)]


@router.get("/edits", responses={403: {"model": Problem}})
def list_edits(
    actor: Writer,
    undo: Undo,
    everybody: Annotated[bool, Query(description="Those of all actors; managers may.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=MOST_NUMBER, description="Older than this number.")] = None,
) -> list[EditReport]:
    """What was changed in collections, subclips, comments and links, newest first."""
    return undo.edits(actor, everybody=everybody, limit=limit, before=before)


@router.post("/edits/{number}/undo", responses={404: {"model": Problem}, 409: {"model": Problem}})
def undo_edit(actor: Writer, undo: Undo, number: Annotated[int, Path(ge=1, le=MOST_NUMBER)]) -> UndoneReport:
    """Undo an edit: rows that were not changed since are as they were before it. An undo can be undone."""
    return undo.undo(actor, number)
