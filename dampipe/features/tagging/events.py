"""The events of tags: who gave which tag to what, and who took it away."""

from dampipe.kernel.access import READ
from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class TagAdded(EventPayload):
    """A tag was given to an asset that did not have it."""

    KIND = EventKind("tag.added", "A tag was given to an asset.", retention=AUDIT, scope=READ)

    tag: str


class TagRemoved(EventPayload):
    """A tag was taken from an asset that had it."""

    KIND = EventKind("tag.removed", "A tag was taken from an asset.", retention=AUDIT, scope=READ)

    tag: str
