"""The audit of share links: who shared what with whom, and who opened it. No event holds a token or a password."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class _OfShare(EventPayload):
    share: int
    name: str


class ShareCreated(_OfShare):
    """A link was created."""

    KIND = EventKind("share.created", "A share link was created.", retention=AUDIT)

    collection: int | None
    """None: it is a link to the asset of the event."""
    allows: list[str]
    moves: list[str]


class ShareChanged(_OfShare):
    """A link allows something else, expires at another time, or has another name or password."""

    KIND = EventKind(
        "share.changed",
        "A share link was changed: what it allows, when it expires, its name or password; also by an undo.",
        retention=AUDIT,
    )

    allows: list[str]
    moves: list[str]
    password: bool = False
    """Whether it was set, changed or removed."""


class ShareRevoked(_OfShare):
    """A link was revoked."""

    KIND = EventKind("share.revoked", "A share link was revoked: it shows nothing any more.", retention=AUDIT)


class ShareRenewed(_OfShare):
    """A link got another token."""

    KIND = EventKind(
        "share.renewed", "A share link got another address; the old one is void.", retention=AUDIT
    )


class ShareOpened(_OfShare):
    """A guest has opened a link."""

    KIND = EventKind("share.opened", "A guest has opened a share link.", retention=AUDIT)

    guest: str
    """The name that the guest gave."""
    address: str
