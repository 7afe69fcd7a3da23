"""The events of events: what administrators do with subscribers."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class EventSkipped(EventPayload):
    """A subscriber was moved past an event at which it failed."""

    KIND = EventKind(
        "subscriber.skipped", "A subscriber was moved past an event at which it failed.", retention=AUDIT
    )

    subscriber: str
    event: int
    """Its number."""
    id: str
    name: str
    problem: str
    """Why it failed."""
