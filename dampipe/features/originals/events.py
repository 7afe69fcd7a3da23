"""The audit of originals: who was given which file."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class OriginalOpened(EventPayload):
    """An actor was given an original, whole or in part. At most one an hour for an actor and a version."""

    KIND = EventKind(
        "original.opened",
        "An original was downloaded, at least in part; once an hour for an actor and a version.",
        retention=AUDIT,
    )

    path: str
    """The file, printable."""
    purpose: str
    """`download`."""
