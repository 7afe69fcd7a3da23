"""The tables of webhooks."""

from sqlalchemy import Column, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, index_where, long_text, owned, table_of


class WebhookRow(SQLModel, table=True):
    """A receiver of events."""

    __tablename__ = "webhook"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=64)
    url: str = Field(sa_column=long_text())
    events: str = Field(sa_column=long_text())
    """JSON: names and patterns; an empty list: all."""
    query: str = Field(default="", sa_column=long_text(server_default=""))
    """Over metadata fields; events about an asset are sent only while it finds the asset. Empty: all are."""
    secret: str
    previous_secret: str | None = None
    previous_until: float = 0.0
    """Until when messages are signed with the previous secret as well, by the database's clock."""
    created_at: float
    disabled_at: float | None = None
    disabled_by: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """The actor who disabled it, `user:anna`; None: the answer of its receiver."""
    disabled_reason: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """That answer."""
    failures: int = 0
    """Attempts in succession that have failed; above 0 events are sent by work items only."""
    problem: str | None = Field(default=None, sa_column=long_text(nullable=True))
    paused_until: float = 0.0
    """No message is sent before, by the database's clock."""
    sending_until: float = 0.0
    """A work item sends, until then at most; see `WebhookRepository.begin_retry`."""
    round: int = 0
    """Counts replays, so that an event may be delivered once more."""
    item_count: int = 0
    """How many work items were created, for their keys."""
    item: int | None = None
    """The work item that sends next."""


class DeliveryRow(SQLModel, table=True):
    """What has become of one event for one webhook: the log of deliveries."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id", "round"),
        index_where("webhook_retrying", "state = 'retrying'", "webhook_id", "next_at", "seq"),
    )
    id: int | None = Field(default=None, primary_key=True)
    webhook_id: int = Field(sa_column=owned("webhook.id", index=True))
    event_id: str = Field(sa_column=Column(String(36), nullable=False))
    round: int
    seq: int = Field(sa_column=big())
    name: str
    state: str
    attempts: int
    status: int | None = None
    problem: str | None = Field(default=None, sa_column=long_text(nullable=True))
    seconds: float | None = None
    created_at: float
    updated_at: float
    next_at: float = 0.0
    """The earliest time of the next attempt, by the database's clock."""
    body: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """The message, as long as it may be sent again."""


WEBHOOK = table_of(WebhookRow)
DELIVERY = table_of(DeliveryRow)
