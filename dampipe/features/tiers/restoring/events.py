"""The events of restoring."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class RestoreRequested(EventPayload):
    """Someone asked for archived files; that may cost money."""

    KIND = EventKind(
        "restore.requested", "Archived files were asked back from their storage.", retention=AUDIT
    )

    number: int
    files: int
    bytes: int
    speed: str
    days: int
    cost: dict[str, float]
    """By currency, as it was reckoned from what the sources state."""


class CopyRestored(EventPayload):
    """An archived file of an asset can be read."""

    KIND = EventKind("copy.restored", "An archived file of an asset can be read again for some time.")

    number: int
    """Of the restore."""
    place: str
    """Path or URL."""
    until: float | None
    """Seconds since 1970; None: for good."""


class RestoreFinished(EventPayload):
    """All files of a restore can be read, or have failed."""

    KIND = EventKind("restore.finished", "All files of a restore can be read, or have failed.")

    number: int
    ready: int
    failed: int
