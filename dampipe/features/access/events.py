"""The audit of access: who may log in, who did, and who changed that. No event holds a password, a token or an id of a
session."""

from dampipe.kernel.events.payload import AUDIT, EventKind, EventPayload


class UserAdded(EventPayload):
    """A user was added: by a person, or at the first login at an identity provider."""

    KIND = EventKind("user.added", "A user was added.", retention=AUDIT)

    user: str
    role: str


class UserChanged(EventPayload):
    """A user has another role or password, or was disabled or enabled."""

    KIND = EventKind("user.changed", "A user's role, password or state was changed.", retention=AUDIT)

    user: str
    role: str | None = None
    """None: as before."""
    password: bool = False
    """Whether it was changed."""
    disabled: bool | None = None
    """None: as before."""


class UserRemoved(EventPayload):
    """A user was removed."""

    KIND = EventKind("user.removed", "A user was removed.", retention=AUDIT)

    user: str


class LoggedIn(EventPayload):
    """A user has begun a session."""

    KIND = EventKind("user.logged_in", "A user has logged in.", retention=AUDIT)

    user: str


class LoggedOut(EventPayload):
    """A session of a user was ended, or all of them."""

    KIND = EventKind("user.logged_out", "A session of a user was ended, or all of them.", retention=AUDIT)

    user: str
    everywhere: bool


class LoginFailed(EventPayload):
    """A wrong password was given for a user."""

    KIND = EventKind("user.login_failed", "A login of a user was refused.", retention=AUDIT)

    user: str
    """Of a user that exists; what is typed for a name may be a password."""
    address: str


class TokenMade(EventPayload):
    """A token was created."""

    KIND = EventKind("token.created", "A token was created.", retention=AUDIT)

    token: str
    """Its name."""
    scopes: list[str]
    user: str | None


class TokenRevoked(EventPayload):
    """A token was revoked."""

    KIND = EventKind("token.revoked", "A token was revoked.", retention=AUDIT)

    token: str


class Granted(EventPayload):
    """A user or a role may see more."""

    KIND = EventKind(
        "grant.added", "A user or a role may see a source, a folder or everything.", retention=AUDIT
    )

    to: str
    what: str


class GrantRevoked(EventPayload):
    """A user or a role may see less."""

    KIND = EventKind("grant.removed", "A grant was taken back.", retention=AUDIT)

    to: str
    what: str
