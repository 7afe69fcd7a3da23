"""The events of subclips."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class SubclipCreated(EventPayload):
    """A subclip was created, or restored."""

    KIND = EventKind("subclip.created", "A subclip was created.", retention=LIBRARY)

    subclip: int
    name: str


class SubclipChanged(EventPayload):
    """The span, the name, the note or a field of a subclip changed."""

    KIND = EventKind("subclip.changed", "A subclip was changed.", retention=LIBRARY)

    subclip: int
    version: int
    """Of the subclip, after the change."""
    changed: tuple[str, ...]
    """What changed: `span`, `name`, `note`, or keys of fields."""


class SubclipDeleted(EventPayload):
    """A subclip was deleted."""

    KIND = EventKind("subclip.deleted", "A subclip was deleted.", retention=LIBRARY)

    subclip: int
    name: str
