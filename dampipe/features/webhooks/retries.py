"""The work items of webhooks: they send again what was not accepted, and what came after it meanwhile."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from dampipe.features.webhooks.queries import WebhookRepository
from dampipe.features.webhooks.sender import Sender
from dampipe.jobs.work import WorkItem
from dampipe.kernel.progress import Reporter

SLICE = 5.0
"""Seconds after which an item sends no further message, and leaves the rest to the next item."""


class RetryHandler:
    """Sends the messages of one webhook that are due, oldest event first, until one is not accepted.

    One that was killed after the receiver's answer sends a message twice, under the same id.
    """

    def __init__(self, webhooks: WebhookRepository, sender: Sender) -> None:
        self._webhooks = webhooks
        self._sender = sender

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """See WorkHandler."""
        number = int(item.parameters["webhook"])
        if not self._webhooks.begin_retry(number):
            return {"sent": 0, "is_busy": True}
        sent, deadline = 0, time.monotonic() + SLICE
        self._webhooks.give_up_old(number)
        while time.monotonic() < deadline:
            webhook, pending = self._webhooks.get(number), self._webhooks.next_due(number)
            if webhook is None or pending is None:
                break
            answer = self._sender.send(webhook.url, webhook.secrets, pending.event, pending.body)
            self._webhooks.record_retry(webhook, pending, answer)
            sent += answer.is_accepted
            if not answer.is_accepted:
                break
        return {"sent": sent, "is_busy": False}

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Create the next item, if something is left."""
        number = int(item.parameters["webhook"])
        self._webhooks.end_retry(connection, number, is_busy=bool(result["is_busy"]))


class WebhookSweep:
    """Finds webhooks whose work item was parked or deleted."""

    def __init__(self, webhooks: WebhookRepository) -> None:
        self._webhooks = webhooks

    def __call__(self) -> Mapping[str, int]:
        """See SweepPart."""
        return {"webhooks woken": self._webhooks.wake_lost()}
