"""The SQL of users, their logins, sessions, tokens and grants; the only writer of these tables."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from dampipe.features.access.errors import (
    LAST_ADMIN,
    TOKEN_EXISTS,
    UNKNOWN_GRANT,
    UNKNOWN_TOKEN,
    UNKNOWN_USER,
    USER_EXISTS,
)
from dampipe.features.access.events import (
    Granted,
    GrantRevoked,
    LoggedIn,
    LoggedOut,
    LoginFailed,
    TokenMade,
    TokenRevoked,
    UserAdded,
    UserChanged,
    UserRemoved,
)
from dampipe.features.access.model import Grant, GrantReport, TokenReport, UserReport
from dampipe.features.access.tables import GRANT, IDENTITY, SESSION, TOKEN, USER
from dampipe.features.sources.tables import SOURCE
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.outbox import record_event

SESSION_LIFE = 30 * 86400.0
"""Seconds that a session lasts at most,"""
SESSION_IDLE = 7 * 86400.0
"""and that it may go without a request."""
TOUCH_EVERY = 60.0
"""Seconds between two notes of when a session or a token was used."""


@dataclass(frozen=True)
class User:
    """A user with what a login needs."""

    id: int
    name: str
    role: Role
    password_hash: str | None
    is_disabled: bool
    last_used_at: float | None = None


@dataclass(frozen=True)
class Token:
    """A token with what a request needs."""

    name: str
    scopes: frozenset[str]
    user: User | None


def _user(row: Any) -> User:
    return User(row.id, row.name, Role(row.role), row.password_hash, row.is_disabled, row.last_used_at)


class AccessRepository:
    """Who may log in, and what they see. Times are those of the database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def has_users(self) -> bool:
        """Whether there is any user."""
        return self._any(USER)

    def has_tokens(self) -> bool:
        """Whether there is any token."""
        return self._any(TOKEN)

    def _any(self, table: Any) -> bool:
        with self._db.read() as connection:
            return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None

    # Users

    def user(self, name: str) -> User:
        """Raises NotFound."""
        found = self.find_user(name)
        if found is None:
            raise NotFound(UNKNOWN_USER, name=name)
        return found

    def find_user(self, name: str) -> User | None:
        """A user by name."""
        with self._db.read() as connection:
            row = connection.execute(select(USER).where(USER.c.name == name)).first()
        return None if row is None else _user(row)

    def user_of(self, number: int) -> User | None:
        """A user by id."""
        with self._db.read() as connection:
            row = connection.execute(select(USER).where(USER.c.id == number)).first()
        return None if row is None else _user(row)

    def add_user(self, name: str, role: Role, password_hash: str | None, by: str) -> User:
        """Raises Conflict for a name that is taken."""
        try:
            with self._db.write() as connection:
                values = {
                    "name": name,
                    "role": int(role),
                    "password_hash": password_hash,
                    "is_disabled": False,
                }
                connection.execute(USER.insert().values(**values, created_at=database_time(connection)))
                record_event(connection, UserAdded(user=name, role=str(role)), actor=by)
        except IntegrityError:
            raise Conflict(USER_EXISTS, name=name) from None
        return self.user(name)

    def change_user(
        self,
        user: User,
        by: str,
        *,
        role: Role | None = None,
        password_hash: str | None = None,
        disabled: bool | None = None,
    ) -> None:
        """Change what is given. A new password, and a disabled user, end all sessions. Raises Conflict (LAST_ADMIN)."""
        given = {"role": role, "password_hash": password_hash, "is_disabled": disabled}
        values = {name: value for name, value in given.items() if value is not None}
        with self._db.write() as connection:
            if disabled or (role is not None and role < Role.ADMIN):
                self._keep_an_admin(connection, user)
            if values:
                connection.execute(update(USER).where(USER.c.id == user.id).values(**values))
                changed = UserChanged(
                    user=user.name,
                    role=None if role is None else str(role),
                    password=password_hash is not None,
                    disabled=disabled,
                )
                record_event(connection, changed, actor=by)
            if password_hash is not None or disabled:
                connection.execute(delete(SESSION).where(SESSION.c.user_id == user.id))

    def remove_user(self, user: User, by: str) -> None:
        """With sessions, tokens and grants. Raises Conflict (LAST_ADMIN) while there are others."""
        with self._db.write() as connection:
            others = connection.execute(select(func.count()).where(USER.c.id != user.id)).scalar_one()
            if others:
                self._keep_an_admin(connection, user)
            connection.execute(delete(USER).where(USER.c.id == user.id))
            record_event(connection, UserRemoved(user=user.name), actor=by)

    @staticmethod
    def _keep_an_admin(connection: Connection, user: User) -> None:
        if user.role < Role.ADMIN:
            return
        admins = select(USER.c.id).where(USER.c.role == int(Role.ADMIN), ~USER.c.is_disabled)
        if not set(connection.execute(admins.with_for_update()).scalars()) - {user.id}:
            raise Conflict(LAST_ADMIN, name=user.name)

    def users(self) -> list[UserReport]:
        """All users by name."""
        with self._db.read() as connection:
            rows = connection.execute(select(USER).order_by(USER.c.name)).all()
            counts = connection.execute(
                select(SESSION.c.user_id, func.count()).group_by(SESSION.c.user_id)
            ).all()
            linked = connection.execute(
                select(IDENTITY.c.user_id, IDENTITY.c.issuer).order_by(IDENTITY.c.id)
            ).all()
        return [
            UserReport(
                name=row.name,
                role=Role(row.role),
                disabled=row.is_disabled,
                password=row.password_hash is not None,
                logins=tuple(issuer for user, issuer in linked if user == row.id),
                sessions=next((count for user, count in counts if user == row.id), 0),
                created_at=row.created_at,
                last_used_at=row.last_used_at,
            )
            for row in rows
        ]

    def note_use(self, user: User) -> None:
        """Note that a user sends requests, once in TOUCH_EVERY seconds."""
        if user.last_used_at is not None and abs(time.time() - user.last_used_at) < TOUCH_EVERY:
            return
        with self._db.write() as connection:
            self._touch(connection, user.id, database_time(connection))

    @staticmethod
    def _touch(connection: Connection, user: int, now: float) -> None:
        connection.execute(update(USER).where(USER.c.id == user).values(last_used_at=now))

    # Identity providers

    def linked_user(self, issuer: str, subject: str) -> User | None:
        """The user whom an identity provider calls so."""
        query = select(USER).join_from(USER, IDENTITY, IDENTITY.c.user_id == USER.c.id)
        with self._db.read() as connection:
            row = connection.execute(
                query.where(IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
            ).first()
        return None if row is None else _user(row)

    def link(self, user: User, issuer: str, subject: str) -> None:
        """From now on, `linked_user` finds the user."""
        with self._db.write() as connection:
            row = {"user_id": user.id, "issuer": issuer, "subject": subject}
            connection.execute(self._db.insert(IDENTITY).values(row).on_conflict_do_nothing())

    # Sessions

    def add_session(self, user: User, hash_: str) -> None:
        """Begin a session."""
        with self._db.write() as connection:
            now = database_time(connection)
            connection.execute(
                SESSION.insert().values(hash=hash_, user_id=user.id, created_at=now, last_used_at=now)
            )
            self._touch(connection, user.id, now)
            record_event(connection, LoggedIn(user=user.name), actor=f"user:{user.name}")

    def record_failed_login(self, user: User, address: str) -> None:
        """For the audit."""
        with self._db.write() as connection:
            record_event(connection, LoginFailed(user=user.name, address=address), actor=f"user:{user.name}")

    def session(self, hash_: str) -> User | None:
        """The user of a session that is valid."""
        used_at = SESSION.c.last_used_at.label("session_used_at")
        query = select(USER, used_at).join_from(USER, SESSION, SESSION.c.user_id == USER.c.id)
        with self._db.read() as connection:
            now = database_time(connection)
            row = connection.execute(query.where(SESSION.c.hash == hash_, self._is_valid(now))).first()
        if row is None or row.is_disabled:
            return None
        if now - row.session_used_at > TOUCH_EVERY:
            with self._db.write() as connection:
                connection.execute(update(SESSION).where(SESSION.c.hash == hash_).values(last_used_at=now))
                self._touch(connection, row.id, now)
        return _user(row)

    @staticmethod
    def _is_valid(now: float) -> ColumnElement[bool]:
        return and_(SESSION.c.created_at > now - SESSION_LIFE, SESSION.c.last_used_at > now - SESSION_IDLE)

    def end_session(self, hash_: str) -> None:
        """Log out."""
        of = select(USER.c.name).join_from(SESSION, USER, USER.c.id == SESSION.c.user_id)
        with self._db.write() as connection:
            name = connection.execute(of.where(SESSION.c.hash == hash_)).scalar()
            if name is None:
                return
            connection.execute(delete(SESSION).where(SESSION.c.hash == hash_))
            done = LoggedOut(user=name, everywhere=False)
            record_event(connection, done, actor=f"{ActorKind.USER}:{name}")

    def end_sessions(self, user: User, by: str, but: str = "") -> int:
        """Log out everywhere; returns how many sessions ended. but: the hash of one that stays."""
        with self._db.write() as connection:
            ended = delete(SESSION).where(SESSION.c.user_id == user.id, SESSION.c.hash != but)
            count = connection.execute(ended).rowcount
            if count:
                record_event(connection, LoggedOut(user=user.name, everywhere=True), actor=by)
            return count

    def delete_expired(self) -> int:
        """Delete sessions that have expired; returns how many."""
        with self._db.read() as connection:
            now = database_time(connection)
            if (
                connection.execute(select(SESSION.c.hash).where(~self._is_valid(now)).limit(1)).first()
                is None
            ):
                return 0
        with self._db.write() as connection:
            return connection.execute(delete(SESSION).where(~self._is_valid(now))).rowcount

    # Tokens

    def add_token(
        self, name: str, hash_: str, scopes: Sequence[str], user: User | None, days: float | None, by: str
    ) -> TokenReport:
        """Raises Conflict for a name that is taken."""
        with self._db.write() as connection:
            if connection.execute(select(TOKEN.c.id).where(TOKEN.c.name == name)).first() is not None:
                raise Conflict(TOKEN_EXISTS, name=name)
            now = database_time(connection)
            connection.execute(
                TOKEN.insert().values(
                    name=name,
                    hash=hash_,
                    scopes=" ".join(scopes),
                    user_id=None if user is None else user.id,
                    created_at=now,
                    expires_at=None if days is None else now + days * 86400,
                )
            )
            owner = None if user is None else user.name
            record_event(connection, TokenMade(token=name, scopes=list(scopes), user=owner), actor=by)
        return next(one for one in self.tokens() if one.name == name)

    def token(self, hash_: str) -> Token | None:
        """A token that is valid, by its hash."""
        with self._db.read() as connection:
            now = database_time(connection)
            row = connection.execute(
                select(TOKEN).where(
                    TOKEN.c.hash == hash_, or_(TOKEN.c.expires_at.is_(None), TOKEN.c.expires_at > now)
                )
            ).first()
            if row is None:
                return None
            owner = None
            if row.user_id is not None:
                owner = connection.execute(select(USER).where(USER.c.id == row.user_id)).first()
                if owner is None or owner.is_disabled:
                    return None
        if row.last_used_at is None or now - row.last_used_at > TOUCH_EVERY:
            with self._db.write() as connection:
                connection.execute(update(TOKEN).where(TOKEN.c.id == row.id).values(last_used_at=now))
        return Token(row.name, frozenset(row.scopes.split()), None if owner is None else _user(owner))

    def tokens(self, user: int | None = None) -> list[TokenReport]:
        """All tokens by name, or those of a user."""
        query = select(TOKEN, USER.c.name.label("user")).outerjoin_from(
            TOKEN, USER, USER.c.id == TOKEN.c.user_id
        )
        if user is not None:
            query = query.where(TOKEN.c.user_id == user)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(TOKEN.c.name)).all()
        return [
            TokenReport(
                name=row.name,
                scopes=tuple(row.scopes.split()),
                user=row.user,
                created_at=row.created_at,
                expires_at=row.expires_at,
                last_used_at=row.last_used_at,
            )
            for row in rows
        ]

    def remove_token(self, name: str, by: str, user: int | None = None) -> None:
        """Revoke a token; with a user only one of theirs. Raises NotFound."""
        mine = (TOKEN.c.name == name, *(() if user is None else (TOKEN.c.user_id == user,)))
        with self._db.write() as connection:
            if not connection.execute(delete(TOKEN).where(*mine)).rowcount:
                raise NotFound(UNKNOWN_TOKEN, name=name)
            record_event(connection, TokenRevoked(token=name), actor=by)

    # Grants

    def add_grant(
        self,
        user: User | None,
        role: Role | None,
        source: int | None,
        folder: str,
        report: GrantReport,
        by: str,
    ) -> None:
        """Let a user, or everybody with a role, see a folder of a source, or (source None) everything."""
        same = self._grant(user, role, source, folder)
        with self._db.write() as connection:
            if not connection.execute(select(exists().where(same))).scalar():
                connection.execute(
                    GRANT.insert().values(
                        user_id=None if user is None else user.id,
                        role=None if role is None else int(role),
                        source_id=source,
                        folder=folder,
                    )
                )
                record_event(connection, Granted(to=report.to, what=report.what), actor=by)

    def remove_grant(
        self,
        user: User | None,
        role: Role | None,
        source: int | None,
        folder: str,
        report: GrantReport,
        by: str,
    ) -> None:
        """Take it back. Raises NotFound, which quotes the report."""
        with self._db.write() as connection:
            if not connection.execute(delete(GRANT).where(self._grant(user, role, source, folder))).rowcount:
                raise NotFound(UNKNOWN_GRANT, to=report.to, place=report.what)
            record_event(connection, GrantRevoked(to=report.to, what=report.what), actor=by)

    @staticmethod
    def _grant(user: User | None, role: Role | None, source: int | None, folder: str) -> ColumnElement[bool]:
        return and_(
            GRANT.c.user_id == user.id if user is not None else GRANT.c.user_id.is_(None),
            GRANT.c.role == int(role) if role is not None else GRANT.c.role.is_(None),
            GRANT.c.source_id == source if source is not None else GRANT.c.source_id.is_(None),
            GRANT.c.folder == folder,
        )

    def grants(self, actor: Actor | None = None) -> list[Grant]:
        """All grants; with an actor those that hold for it."""
        query = select(GRANT, USER.c.name.label("user")).outerjoin_from(
            GRANT, USER, USER.c.id == GRANT.c.user_id
        )
        if actor is not None:
            query = query.where(or_(GRANT.c.user_id == actor.user, GRANT.c.role <= int(actor.role)))
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(GRANT.c.id)).all()
        return [
            Grant(
                source=row.source_id,
                folder=row.folder,
                to=f"role:{Role(row.role)}" if row.user is None else f"user:{row.user}",
            )
            for row in rows
        ]

    def roots(self) -> dict[int, str]:
        """The declared root of each source."""
        with self._db.read() as connection:
            return {row.id: row.root for row in connection.execute(select(SOURCE.c.id, SOURCE.c.root))}
