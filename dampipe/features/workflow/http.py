"""Workflows over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dampipe.features.assets.http import SelectedBody, Sha1
from dampipe.features.assets.selected import Selected
from dampipe.features.workflow.definition import MAX_TOML
from dampipe.features.workflow.due import MAX_ZONE
from dampipe.features.workflow.model import (
    MAX_COMMENT,
    Applied,
    AssetWorkflow,
    Changed,
    DefinitionReport,
    DefinitionText,
    HistoryEntry,
    MoveReport,
    MoveRequest,
    Reason,
    TaskReport,
    Trial,
    WorkflowReport,
)
from dampipe.features.workflow.scopes import MOVE
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor
from dampipe.kernel.faces.http import STRICT, JsonBody, Problem, Storable, Text, allowed, provided

CONFLICT = {
    "model": Problem,
    "description": "The workflow or the asset is not as the request takes it to be.",
}
INVALID = {"model": Problem, "description": "A value is not valid."}
router = APIRouter(tags=["workflow"], responses={404: {"model": Problem}, 409: CONFLICT, 422: INVALID})

MOST_RESULTS = 10_000
"""Results of single assets in one answer."""
Workflow = Annotated[WorkflowService, provided(WorkflowService)]
Reader = Annotated[Actor, allowed(READ)]
Editor = Annotated[Actor, allowed(EDIT)]
Manager = Annotated[Actor, allowed(MANAGE)]
Mover = Annotated[Actor, allowed(MOVE)]
Short = Annotated[str, Field(max_length=100), Storable()]
Comment = Annotated[str, Field(max_length=MAX_COMMENT), Storable()]


class DefinitionBody(BaseModel):
    """A definition, and where assets go whose state it does not have."""

    model_config = STRICT

    toml: Annotated[str, Field(max_length=MAX_TOML), Storable()]
    map: Annotated[dict[Short, Short], Field(max_length=100)] = {}
    """Old state to new one."""


class MovesBody(SelectedBody):
    """Assets that are to make a move."""

    transition: Short
    comment: Comment = ""
    dry_run: bool = False


class MoveBody(BaseModel):
    """The move of one asset."""

    model_config = STRICT

    transition: Short
    comment: Comment = ""


class AssignBody(SelectedBody):
    """To whom assets are assigned."""

    assignee: Short | None
    """Name of a user; null: no user."""


class DueBody(SelectedBody):
    """When assets are due."""

    due: Short | None
    """A date or a time in the form of ISO 8601; null: at no time."""
    zone: Annotated[str, Field(max_length=MAX_ZONE), Storable()] | None = None
    """Its time zone, such as Europe/Berlin; not needed for a time with an offset."""


@router.get("/workflow")
def show_workflow(actor: Reader, workflow: Workflow) -> WorkflowReport:
    """The workflow of the library, with the number of assets in each state."""
    return workflow.workflow(actor)


@router.get("/workflow/definitions")
def list_definitions(actor: Reader, workflow: Workflow) -> list[DefinitionReport]:
    """The definitions that come with dampipe, then those that were applied, newest first."""
    return workflow.definitions(actor)


@router.get("/workflow/definitions/{name}")
def show_definition(
    actor: Reader,
    name: Annotated[str, Path(max_length=100, description="A key, the number of a version, or `active`.")],
    workflow: Workflow,
) -> DefinitionText:
    """A definition with its text and its state diagram."""
    return workflow.definition(actor, None if name == "active" else name)


@router.post("/workflow/check")
def check_definition(actor: Manager, body: JsonBody[DefinitionBody], workflow: Workflow) -> list[Reason]:
    """What is wrong with a definition; nothing, if it can be applied."""
    return workflow.check(actor, body.toml, body.map)


@router.post("/workflow/try")
def try_definition(actor: Manager, body: JsonBody[DefinitionBody], workflow: Workflow) -> Trial:
    """What a definition would mean for the library; nothing is written."""
    return workflow.trial(actor, body.toml, body.map)


@router.post("/workflow/apply")
def apply_definition(actor: Manager, body: JsonBody[DefinitionBody], workflow: Workflow) -> Applied:
    """Make a definition the workflow of the library."""
    return workflow.apply(actor, body.toml, body.map)


@router.post("/workflow/moves")
def move_assets(actor: Mover, body: JsonBody[MovesBody], workflow: Workflow) -> MoveReport:
    """Have assets make a move; the answer has a result for each, those that did not move first."""
    report = workflow.move(
        actor,
        MoveRequest(
            **Selected.of(body).model_dump(),
            transition=body.transition,
            comment=body.comment,
            dry_run=body.dry_run,
        ),
    )
    left_out = max(0, len(report.results) - MOST_RESULTS)
    return report.model_copy(update={"results": report.results[:MOST_RESULTS], "left_out": left_out})


@router.post("/workflow/assign")
def assign_assets(actor: Editor, body: JsonBody[AssignBody], workflow: Workflow) -> Changed:
    """Assign assets to a user, or to none."""
    return workflow.assign(actor, body, body.assignee)


@router.post("/workflow/due")
def set_due_dates(actor: Editor, body: JsonBody[DueBody], workflow: Workflow) -> Changed:
    """Set when assets are due."""
    return workflow.set_due(actor, body, body.due, body.zone)


@router.get("/workflow/tasks")
def list_tasks(
    actor: Reader,
    workflow: Workflow,
    assignee: Annotated[
        Text | None, Query(description="Only those of this user; by default one's own.")
    ] = None,
    everybody: Annotated[bool, Query(description="Those of all users.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[TaskReport]:
    """Assets that are assigned and not in a final state, the most urgent first."""
    own = assignee is None and not everybody
    return workflow.tasks(actor, assignee, own=own, limit=limit, after=offset)


@router.get("/assets/{sha1}/workflow")
def show_asset_workflow(actor: Reader, sha1: Sha1, workflow: Workflow) -> AssetWorkflow:
    """Where an asset is in the workflow, and which moves are possible for the one who asks."""
    return workflow.show(actor, sha1)


@router.get("/assets/{sha1}/workflow/history")
def show_asset_history(
    actor: Reader, sha1: Sha1, workflow: Workflow, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[HistoryEntry]:
    """What happened to an asset in the workflow, newest first."""
    return workflow.history(actor, sha1, limit)


@router.post("/assets/{sha1}/workflow/move")
def move_asset(actor: Mover, sha1: Sha1, body: JsonBody[MoveBody], workflow: Workflow) -> AssetWorkflow:
    """Have an asset make a move. 409 if it cannot, with the reason, such as that another user has moved it meanwhile."""
    return workflow.move_one(actor, sha1, body.transition, body.comment)
