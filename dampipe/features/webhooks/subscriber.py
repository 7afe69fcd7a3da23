"""The subscribers of webhooks: one for each, with its own cursor and its own thread of the relay."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dampipe.features.webhooks.errors import DISABLED
from dampipe.features.webhooks.events import ABOUT_DELIVERIES
from dampipe.features.webhooks.queries import WebhookRepository
from dampipe.features.webhooks.sender import Sender
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.errors import Conflict
from dampipe.kernel.events.envelope import envelope_text
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.registry import EventRegistry, matches
from dampipe.kernel.events.subscribers import Subscription
from dampipe.kernel.selection import AssetSelector

BATCH = 20
"""Events of one call: at least 5 minutes of a slow receiver."""


@dataclass(frozen=True)
class EventDelivery:
    """Sends events to one webhook, in order.

    An event that is not accepted does not hold up those after it: it is left to a work item, as are all others until
    the receiver accepts one again. So this returns soon, whatever the receiver does, and the cursor moves on.
    """

    webhooks: WebhookRepository
    sender: Sender
    selector: AssetSelector
    webhook: int

    def __call__(self, events: Sequence[Event]) -> None:
        """See EventHandler. Raises Conflict when the webhook is disabled, so that the cursor stays."""
        events = self._wanted(events)
        for position, event in enumerate(events):
            webhook = self.webhooks.get(self.webhook)
            if webhook is None:
                return
            if webhook.disabled_at is not None:
                raise Conflict(DISABLED, name=webhook.name, reason=webhook.why_disabled)
            if webhook.failures:
                left = events[position:]
                known = self.webhooks.known(webhook, [one.id for one in left])
                if fresh := [one for one in left if one.id not in known]:
                    self.webhooks.postpone(webhook, fresh)
                return
            if not self.webhooks.known(webhook, [event.id]):
                answer = self.sender.send(webhook.url, webhook.secrets, event.id, envelope_text(event))
                self.webhooks.record_first(webhook, event, answer)

    def _wanted(self, events: Sequence[Event]) -> Sequence[Event]:
        """Those of the events that the query of the webhook lets pass: those about no asset, and about one that it finds
        now. Raises InvalidInput if the query names what does not exist any more; then the cursor stays.
        """
        webhook = self.webhooks.get(self.webhook)
        if webhook is None or not webhook.query:
            return events
        assets = {event.asset for event in events if event.asset is not None}
        found = self.selector.passing(SYSTEM, {"where": (webhook.query,)}, assets)
        return [event for event in events if event.asset is None or event.asset in found]


class WebhookSubscribers:
    """A source of subscriptions: one for each webhook that is enabled."""

    def __init__(
        self,
        webhooks: WebhookRepository,
        sender: Sender,
        registry: EventRegistry,
        selector: Callable[[], AssetSelector],
    ) -> None:
        """selector: built for the first webhook: it is costly, and few deployments have webhooks."""
        self._webhooks = webhooks
        self._sender = sender
        self._selector = selector
        self._registry = registry

    def __call__(self) -> Iterable[Subscription]:
        """See `Feature.subscriber_sources`."""
        return [
            Subscription(
                webhook.subscriber,
                EventDelivery(self._webhooks, self._sender, self._selector(), webhook.id),
                event_names(self._registry, webhook.patterns),
                BATCH,
            )
            for webhook in self._webhooks.all()
            if webhook.disabled_at is None
        ]


def event_names(registry: EventRegistry, patterns: Sequence[str]) -> frozenset[str]:
    """The names that a webhook's patterns stand for; without patterns all names. A kind whose feature is gone is left
    out, and so are events about deliveries (`ABOUT_DELIVERIES`).
    """
    known = {kind.KIND.name for kind in registry} - ABOUT_DELIVERIES
    return frozenset(
        name for name in known if not patterns or any(matches(name, pattern) for pattern in patterns)
    )
