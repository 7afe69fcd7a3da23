"""The SQL of share links and their guests; the only writer of these tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, or_, select, update

from dampipe.features.access.queries import SESSION_IDLE, SESSION_LIFE, TOUCH_EVERY
from dampipe.features.access.tables import USER
from dampipe.features.sharing.errors import UNKNOWN_SHARE, USED_UP
from dampipe.features.sharing.events import (
    ShareChanged,
    ShareCreated,
    ShareOpened,
    ShareRenewed,
    ShareRevoked,
)
from dampipe.features.sharing.model import ShareState
from dampipe.features.sharing.tables import SHARE, SHARE_KEY, SHARE_SESSION
from dampipe.features.undo.journal import begin, finish, image, record
from dampipe.kernel.access import Actor, Role
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.undo import Change

_COLUMNS = (
    *SHARE.c,
    SHARE_KEY.c.password_hash,
    SHARE_KEY.c.opened,
    SHARE_KEY.c.opened_at,
    USER.c.name.label("creator"),
    USER.c.role.label("creator_role"),
    USER.c.is_disabled.label("creator_disabled"),
)
_LINKS = SHARE.join(SHARE_KEY, SHARE_KEY.c.share_id == SHARE.c.id).outerjoin(
    USER, USER.c.id == SHARE.c.creator_id
)


@dataclass(frozen=True)
class Link:
    """A link with what decides about it now."""

    row: Any
    now: float
    """Seconds since 1970, by the database's clock."""

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row.id)

    @property
    def state(self) -> ShareState:
        """Whether it can be opened."""
        if not self.is_shown:
            expired = ShareState.EXPIRED if self.row.revoked_at is None else ShareState.REVOKED
            return expired if self.has_owner else ShareState.DISABLED
        is_used_up = self.row.max_opens is not None and self.row.opened >= self.row.max_opens
        return ShareState.USED_UP if is_used_up else ShareState.OPEN

    @property
    def has_owner(self) -> bool:
        """Whether the one who shared may still log in."""
        return bool(self.row.opens_all) or (self.row.creator is not None and not self.row.creator_disabled)

    @property
    def is_shown(self) -> bool:
        """Whether guests who have opened it are shown something."""
        is_over = self.row.expires_at is not None and self.row.expires_at <= self.now
        return self.has_owner and self.row.revoked_at is None and not is_over

    @property
    def role(self) -> Role:
        """Of the one who shared, now."""
        return Role.ADMIN if self.row.opens_all else Role(self.row.creator_role)


@dataclass(frozen=True)
class Guest:
    """A guest who has opened a link."""

    link: Link
    guest: str
    name: str


class ShareRepository:
    """The links of one catalogue. Times are those of the database. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, number: int) -> Link | None:
        """A link by its number."""
        return self._one(SHARE.c.id == number)

    def of_token(self, hash_: str) -> Link | None:
        """A link by the hash of its token."""
        return self._one(SHARE_KEY.c.token_hash == hash_)

    def _one(self, where: ColumnElement[bool]) -> Link | None:
        with self._db.read() as connection:
            now = database_time(connection)
            row = connection.execute(select(*_COLUMNS).select_from(_LINKS).where(where)).first()
        return None if row is None else Link(row, now)

    def links(
        self,
        creator: int | None,
        limit: int,
        before: int | None,
        asset: int | None = None,
        collection: int | None = None,
    ) -> list[Link]:
        """Links, newest first. creator: only those of a user; before: only those with a lower number; asset,
        collection: only those to it."""
        query = select(*_COLUMNS).select_from(_LINKS).order_by(SHARE.c.id.desc()).limit(limit)
        if creator is not None:
            query = query.where(SHARE.c.creator_id == creator)
        if before is not None:
            query = query.where(SHARE.c.id < before)
        if asset is not None:
            query = query.where(SHARE.c.asset_id == asset)
        if collection is not None:
            query = query.where(SHARE.c.collection_id == collection)
        with self._db.read() as connection:
            now = database_time(connection)
            return [Link(row, now) for row in connection.execute(query)]

    def guests(self, links: Sequence[int]) -> dict[int, int]:
        """How many sessions of each link have not ended."""
        with self._db.read() as connection:
            now = database_time(connection)
            query = (
                select(SHARE_SESSION.c.share_id, func.count())
                .where(self._db.among(SHARE_SESSION.c.share_id, links), _is_valid(now))
                .group_by(SHARE_SESSION.c.share_id)
            )
            return {int(share): int(count) for share, count in connection.execute(query)}

    # What those do who share

    def add(
        self,
        actor: Actor,
        values: Mapping[str, Any],
        token_hash: str,
        password_hash: str | None,
        days: float | None,
    ) -> int:
        """Create a link; returns its number. It is revoked, not undone: no edit is recorded."""
        with self._db.write() as connection:
            now = database_time(connection)
            stamps = {
                "created_at": now,
                "created_by": str(actor),
                "changed_at": now,
                "changed_by": str(actor),
                "expires_at": None if days is None else now + days * 86400,
                "version": 1,
            }
            row = connection.execute(SHARE.insert().values(**values, **stamps).returning(*SHARE.c)).one()
            key = {"share_id": row.id, "token_hash": token_hash, "password_hash": password_hash, "opened": 0}
            connection.execute(SHARE_KEY.insert().values(**key))
            payload = ShareCreated(
                share=row.id,
                name=row.name,
                collection=row.collection_id,
                allows=row.allows.split(),
                moves=row.moves.split(),
            )
            record_event(connection, payload, actor=actor, asset=row.asset_id, at=now)
        return int(row.id)

    def lock(self, connection: Connection, number: int) -> Row[Any]:
        """The row of a link, locked until the transaction ends. Raises NotFound."""
        row = connection.execute(select(SHARE).where(SHARE.c.id == number).with_for_update()).first()
        if row is None:
            raise NotFound(UNKNOWN_SHARE, share=number)
        return row

    def change(
        self,
        connection: Connection,
        actor: Actor,
        row: Row[Any],
        values: Mapping[str, Any],
        *,
        password: tuple[str | None] | None = None,
        summary: str,
        revokes: bool = False,
    ) -> None:
        """Change a link that is locked, with an edit that can be undone, but for the password.

        password: the hash of a new one, or None for none, in a tuple; None: as before. A new one ends all sessions.
        """
        now = database_time(connection)
        before = image(row)
        stamps = {"changed_at": now, "changed_by": str(actor), "version": row.version + 1}
        after = {**before, **values, **stamps}
        edit = begin(connection, str(actor), summary)
        connection.execute(update(SHARE).where(SHARE.c.id == row.id).values(**values, **stamps))
        record(connection, self._db, edit, SHARE, [Change(before, after)])
        finish(connection, edit)
        if password is not None:
            mine = SHARE_KEY.c.share_id == row.id
            connection.execute(update(SHARE_KEY).where(mine).values(password_hash=password[0]))
            connection.execute(delete(SHARE_SESSION).where(SHARE_SESSION.c.share_id == row.id))
        payload: ShareRevoked | ShareChanged = ShareRevoked(share=row.id, name=after["name"])
        if not revokes:
            payload = changed_event(after, password=password is not None)
        record_event(connection, payload, actor=actor, asset=row.asset_id, at=now)

    def renew(self, actor: Actor, number: int, token_hash: str) -> None:
        """Give a link another token, and end the sessions of all guests. Raises NotFound."""
        with self._db.write() as connection:
            row = self.lock(connection, number)
            mine = SHARE_KEY.c.share_id == number
            connection.execute(update(SHARE_KEY).where(mine).values(token_hash=token_hash))
            connection.execute(delete(SHARE_SESSION).where(SHARE_SESSION.c.share_id == number))
            record_event(
                connection, ShareRenewed(share=number, name=row.name), actor=actor, asset=row.asset_id
            )

    # Guests

    def enter(
        self, link: Link, token_hash: str, guest: str, name: str, hash_: str, actor: Actor, address: str
    ) -> bool:
        """Count that a link was opened, and begin a session of a guest.

        Of several that open it at a time, no more than the limit come in: the others raise Conflict (USED_UP). False:
        the link has another token meanwhile, or was closed.
        """
        with self._db.write() as connection:
            row = connection.execute(
                select(SHARE).where(SHARE.c.id == link.id).with_for_update(read=True)
            ).first()
            now = database_time(connection)
            if row is None or row.revoked_at is not None or (row.expires_at or now + 1) <= now:
                return False
            has_left = (
                SHARE_KEY.c.opened < row.max_opens if row.max_opens is not None else SHARE_KEY.c.opened >= 0
            )
            mine = and_(SHARE_KEY.c.share_id == link.id, SHARE_KEY.c.token_hash == token_hash)
            counted = update(SHARE_KEY).where(mine, has_left)
            if not connection.execute(counted.values(opened=SHARE_KEY.c.opened + 1, opened_at=now)).rowcount:
                if connection.execute(select(SHARE_KEY.c.share_id).where(mine)).first() is None:
                    return False
                raise Conflict(USED_UP)
            session = {"hash": hash_, "share_id": link.id, "guest": guest, "name": name}
            connection.execute(SHARE_SESSION.insert().values(**session, created_at=now, last_used_at=now))
            opened = ShareOpened(share=link.id, name=row.name, guest=name, address=address)
            record_event(connection, opened, actor=actor, asset=row.asset_id, at=now)
        return True

    def session(self, hash_: str) -> Guest | None:
        """The guest of a session that has not ended, of a link that shows something."""
        session = (
            SHARE_SESSION.c.guest,
            SHARE_SESSION.c.name.label("guest_name"),
            SHARE_SESSION.c.last_used_at,
        )
        joined = _LINKS.join(SHARE_SESSION, SHARE_SESSION.c.share_id == SHARE.c.id)
        query = select(*_COLUMNS, *session).select_from(joined).where(SHARE_SESSION.c.hash == hash_)
        with self._db.read() as connection:
            now = database_time(connection)
            row = connection.execute(query.where(_is_valid(now))).first()
        if row is None or not Link(row, now).is_shown:
            return None
        if now - row.last_used_at > TOUCH_EVERY:
            with self._db.write() as connection:
                mine = SHARE_SESSION.c.hash == hash_
                connection.execute(update(SHARE_SESSION).where(mine).values(last_used_at=now))
        return Guest(Link(row, now), row.guest, row.guest_name)

    def end_session(self, hash_: str) -> None:
        """End a session; without one, nothing is done."""
        with self._db.write() as connection:
            connection.execute(delete(SHARE_SESSION).where(SHARE_SESSION.c.hash == hash_))

    def delete_expired(self) -> None:
        """Delete sessions that have expired."""
        with self._db.read() as connection:
            is_over = ~_is_valid(database_time(connection))
            if connection.execute(select(SHARE_SESSION.c.hash).where(is_over).limit(1)).first() is None:
                return
        with self._db.write() as connection:
            connection.execute(delete(SHARE_SESSION).where(is_over))


def _is_valid(now: float) -> ColumnElement[bool]:
    return and_(
        SHARE_SESSION.c.created_at > now - SESSION_LIFE, SHARE_SESSION.c.last_used_at > now - SESSION_IDLE
    )


def changed_event(row: Mapping[str, Any], password: bool = False) -> ShareChanged:
    """The event of a change. row: as it is now."""
    return ShareChanged(
        share=row["id"],
        name=row["name"],
        allows=row["allows"].split(),
        moves=row["moves"].split(),
        password=password,
    )


def shown(connection: Connection, number: int) -> Row[Any] | None:
    """The row of a link that shows something; whether the one who shared may log in is not looked at."""
    now = database_time(connection)
    is_open = (SHARE.c.revoked_at.is_(None), or_(SHARE.c.expires_at.is_(None), SHARE.c.expires_at > now))
    return connection.execute(select(SHARE).where(SHARE.c.id == number, *is_open)).first()


def links_of(connection: Connection, asset: int) -> list[Row[Any]]:
    """The numbers and names of the links to an asset."""
    query: Select[Any] = (
        select(SHARE.c.id, SHARE.c.name).where(SHARE.c.asset_id == asset).order_by(SHARE.c.id)
    )
    return list(connection.execute(query).all())


def point_links(connection: Connection, links: Sequence[int], source: int, target: int) -> None:
    """Let those of the links that lead to one asset lead to another one."""
    mine = (SHARE.c.id.in_(links), SHARE.c.asset_id == source)
    connection.execute(update(SHARE).where(*mine).values(asset_id=target))
