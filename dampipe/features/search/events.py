"""The audit of exports."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class TimelineExported(EventPayload):
    """An actor was given clips as a timeline."""

    KIND = EventKind(
        "timeline.exported", "Clips were exported as a timeline for an editing program.", retention=AUDIT
    )

    format: str
    """`otio`, `fcpxml`, `xml`, `edl` or `csv`."""
    clips: int
    contents: list[str]
    """SHA-1s of the versions, 1,000 at most; clips that were left out are among them."""
    purpose: str
    """`export`."""
