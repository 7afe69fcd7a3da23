"""Logging in and out, and finding out who sends a request."""

import base64
import hmac
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Final

from dampipe.features.access.errors import (
    INVALID_TOKEN,
    NO_ROLE,
    NOT_LOGGED_IN,
    USER_DISABLED,
    WRONG_PASSWORD,
)
from dampipe.features.access.model import parse_role, valid_name, valid_password
from dampipe.features.access.queries import AccessRepository, User
from dampipe.features.access.secrets import digest, hash_password, is_password, random_secret
from dampipe.features.access.throttle import LoginThrottle
from dampipe.kernel.access import LOCAL, SEARCH, SYSTEM, Actor, ActorKind, Role
from dampipe.kernel.errors import Forbidden, InvalidInput, NotLoggedIn
from dampipe.kernel.guests import GUEST_PREFIX, Guests

HASHES_AT_ONCE = 4
"""Passwords that are hashed at a time: each takes 64 MB."""
PROXY: Final = "proxy"
"""The issuer of the names that a reverse proxy vouches for."""


@dataclass(frozen=True)
class LoginPolicy:
    """How people may log in, by the settings."""

    listens_on_loopback: bool = True
    proxy_addresses: Sequence[str] = ()
    """Addresses and networks of reverse proxies whose headers are believed."""
    user_header: str = ""
    groups_header: str = ""
    group_roles: Mapping[str, str] = field(default_factory=dict)
    default_role: str = ""
    """Of users whom an identity provider vouches for and none of whose groups has a role; empty: they are refused."""
    oidc: bool = False
    local_key: str = ""
    """See `dampipe.kernel.local_key`; empty: none."""

    @property
    def trusts_proxy(self) -> bool:
        """Whether a reverse proxy says who the user is."""
        return bool(self.user_header and self.proxy_addresses)

    def is_proxy(self, address: str) -> bool:
        """Whether the headers of a peer are believed."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
            peer = peer.ipv4_mapped
        return any(peer in ipaddress.ip_network(one, strict=False) for one in self.proxy_addresses)

    def role_of(self, groups: Sequence[str]) -> Role | None:
        """The highest role that any of the groups has."""
        found = [parse_role(self.group_roles[group]) for group in groups if group in self.group_roles]
        if found:
            return max(found)
        return parse_role(self.default_role) if self.default_role else None


@dataclass(frozen=True)
class Credentials:
    """What a request shows of who sends it."""

    authorization: str = ""
    """The header of that name."""
    session: str = ""
    """The id in the cookie."""
    guest: str = ""
    """The secret of a guest's session, in its cookie."""
    address: str = ""
    """Of the peer of the connection."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the request, by lower-case name; read for a trusted peer only."""


class LoginService:
    """Any method may raise CatalogueDown."""

    def __init__(
        self,
        access: AccessRepository,
        policy: LoginPolicy,
        throttle: LoginThrottle,
        guests: Callable[[], Guests],
    ) -> None:
        self._guests = guests
        self._access = access
        self._policy = policy
        self._throttle = throttle
        self._hashing = BoundedSemaphore(HASHES_AT_ONCE)

    @property
    def policy(self) -> LoginPolicy:
        """How people may log in."""
        return self._policy

    def needs_login(self) -> bool:
        """Whether a request must say who sends it: as soon as there is a user, or others reach the server."""
        policy = self._policy
        if not policy.listens_on_loopback or policy.trusts_proxy or policy.oidc:
            return True
        return self._access.has_users()

    def actor(self, shown: Credentials) -> Actor:
        """Who sends a request. Raises NotLoggedIn, and Forbidden for a user of a proxy without a role."""
        if shown.authorization:
            return self._of_token(shown.authorization)
        user = self._access.session(digest(shown.session)) if shown.session else None
        if user is None and self._policy.trusts_proxy and self._policy.is_proxy(shown.address):
            user = self._of_proxy(shown.headers)
        if user is not None:
            return actor_of(user)
        guest = self._guests().actor(shown.guest) if shown.guest else None
        if guest is not None:
            return guest
        if self.needs_login():
            raise NotLoggedIn(NOT_LOGGED_IN)
        return LOCAL

    def _of_token(self, header: str) -> Actor:
        kind, _, secret = header.partition(" ")
        key = self._policy.local_key
        if key and same_secret(secret.strip(), key):
            return Actor(ActorKind.LOCAL, role=Role.VIEWER, scopes=frozenset({SEARCH.name}))
        if kind.lower() == "bearer" and secret.strip().startswith(GUEST_PREFIX):
            guest = self._guests().actor(secret.strip())
            if guest is None:
                raise NotLoggedIn(INVALID_TOKEN)
            return guest
        if kind.lower() == "basic":  # senders of notifications can do nothing else
            kind, secret = "bearer", _password(secret)
        token = self._access.token(digest(secret.strip())) if kind.lower() == "bearer" else None
        if token is None:
            raise NotLoggedIn(INVALID_TOKEN)
        if token.user is None:
            return Actor(ActorKind.TOKEN, token.name, Role.ADMIN, token.scopes)
        return Actor(ActorKind.TOKEN, token.name, token.user.role, token.scopes, token.user.id)

    def _of_proxy(self, headers: Mapping[str, str]) -> User | None:
        name = headers.get(self._policy.user_header.lower(), "").strip()
        if not name:
            return None
        groups = headers.get(self._policy.groups_header.lower(), "") if self._policy.groups_header else ""
        listed = [group.strip() for group in groups.replace(";", ",").split(",") if group.strip()]
        return self.vouched(PROXY, name, name, listed)

    def log_in(self, name: str, password: str, address: str) -> str:
        """Begin a session of a user with a password; returns the id for the cookie, which is stored nowhere.

        Raises NotLoggedIn (the same for an unknown name, a wrong password and a disabled user) and TooManyRequests.
        """
        name = name.strip().lower()
        attempt = self._throttle.begin(name, address)
        user = self._access.find_user(name)
        with self._hashing:
            matches = is_password(password, None if user is None else user.password_hash)
        if user is None or not matches or user.is_disabled:
            if user is not None:
                self._access.record_failed_login(user, address)
            raise NotLoggedIn(WRONG_PASSWORD)
        self._throttle.succeed(attempt)
        return self.begin(user)

    def begin(self, user: User) -> str:
        """Begin a session; returns the id for the cookie. Every login has an id of its own, so that none is fixed."""
        session = random_secret()
        self._access.add_session(user, digest(session))
        return session

    def log_out(self, session: str, everywhere: bool = False) -> None:
        """End a session, or all of its user."""
        user = self._access.session(digest(session)) if everywhere else None
        self._access.end_session(digest(session))
        if user is not None:
            self._access.end_sessions(user, str(actor_of(user)))

    def change_password(self, session: str, old: str, new: str, address: str) -> str:
        """Change one's own password. All sessions of the user end; returns the id of a new one.

        Raises NotLoggedIn for a wrong old password or no session, InvalidInput for a new one of a wrong length.
        """
        user = self._access.session(digest(session)) if session else None
        if user is None:
            raise NotLoggedIn(NOT_LOGGED_IN)
        attempt = self._throttle.begin(user.name, address)
        with self._hashing:
            matches = is_password(old, user.password_hash)
        if not matches:
            self._access.record_failed_login(user, address)
            raise NotLoggedIn(WRONG_PASSWORD)
        self._throttle.succeed(attempt)
        with self._hashing:
            hashed = hash_password(valid_password(new))
        self._access.change_user(user, str(actor_of(user)), password_hash=hashed)
        return self.begin(user)

    def vouched(self, issuer: str, subject: str, name: str, groups: Sequence[str]) -> User:
        """The user whom an identity provider has logged in; added at the first login. The groups decide the role.

        A user is linked by issuer and subject: one who exists already is not taken over by a provider that uses the
        same name or e-mail address. Raises Forbidden where no group has a role, and for a disabled user.
        """
        role, by = self._policy.role_of(groups), str(SYSTEM)
        user = self._access.linked_user(issuer, subject)
        if role is None and user is None:
            raise Forbidden(NO_ROLE, name=name[:100])
        if user is None:
            assert role is not None
            user = self._access.add_user(self._free_name(name), role, None, by)
            self._access.link(user, issuer, subject)
        elif role is not None and role != user.role and groups:
            self._access.change_user(user, by, role=role)
            user = self._access.user(user.name)
        if user.is_disabled:
            raise Forbidden(USER_DISABLED, name=user.name)
        self._access.note_use(user)
        return user

    def _free_name(self, name: str) -> str:
        try:
            wanted = valid_name(name)
        except InvalidInput:
            wanted = "user"
        number, free = 1, wanted
        while self._access.find_user(free) is not None:
            number += 1
            free = f"{wanted[:90]}-{number}"
        return free


def actor_of(user: User) -> Actor:
    """The actor that a user is."""
    return Actor(ActorKind.USER, user.name, user.role, user=user.id)


def _password(encoded: str) -> str:
    """The password of Basic authentication, whatever the user's name; "" where it is not valid."""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def same_secret(one: str, other: str) -> bool:
    """Whether two texts are the same, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
