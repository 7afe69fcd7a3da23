"""The bus: events in the topic exchange of a RabbitMQ, for programs that follow what happens."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "bus",
    __name__,
    subscriber_sources=("dampipe.features.bus.subscriber:BusSubscriber",),
)
