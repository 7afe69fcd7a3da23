"""The tables of events: the outbox, its numbering, what retention has deleted, and the subscribers."""

from sqlalchemy import BigInteger, Column, String
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, table_of

NUMBERED = "seq IS NOT NULL"


class EventRow(SQLModel, table=True):
    """What happened; written in the transaction that made it true, numbered after that was committed.

    A writer maintains the primary key and the index of unnumbered events only; the others are the sequencer's.
    """

    __tablename__ = "event"
    __table_args__ = (
        index_where("event_unnumbered", "seq IS NULL", "at", "id"),
        index_where("event_seq", NUMBERED, "seq", unique=True),
        index_where("event_name", NUMBERED, "name", "seq"),
        index_where("event_asset", NUMBERED, "asset", "seq"),
    )
    id: str = Field(sa_column=Column(String(36), primary_key=True))
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    at: float
    """Seconds since 1970, by the database's clock."""
    name: str
    version: int
    """Of the payload."""
    actor: str
    asset: int | None = None
    """The number of the asset. No reference: history survives a prune."""
    sha1: str | None = Field(default=None, max_length=40)
    """Of the content that it is about."""
    data: str = Field(sa_column=long_text())
    """The payload as JSON."""


class SequenceRow(SQLModel, table=True):
    """One row: the highest number that was given. Its lock makes the sequencer one at a time."""

    __tablename__ = "event_sequence"
    id: int = Field(primary_key=True)
    last: int = Field(sa_column=Column(BigInteger, nullable=False))


class HorizonRow(SQLModel, table=True):
    """How far retention has deleted the events of one name."""

    __tablename__ = "event_horizon"
    name: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The highest number that was deleted."""
    at: float
    """The time of that event."""


class SubscriberRow(SQLModel, table=True):
    """How far one subscriber is, and which process delivers to it."""

    __tablename__ = "event_subscriber"
    name: str = Field(primary_key=True)
    cursor: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The number of the last event that it has handled or was not interested in."""
    owner: str | None = None
    lease_until: float = 0.0
    failures: int = 0
    """Attempts in succession that have failed."""
    not_before: float = 0.0
    """The earliest time of the next attempt (back-off)."""
    problem: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """Why the last attempt failed; None after one that did not."""
    problem_at: float | None = None
    problem_seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """The number of the event at which the last attempt failed; None where several were delivered at once."""
    delivered_at: float | None = None


EVENT = table_of(EventRow)
SEQUENCE = table_of(SequenceRow)
HORIZON = table_of(HorizonRow)
SUBSCRIBER = table_of(SubscriberRow)
