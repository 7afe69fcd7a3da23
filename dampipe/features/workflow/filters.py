"""The filter fields of workflows: the state, and to whom assets are assigned."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.workflow.errors import UNKNOWN_STATE
from dampipe.features.workflow.queries import WorkflowRepository, in_states
from dampipe.features.workflow.tables import ITEM
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _in_state(context: FilterContext, keys: Sequence[str]) -> Restriction:
    """Assets that are in one of the states."""
    definition = WorkflowRepository(context.database).active().definition
    for key in keys:
        if definition.state(key) is None:
            names = ", ".join(state.key for state in definition.states) or "none: there is no workflow"
            raise NotFound(UNKNOWN_STATE, state=key[:100], states=names)
    return Restriction(where=in_states(definition, set(keys), VERSION.c.asset_id))


def _states(context: FilterContext) -> list[str]:
    return [state.key for state in WorkflowRepository(context.database).active().definition.states]


def _assigned(context: FilterContext, names: Sequence[str]) -> Restriction:
    mine = select(ITEM.c.asset_id).where(ITEM.c.assignee.in_(list(names)))
    return Restriction(where=VERSION.c.asset_id.in_(mine))


def _assignees(context: FilterContext) -> list[str]:
    return WorkflowRepository(context.database).assignees(context.view)


def _due(context: FilterContext, values: Sequence[str]) -> Restriction:
    """Assets whose work is not done, by their due date."""
    definition = WorkflowRepository(context.database).active().definition
    conditions = {
        "overdue": ITEM.c.due_at < NOW,
        "week": ITEM.c.due_at.between(NOW, NOW + 7 * 86400.0),
        "any": ITEM.c.due_at.is_not(None),
    }
    finals = [state.key for state in definition.states if state.final]
    due = select(ITEM.c.asset_id).where(
        ITEM.c.state.not_in(finals), or_(*(conditions[value] for value in values))
    )
    return Restriction(where=VERSION.c.asset_id.in_(due))


FIELDS = (
    FilterField(
        "state",
        "State",
        "Only what is in this state of the workflow; several: any of them.",
        restrict=_in_state,
        parse=str,
        metavar="KEY",
        example="in_review",
        suggest=_states,
    ),
    FilterField(
        "assignee",
        "Assigned to",
        "Only what is assigned to this user; several: any of them.",
        restrict=_assigned,
        parse=str,
        metavar="USER",
        example="anna",
        suggest=_assignees,
    ),
    FilterField(
        "due",
        "Due",
        "Only what is not in a final state, and overdue, due within a week, or due at any time.",
        restrict=_due,
        parse=str,
        choices=("overdue", "week", "any"),
    ),
)
