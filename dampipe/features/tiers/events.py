"""The events of policies and plans."""

from dampipe.kernel.access import MANAGE
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class PolicyApplied(EventPayload):
    """A policy is in force."""

    KIND = EventKind("tier.policy_applied", "A policy of copies was put in force.", retention=AUDIT)

    number: int
    rules: tuple[str, ...]
    """Their names, in order."""


class PlanMade(EventPayload):
    """A plan was made. It moves nothing until it is applied."""

    KIND = EventKind(
        "tier.plan_made", "A plan was made, which moves nothing yet.", retention=LIBRARY, scope=MANAGE
    )

    plan: int
    policy: int
    copies: int
    """Files, as in the other counts."""
    reclasses: int
    deletes: int
