"""The tables of users, their logins, sessions, tokens and grants. No password, session id or token is stored itself."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import fs_path, long_text, owned, table_of


class UserRow(SQLModel, table=True):
    """A person with a login."""

    __tablename__ = "account"  # `user` is reserved in SQL
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=100)
    role: int
    password_hash: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """By argon2id; None: no login by password."""
    is_disabled: bool = False
    created_at: float
    last_used_at: float | None = None
    """When the user last logged in or sent a request, to about a minute; requests with tokens do not count."""


class IdentityRow(SQLModel, table=True):
    """A user as an identity provider knows them: linked by issuer and subject, never by an e-mail address."""

    __tablename__ = "account_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(sa_column=owned("account.id", index=True))
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=500)


class SessionRow(SQLModel, table=True):
    """A login that lasts."""

    __tablename__ = "account_session"
    hash: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the random id in the cookie."""
    user_id: int = Field(sa_column=owned("account.id", index=True))
    created_at: float
    last_used_at: float


class LoginWindowRow(SQLModel, table=True):
    """The attempts to log in from an address, for a name, or for a name from an address, within a time."""

    __tablename__ = "login_window"
    key: str = Field(primary_key=True, max_length=64)
    """SHA-256 of what is counted."""
    times: str = Field(sa_column=long_text())
    """JSON: when, in seconds since 1970, ascending."""
    until: float = Field(index=True)
    """When nothing in it counts any more."""


class TokenRow(SQLModel, table=True):
    """A key for a program."""

    __tablename__ = "access_token"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=100)
    hash: str = Field(unique=True, max_length=64)
    """SHA-256 of the token, which is random and long enough for it."""
    scopes: str = Field(sa_column=long_text())
    """Names, separated by spaces."""
    user_id: int | None = Field(default=None, sa_column=owned("account.id", nullable=True, index=True))
    created_at: float
    expires_at: float | None = None
    last_used_at: float | None = None


class GrantRow(SQLModel, table=True):
    """What a user, or everybody with a role, may see."""

    __tablename__ = "access_grant"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, sa_column=owned("account.id", nullable=True, index=True))
    role: int | None = None
    """Everybody with this role or a higher one; exactly one of `user_id` and `role` is given."""
    source_id: int | None = Field(default=None, sa_column=owned("source.id", nullable=True, index=True))
    """None: everything."""
    folder: str = Field(sa_column=fs_path())
    """Relative to the root of the source; empty: all of it."""


USER = table_of(UserRow)
IDENTITY = table_of(IdentityRow)
SESSION = table_of(SessionRow)
LOGIN_WINDOW = table_of(LoginWindowRow)
TOKEN = table_of(TokenRow)
GRANT = table_of(GrantRow)
