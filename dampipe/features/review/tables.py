"""The tables of comments, of who is mentioned in them, and of assets whose comments are still to be carried."""

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, pointing, table_of


class CommentRow(SQLModel, table=True):
    """A comment or a marker on an asset, or a reply to one."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("comment_of_asset", "asset_id", "root_id", "id"),
        Index("comment_of_root", "root_id", "id"),
        Index("comment_by", "author_name", "id"),
        index_where("comment_open", "root_id IS NULL AND resolved_at IS NULL", "asset_id"),
        {"sqlite_autoincrement": True},  # exported timelines keep the numbers of comments that are gone
    )
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=owned("asset.id"))
    """Also of a reply: that of its thread."""
    version_id: int | None = Field(default=None, sa_column=pointing("version.id"))
    """The version that it is about, and that the times are of; None: it was deleted."""
    root_id: int | None = Field(default=None, sa_column=owned("comment.id", nullable=True))
    """Of a reply: the comment that begins its thread."""
    kind: str = Field(max_length=20)
    """`comment` or `marker`."""
    name: str = Field(default="", max_length=300)
    color: str = Field(default="", max_length=20)
    text: str = Field(default="", sa_column=long_text())
    drawing: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """JSON, as `drawing.py` says."""
    start_ticks: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """As ticks from the start of the version (`kernel/anchored_time.py`); None: it is about the whole asset."""
    end_ticks: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """The end of the span, which is not part of it; None: a point."""
    base: str | None = Field(default=None, max_length=50)
    """Seconds of a tick, an exact fraction such as `1001/24000`."""
    start_seconds: float | None = None
    """The same as `start_ticks`, nearly."""
    audience: str = Field(default="everyone", max_length=20)
    """`everyone` or `team`."""
    author: str
    """The actor who wrote it, as events name actors."""
    author_name: str = Field(max_length=200)
    """As it is shown."""
    author_user: int | None = None
    """Number of the user; without a reference: a comment outlives its author."""
    author_link: int | None = None
    """Number of the share link of a guest."""
    author_guest: str = ""
    """What distinguishes guests of one link."""
    created_at: float
    edited_at: float | None = None
    resolved_at: float | None = None
    resolved_by: str | None = None
    changed_at: float
    changed_by: str
    version: int = 1
    """Counts the edits of the row: who edits an older state is refused."""


class CommentMentionRow(SQLModel, table=True):
    """A user whom a comment mentions."""

    __tablename__ = "comment_mention"
    __table_args__ = (
        Index("comment_mention_of", "comment_id", "account_id", unique=True),
        index_where("comment_mention_unread", "read_at IS NULL", "account_id", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(sa_column=owned("comment.id"))
    account_id: int = Field(sa_column=owned("account.id"))
    read_at: float | None = None


class CommentCarryRow(SQLModel, table=True):
    """An asset whose comments are to be carried to its current version, about which an event is due."""

    __tablename__ = "comment_carry"
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    since: float
    next_at: float
    """When to look again, while an alignment is being made."""


COMMENT = table_of(CommentRow)
MENTION = table_of(CommentMentionRow)
CARRY = table_of(CommentCarryRow)
