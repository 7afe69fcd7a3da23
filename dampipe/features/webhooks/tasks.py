"""The periodic job of webhooks: old entries of the log of deliveries are deleted."""

from dampipe.features.webhooks.queries import WebhookRepository

KEEP = 30 * 86_400.0
"""Seconds for which an entry is kept after its last attempt."""


class ExpireDeliveriesTask:
    """Deletes old entries of the log of deliveries."""

    def __init__(self, webhooks: WebhookRepository) -> None:
        self._webhooks = webhooks

    def __call__(self) -> str:
        return f"{self._webhooks.delete_old(KEEP)} deliveries deleted"
