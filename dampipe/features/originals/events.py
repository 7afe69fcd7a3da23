"""The audit of releases: who was given which file, and who has overridden a check."""

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


class DerivativeDownloaded(EventPayload):
    """An actor was given a derivative for use outside. At most one an hour for an actor, a version and a kind."""

    KIND = EventKind(
        "derivative.downloaded",
        "A derivative was downloaded for use outside; once an hour for an actor, a version and a kind.",
        retention=AUDIT,
    )

    kind: str
    """Of the derivative: `proxy`, `poster` …"""
    purpose: str
    """`download`."""


class ShareDownloaded(EventPayload):
    """A guest of a share link downloaded something. At most one an hour for a guest, a version and a kind."""

    KIND = EventKind("share.downloaded", "Something was downloaded through a share link.", retention=AUDIT)

    share: int
    guest: str
    what: str
    """The event that says what: `original.opened`, `derivative.downloaded`."""


class ReleaseOverridden(EventPayload):
    """An actor released what a check refuses, for a reason."""

    KIND = EventKind(
        "release.overridden",
        "Something was released although a check refuses it, for a reason.",
        retention=AUDIT,
    )

    purpose: str
    """`download` or `export`."""
    reason: str
    """What the actor wrote."""
    objections: list[str]
    """Codes of the errors, such as `rights.expired`."""
