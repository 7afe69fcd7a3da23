"""The events of rights: who changed which licence, what has it, and which licences end."""

from dampipe.kernel.access import READ
from dampipe.kernel.events.payload import AUDIT, LIBRARY, EventKind, EventPayload


class LicenceAdded(EventPayload):
    """A licence was added."""

    KIND = EventKind("licence.added", "A licence was added.", retention=AUDIT)

    licence: str
    """Its name, as in the other events."""


class LicenceChanged(EventPayload):
    """The terms of a licence were changed."""

    KIND = EventKind("licence.changed", "The terms of a licence were changed.", retention=AUDIT)

    licence: str
    before: dict[str, object]
    """The fields that have changed, without documents and releases, as they were."""
    after: dict[str, object]


class LicenceRemoved(EventPayload):
    """A licence was removed from the library."""

    KIND = EventKind("licence.removed", "A licence was removed, also from its assets.", retention=AUDIT)

    licence: str
    assets: int
    """How many assets had it."""


class LicenceAttached(EventPayload):
    """An asset has a licence that it did not have."""

    KIND = EventKind("licence.attached", "A licence was attached to an asset.", retention=AUDIT, scope=READ)

    licence: str


class LicenceDetached(EventPayload):
    """An asset does not have a licence any more."""

    KIND = EventKind("licence.detached", "A licence was taken from an asset.", retention=AUDIT, scope=READ)

    licence: str


class PolicyChanged(EventPayload):
    """The policy of rights was changed."""

    KIND = EventKind("rights.policy_changed", "The policy of rights was changed.", retention=AUDIT)

    before: dict[str, object]
    after: dict[str, object]


class RightsExpiring(EventPayload):
    """A licence ends soon. Once for a licence and a notice."""

    KIND = EventKind(
        "rights.expiring",
        "A licence ends in so many days; once for each of its notices.",
        retention=LIBRARY,
    )

    licence: str
    title: str
    until: str
    """The last day, or the time of its end, in `zone`."""
    zone: str
    days: int
    """Of the notice: how many days before the end it is due."""
    assets: int
    """How many assets have the licence."""


class RightsExpired(EventPayload):
    """A licence has ended. Nothing is deleted."""

    KIND = EventKind("rights.expired", "A licence has ended; nothing is deleted.", retention=LIBRARY)

    licence: str
    title: str
    until: str
    zone: str
    assets: int
