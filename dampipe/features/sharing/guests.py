"""The use cases of guests: opening a link, and being known by a session."""

import secrets
from dataclasses import dataclass
from threading import BoundedSemaphore

from dampipe.features.access.secrets import digest, is_password, random_secret
from dampipe.features.access.throttle import LoginThrottle
from dampipe.features.assets.service import AssetService
from dampipe.features.collections.rights import RightsReader
from dampipe.features.sharing.errors import (
    EXPIRED,
    INVALID_LINK,
    NAME_NEEDED,
    NO_SESSION,
    PASSWORD_WRONG,
    REVOKED,
    USED_UP,
)
from dampipe.features.sharing.model import (
    ANONYMOUS,
    SCOPES,
    SHARED_FROM,
    Allow,
    GuestNeeds,
    GuestRequest,
    GuestSession,
    ShareState,
    allows_of,
    guest_name,
)
from dampipe.features.sharing.queries import Guest, Link, ShareRepository
from dampipe.features.sharing.service import moves_of_role
from dampipe.features.workflow.queries import WorkflowRepository
from dampipe.features.workflow.scopes import MOVE, move_of_link
from dampipe.kernel.access import LOCAL, READ, Actor, ActorKind, Role, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, NotLoggedIn
from dampipe.kernel.guests import GUEST_PREFIX

HASHES_AT_ONCE = 4
"""Passwords that are hashed at a time: each takes 64 MB."""
_CLOSED = {
    ShareState.EXPIRED: EXPIRED,
    ShareState.REVOKED: REVOKED,
    ShareState.USED_UP: USED_UP,
    ShareState.DISABLED: INVALID_LINK,
}


@dataclass(frozen=True)
class Entered:
    """A guest who has opened a link."""

    secret: str
    """Of the session; stored nowhere."""
    session: GuestSession


class GuestService:
    """Implements `dampipe.kernel.guests.Guests`. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        shares: ShareRepository,
        throttle: LoginThrottle,
        assets: AssetService,
        workflow: WorkflowRepository,
    ) -> None:
        self._db = database
        self._shares = shares
        self._throttle = throttle
        self._assets = assets
        self._workflow = workflow
        self._hashing = BoundedSemaphore(HASHES_AT_ONCE)

    def needs(self, token: str, address: str) -> GuestNeeds:
        """What opens a link. Only tokens that are not valid count as attempts.

        Raises NotLoggedIn for a link that is not valid or closed, Conflict for one that was opened as often as it may
        be, and TooManyRequests.
        """
        hash_ = digest(token)
        attempt = self._throttle.begin(f"share:{hash_}", address)
        link = self._shares.of_token(hash_)
        if link is None:
            raise NotLoggedIn(INVALID_LINK)
        self._throttle.succeed(attempt)
        if link.row.password_hash is None:  # else its state is said to one who has the password, too
            _require_open(link)
        return GuestNeeds(password=link.row.password_hash is not None, guest=_needs_name(link))

    def enter(self, request: GuestRequest, address: str, before: str = "") -> Entered:
        """Open a link. before: the secret of the session that the browser has, which ends; a guest who opens the same
        link again stays the same one.

        Raises NotLoggedIn for a link that is not valid (with the same answer for all reasons), for a wrong password, and
        for a link that is closed, with the reason, to one who has its token; InvalidInput without a name where one is
        needed, Conflict where the link was opened as often as it may be, and TooManyRequests.
        """
        name = guest_name(request.guest)
        hash_ = digest(request.token)
        attempt = self._throttle.begin(f"share:{hash_}", address)
        link = self._shares.of_token(hash_)
        if link is None:
            raise NotLoggedIn(INVALID_LINK)
        if link.row.password_hash is not None:
            with self._hashing:
                matches = is_password(request.password or "", link.row.password_hash)
            if not matches:
                raise NotLoggedIn(PASSWORD_WRONG)
        self._throttle.succeed(attempt)
        _require_open(link)
        if not name and _needs_name(link):
            raise InvalidInput(NAME_NEEDED)
        known = self._shares.session(digest(before)) if before else None
        is_same = known is not None and known.link.id == link.id
        guest = Guest(link, known.guest if known and is_same else secrets.token_hex(8), name or ANONYMOUS)
        secret = GUEST_PREFIX + random_secret()
        actor = self._actor(guest)
        if not self._shares.enter(link, hash_, guest.guest, guest.name, digest(secret), actor, address):
            raise NotLoggedIn(INVALID_LINK)
        if before:
            self._shares.end_session(digest(before))
        return Entered(secret, self._described(guest, actor))

    def actor(self, secret: str) -> Actor | None:
        """See Guests."""
        guest = self._shares.session(digest(secret))
        return None if guest is None else self._actor(guest)

    def session(self, actor: Actor) -> GuestSession:
        """What a guest may see and do. Raises NotFound for an actor that is not a guest, or whose link is closed."""
        require(actor, READ)
        link = self._shares.find(actor.link) if actor.link is not None else None
        if link is None or not link.is_shown:
            raise NotFound(NO_SESSION)
        return self._described(Guest(link, actor.guest, actor.name), actor)

    def leave(self, secret: str) -> None:
        """End a session; without one, nothing is done."""
        self._shares.end_session(digest(secret))

    def _actor(self, guest: Guest) -> Actor:
        """A guest may do what the link allows, as long as the one who shared may do it."""
        link = guest.link
        row = link.row
        owner = LOCAL if row.opens_all else Actor(ActorKind.USER, row.creator, link.role, user=row.creator_id)
        scopes = {READ.name}
        scopes |= {SCOPES[one].name for one in allows_of(link.row.allows) if owner.may(SCOPES[one])}
        if link.row.moves and owner.may(MOVE):
            possible = moves_of_role(self._workflow.active().definition, link.role)
            moves = {move_of_link(key) for key in link.row.moves.split() if key in possible}
            scopes |= {MOVE.name, *moves} if moves else set()
        writes = MOVE.name in scopes or SCOPES[Allow.COMMENT].name in scopes
        return Actor(
            ActorKind.LINK,
            guest.name,
            Role.COMMENTER if writes else Role.VIEWER,
            frozenset(scopes),
            link=link.id,
            collection=row.collection_id if self._may_share(owner, row.collection_id) else None,
            owner=owner,
            guest=guest.guest,
        )

    def _may_share(self, owner: Actor, collection: int | None) -> bool:
        """Whether the one who shared has the right on a collection now."""
        if collection is None:
            return False
        with self._db.read() as connection:
            held = RightsReader(connection, owner).of(collection)
        return held is not None and held.right >= SHARED_FROM

    def _described(self, guest: Guest, actor: Actor) -> GuestSession:
        row = guest.link.row
        asset = None
        if row.asset_id is not None:
            try:
                asset = self._assets.current_sha1(actor, row.asset_id)
            except NotFound:  # the one who shared does not see it now
                asset = None
        return GuestSession(
            share=row.id,
            name=row.name,
            message=row.message,
            guest=guest.name,
            asset=asset,
            collection=actor.collection,
            allow=tuple(one for one in allows_of(row.allows) if actor.may(SCOPES[one])),
            moves=tuple(key for key in row.moves.split() if move_of_link(key) in (actor.scopes or ())),
            expires_at=row.expires_at,
        )


def _needs_name(link: Link) -> bool:
    return bool(link.row.moves) or Allow.COMMENT in allows_of(link.row.allows)


def _require_open(link: Link) -> None:
    """Raise unless the link may be opened now."""
    if link.state is ShareState.USED_UP:
        raise Conflict(USED_UP)
    if link.state is not ShareState.OPEN:
        raise NotLoggedIn(_CLOSED[link.state])
