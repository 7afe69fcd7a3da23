"""The subscriber that publishes events, if the setting `event_bus` names a RabbitMQ."""

from collections.abc import Iterable

from dampipe.kernel.events.subscribers import Subscription
from dampipe.kernel.settings.settings import Settings

NAME = "bus.amqp"
BATCH = 200
"""Events that are published before their confirmations are waited for."""


class BusSubscriber:
    """A source of subscriptions: the one of the bus, or none."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.event_bus
        self._subscription: Subscription | None = None

    def __call__(self) -> Iterable[Subscription]:
        """See `Feature.subscriber_sources`."""
        if not self._url:
            return ()
        if self._subscription is None:
            from dampipe.features.bus.publisher import EventPublisher  # imports kombu

            self._subscription = Subscription(NAME, EventPublisher(self._url), batch=BATCH)
        return (self._subscription,)
