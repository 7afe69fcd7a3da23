"""The events of workflows: what was moved, assigned and applied, by whom."""

from dampipe.kernel.access import READ
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class AssetMoved(EventPayload):
    """An asset came into another state."""

    KIND = EventKind(
        "workflow.moved", "An asset came into another state of the workflow.", retention=AUDIT, scope=READ
    )

    transition: str
    """Key of the transition; `map` where a definition moved it, `merge` and `unmerge` where assets became one or two."""
    source: str
    """Key of the state before,"""
    to: str
    """and after."""
    comment: str = ""
    version: int
    """Of the workflow."""


class AssetAssigned(EventPayload):
    """An asset was assigned to a user, or to none."""

    KIND = EventKind(
        "workflow.assigned", "An asset was assigned to a user, or to none.", retention=AUDIT, scope=READ
    )

    assignee: str | None


class DueSet(EventPayload):
    """An asset got another due date, or none."""

    KIND = EventKind(
        "workflow.due_set", "An asset got another due date, or none.", retention=AUDIT, scope=READ
    )

    due: str | None
    """ISO 8601, with the offset of its zone."""
    zone: str | None


class WorkflowApplied(EventPayload):
    """The library got another definition of its workflow."""

    KIND = EventKind("workflow.applied", "The library got another workflow.", retention=AUDIT, scope=READ)

    key: str
    version: int
    map: dict[str, str]
    moved: int
    """Assets that the map moved."""


class WorkflowSignal(EventPayload):
    """A transition whose definition has the effect `event` was made."""

    KIND = EventKind(
        "workflow.signal", "An asset made a move whose definition has the effect `event`.", retention=LIBRARY
    )

    topic: str
    """As the definition says it."""
    transition: str
    source: str
    to: str
