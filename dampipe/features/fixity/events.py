"""The events of fixity checks."""

from dampipe.kernel.events.payload import LIBRARY, EventKind, EventPayload


class FileBad(EventPayload):
    """A fixity check found that a file has changed or cannot be read."""

    KIND = EventKind(
        "file.bad", "A fixity check found bit rot, or could not read the file.", retention=LIBRARY
    )

    path: str
    """Printable; as the source was declared."""
    verdict: str
    """`mismatch` or `unreadable`."""
    reason: str
    """What was read, or why it could not be."""
