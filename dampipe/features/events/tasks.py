"""The periodic job of events: retention."""

from time import time

from dampipe.kernel.events.retention import EventRetention
from dampipe.kernel.settings.settings import Settings

INTERVAL = 3600.0
"""Seconds between two deletions of old events."""


class ExpireEventsTask:
    """Deletes events that are older than the setting `events_keep_days` says."""

    def __init__(self, retention: EventRetention) -> None:
        self._retention = retention

    def __call__(self) -> str:
        return f"{self._retention.delete_old(time())} events deleted"


def expiry_interval(_: Settings) -> float:
    """Seconds between two runs."""
    return INTERVAL
