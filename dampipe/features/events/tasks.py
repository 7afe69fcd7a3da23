"""The periodic job of events: retention."""

from time import time

from dampipe.kernel.events.retention import EventRetention


class ExpireEventsTask:
    """Deletes events that are older than the setting `events_keep_days` says."""

    def __init__(self, retention: EventRetention) -> None:
        self._retention = retention

    def __call__(self) -> str:
        return f"{self._retention.delete_old(time())} events deleted"
