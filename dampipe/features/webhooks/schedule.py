"""When a message that was not accepted is sent again."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER: tuple[float, ...] = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between the attempts: ten in 75 hours and 35 minutes, the schedule that Standard Webhooks gives."""
ATTEMPTS = len(RETRY_AFTER) + 1
GIVE_UP_AFTER = 4 * 86_400.0
"""Seconds after which an event is given up that could not be tried as often, since its receiver was down throughout."""
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
"""Seconds without any message to a receiver that has failed; doubled with each failure in succession."""
LONGEST_WAIT = 86_400.0
"""Seconds that a receiver may ask for by Retry-After."""
JITTER = 0.1
"""Share by which a delay is longer, at random, so that receivers are not met by all messages at once."""


def retry_delay(attempts: int, retry_after: float | None = None) -> float | None:
    """Seconds until the next attempt at one message, after so many; None: it is given up."""
    if attempts >= ATTEMPTS:
        return None
    return max(_jittered(RETRY_AFTER[attempts - 1]), retry_after or 0.0)


def pause(failures: int, retry_after: float | None = None) -> float:
    """Seconds without messages to a receiver, after so many failures in succession."""
    return max(_jittered(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 20))), retry_after or 0.0)


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a header Retry-After asks for, LONGEST_WAIT at most; None if it is not valid.

    >>> parse_retry_after("120"), parse_retry_after("99999999"), parse_retry_after("soon"), parse_retry_after("-1")
    (120.0, 86400.0, None, None)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(LONGEST_WAIT, float(text[:9]))
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return min(LONGEST_WAIT, max(0.0, (time - (now or datetime.now(UTC))).total_seconds()))


def _jittered(seconds: float) -> float:
    return seconds * (1.0 + random.uniform(0.0, JITTER))
