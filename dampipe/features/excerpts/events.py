"""The audit of excerpts: who was given which part of which original."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class OriginalExcerpted(EventPayload):
    """An actor was given a part of an original."""

    KIND = EventKind(
        "original.excerpted", "A part of an original was copied for use outside.", retention=AUDIT
    )

    path: str
    """The file, printable."""
    start: float
    """Of the part that was asked for, with its handles, in seconds of the file."""
    end: float
    purpose: str
    """`download`."""
