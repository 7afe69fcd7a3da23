"""Questions about events, and their answers; no I/O."""

import re
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from dampipe.features.events.errors import SINCE_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.log import Event, Horizon

_AGO = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
LATEST = 50
"""Events of an answer to a question that names no beginning."""


class EventQuery(BaseModel):
    """Which events a person or program asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: str | None = None
    """The number of an event, after which the answer begins; a time; or how long ago, such as `7d`. None: the newest."""
    asset: str | None = None
    """An asset by SHA-1 of a content, its first digits, or a path; by its whole SHA-1 also one that was deleted."""
    names: tuple[str, ...] = ()
    """Names of events, or patterns such as `asset.*`; none: all."""
    limit: int = LATEST


class EventPage(BaseModel):
    """Events in the order of their numbers."""

    model_config = ConfigDict(frozen=True)

    events: tuple[Event, ...]
    next: int
    """The number by which the question continues (`since`): that of the last event that was looked at."""
    horizon: Horizon | None = None
    """The newest event that was deleted by retention of those that were asked for; None: all are there."""


class EventKindReport(BaseModel):
    """One kind of events."""

    model_config = ConfigDict(frozen=True)

    name: str
    summary: str
    """When it happens, in one line."""
    version: int
    is_audit: bool
    """Whether it is never deleted."""


class Beginning(BaseModel):
    """Where an answer begins: after a number, or at a time."""

    model_config = ConfigDict(frozen=True)

    seq: int | None = None
    at: float | None = None
    """Seconds since 1970."""


def parse_since(text: str, now: float) -> Beginning:
    """What `since` stands for. A time without a zone is one of this machine. Raises InvalidInput.

    >>> parse_since("12", 1000.0), parse_since("2m", 1000.0), parse_since("1970-01-02T00:00Z", 0.0)
    (Beginning(seq=12, at=None), Beginning(seq=None, at=880.0), Beginning(seq=None, at=86400.0))
    """
    word = text.strip()
    if re.fullmatch(r"[0-9]{1,18}", word):
        return Beginning(seq=int(word))
    if ago := re.fullmatch(r"([0-9]{1,9})([smhdw])", word):
        return Beginning(at=now - int(ago[1]) * _AGO[ago[2]])
    try:
        return Beginning(at=datetime.fromisoformat(word).timestamp())
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInput(SINCE_INVALID, since=text) from error
