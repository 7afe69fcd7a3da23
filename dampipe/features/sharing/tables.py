"""The tables of share links. No token, password or id of a session is stored itself."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, owned, table_of


class ShareRow(SQLModel, table=True):
    """A link to one asset or one collection: what people change of it."""

    __tablename__ = "share"
    __table_args__ = ({"sqlite_autoincrement": True},)  # events, edits and comments keep the numbers
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    asset_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True, index=True))
    collection_id: int | None = Field(default=None, index=True)
    """The number of a collection, which may be gone: it comes back with an undo. Numbers are used once."""
    creator_id: int | None = Field(default=None, sa_column=owned("account.id", nullable=True, index=True))
    """Who shared, and whose view limits what the link shows; None only where `opens_all`."""
    opens_all: bool = False
    """Whether it was created at the command line, where everything is visible."""
    allows: str = ""
    """What guests may do besides looking: an `Allow` each, separated by spaces."""
    moves: str = Field(default="", sa_column=long_text())
    """Keys of transitions of the workflow that guests may make, separated by spaces."""
    message: str = Field(default="", sa_column=long_text())
    """What guests read above what the link shows."""
    expires_at: float | None = None
    """Seconds since 1970, by the database's clock; None: never."""
    max_opens: int | None = None
    """How often it may be opened; None: as often as one likes."""
    revoked_at: float | None = None
    created_at: float
    created_by: str
    changed_at: float
    changed_by: str
    version: int = 1
    """Counts the edits of the row: who edits an older state is refused."""


class ShareKeyRow(SQLModel, table=True):
    """What opens a link, and how often it did: neither is a part of edits that can be undone."""

    __tablename__ = "share_key"
    share_id: int = Field(sa_column=owned("share.id", primary_key=True))
    token_hash: str = Field(unique=True, max_length=64)
    """SHA-256 of the token, which is random and long enough for it."""
    password_hash: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """By argon2id; None: it needs no password."""
    opened: int = 0
    """How often it was opened."""
    opened_at: float | None = None
    """When it was opened last."""


class ShareSessionRow(SQLModel, table=True):
    """A guest who has opened a link."""

    __tablename__ = "share_session"
    hash: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the random secret in the cookie."""
    share_id: int = Field(sa_column=owned("share.id", index=True))
    guest: str = Field(max_length=32)
    """By what a guest is known who opens the link once more in the same browser; random."""
    name: str = Field(max_length=100)
    created_at: float
    last_used_at: float


SHARE = table_of(ShareRow)
SHARE_KEY = table_of(ShareKeyRow)
SHARE_SESSION = table_of(ShareSessionRow)
