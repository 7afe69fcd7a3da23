"""Values and rules of webhooks."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dampipe.features.webhooks.errors import NAME_INVALID
from dampipe.kernel.errors import InvalidInput

KIND = "webhook"
"""The kind of work items that send again what was not accepted."""
MAX_NAME = 64
MAX_QUERY = 8000
"""Characters of a query."""
MAX_URL = 2000
"""Characters."""
MOST_WEBHOOKS = 100
"""Each has a thread of the relay."""
KEEP_SECRET_HOURS = 24.0
"""For how long the old secret stays valid after a rotation."""


def validate_name(name: str) -> str:
    """The name of a webhook. Raises InvalidInput."""
    if len(name) > MAX_NAME or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise InvalidInput(NAME_INVALID, name=name, max_length=MAX_NAME)
    return name


class DeliveryState(StrEnum):
    """What has become of one event for one webhook."""

    DELIVERED = "delivered"
    """Accepted by the receiver."""
    RETRYING = "retrying"
    """Not accepted yet; tried again."""
    FAILED = "failed"
    """Given up."""
    CANCELLED = "cancelled"
    """Replaced by a replay."""


class NewWebhook(BaseModel):
    """A webhook to be added."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, AfterValidator(validate_name)]
    url: str = Field(max_length=MAX_URL)
    events: tuple[str, ...] = ()
    """Names of events, or patterns such as `asset.*`; none: all."""
    where: str = Field(default="", max_length=MAX_QUERY)
    """A query over metadata fields (docs/facets.md): events about an asset are sent only if it finds the asset when they
    are sent. Events that are about no asset are sent in any case. Empty: all are."""


class WebhookReport(BaseModel):
    """A webhook, without its secrets."""

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    """With the secrets in it masked."""
    events: tuple[str, ...]
    """Empty: all."""
    where: str = ""
    """The query that finds the assets which events may be about; empty: any."""
    created_at: float
    """Seconds since 1970, as all times."""
    disabled_at: float | None = None
    disabled_by: str = ""
    """The actor who disabled it, such as `user:anna`; empty if its receiver did."""
    disabled_reason: str = ""
    """The answer by which its receiver did so."""
    secrets: int
    """How many secrets messages are signed with: 2 for some time after a rotation."""
    behind: int
    """Events in the log that were not looked at yet."""
    retrying: int
    """Events that were not accepted yet."""
    failures: int
    """Attempts in succession that have failed."""
    problem: str = ""
    """Why the last attempt failed, if it did."""


class WebhookSecret(BaseModel):
    """The secret of a webhook, shown once."""

    model_config = ConfigDict(frozen=True)

    name: str
    secret: str
    """`whsec_` and base64. It is never shown again."""
    previous_valid_until: float | None = None
    """Until when messages are signed with the secret before as well."""


class DeliveryReport(BaseModel):
    """One entry of the log of deliveries."""

    model_config = ConfigDict(frozen=True)

    event: str
    """The id of the event, which is the `webhook-id` of its messages."""
    seq: int
    """The number of the event."""
    name: str
    state: DeliveryState
    attempts: int
    status: int | None = None
    """The HTTP status of the last answer."""
    problem: str = ""
    seconds: float | None = None
    """How long the last attempt took."""
    created_at: float
    updated_at: float
    next_at: float | None = None
    """The earliest time of the next attempt."""


class TestReport(BaseModel):
    """The receiver's answer to a test message."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The `webhook-id` of the message."""
    accepted: bool
    status: int | None
    """The HTTP status; None: there was no answer."""
    problem: str = ""
    """Why it was not accepted."""
    seconds: float


class ReplayRequest(BaseModel):
    """Where a replay starts: the first event at or after a time, or the one after an event."""

    model_config = ConfigDict(frozen=True)

    since: datetime | None = None
    """Without a time zone: of this machine."""
    after: str | None = Field(default=None, max_length=64)
    """The id or the number of an event; 0: from the beginning."""


class ReplayReport(BaseModel):
    """What a replay sends."""

    model_config = ConfigDict(frozen=True)

    after: int
    """Events with higher numbers are sent again."""
    events: int
    """How many of them are in the log now and match the webhook's filter."""
    horizon: float | None = None
    """Set if events of the replayed period are missing: they were deleted up to this time, by the retention."""
