"""Guests of share links: who they are, and which endpoints they may ask.

A guest has no account. Endpoints are closed to guests unless their feature names them in `Feature.guest_endpoints`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, Protocol

from dampipe.kernel.access import Actor
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.feature import registered_features

NOT_FOR_GUESTS = ErrorCode(
    "share.not_for_guests", "a share link does not lead here", "Log in, or ask for what the link shows."
)
GUEST_PREFIX: Final = "dampipe_guest_"
"""How the secret of a guest's session begins, where it is sent as a bearer token."""


class Guests(Protocol):
    """Answers who a guest is. The feature `sharing` implements it."""

    def actor(self, secret: str) -> Actor | None:
        """The actor of a session, by its secret; None: it has ended, or its link is closed."""
        ...


class NoGuests:
    """Guests of a library without links."""

    def actor(self, secret: str) -> Actor | None:
        """See Guests."""
        return None


@cache
def guest_endpoints() -> Mapping[str, str]:
    """The endpoints that guests may ask, as `GET /assets/{sha1}`, each with the name of a scope that they need besides
    that of the endpoint, or ""."""
    found = {}
    for feature in registered_features():
        for one in feature.guest_endpoints:
            method, path, *scope = one.split(" ")
            found[f"{method} {path}"] = scope[0] if scope else ""
    return found
