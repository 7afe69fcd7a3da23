"""The events of copies that plans make and delete."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class CopyMade(EventPayload):
    """A plan has made a copy, which was read back."""

    KIND = EventKind("copy.made", "A plan has made a copy of a file, which was read back.", retention=LIBRARY)

    plan: int
    source: str
    path: str
    """Printable; as the worker saw it."""


class CopyLeaving(EventPayload):
    """A plan has marked a copy as leaving: it is deleted when its time of grace is over, unless someone keeps it."""

    KIND = EventKind(
        "copy.leaving",
        "A copy is to be deleted when its time of grace is over, unless someone keeps it.",
        retention=LIBRARY,
    )

    plan: int
    source: str
    path: str
    leaves_at: float
    """Seconds since 1970."""


class CopyKept(EventPayload):
    """A copy that was leaving stays."""

    KIND = EventKind("copy.kept", "A copy that was to be deleted stays.", retention=LIBRARY)

    source: str
    path: str
    reason: str
    """The code of the reason; empty: someone wished it so."""


class CopyDeleted(EventPayload):
    """A plan has deleted a copy."""

    KIND = EventKind(
        "copy.deleted",
        "A plan has deleted a copy; enough others were verified.",
        retention=LIBRARY,
    )

    plan: int
    source: str
    path: str


class PlanChanged(EventPayload):
    """A plan was applied, paused, resumed or cancelled, or all of its actions have ended."""

    KIND = EventKind(
        "tier_plan.changed",
        "A plan was applied, paused, resumed or cancelled, or all of its actions have ended.",
        retention=LIBRARY,
        scope=MANAGE,
    )

    plan: int
    state: str
    """Its new state."""
