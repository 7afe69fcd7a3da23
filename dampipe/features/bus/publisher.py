"""The publisher of the bus: sends events to a topic exchange, and returns once RabbitMQ has confirmed all of them.

It uses publisher confirms, but for a batch: kombu's `confirm_publish` waits for the server's disk after each message.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import MessageNacked
from kombu import Connection, Exchange, Producer
from kombu.exceptions import KombuError

from dampipe.features.bus.errors import (
    BUS_BLOCKED,
    BUS_DENIED,
    BUS_EXCHANGE_DIFFERS,
    BUS_FAILED,
    BUS_UNREACHABLE,
    BUS_VIRTUAL_HOST,
)
from dampipe.kernel.amqp import (
    AMQP_ERRORS,
    CONFIRM_TIMEOUT,
    AmqpProblem,
    amqp_problem,
    transport_options,
)
from dampipe.kernel.errors import BrokerDown
from dampipe.kernel.events.envelope import CONTENT_TYPE, envelope_text
from dampipe.kernel.events.log import Event
from dampipe.kernel.masking import mask_url

EXCHANGE = "dampipe.events"
CONNECT_TIMEOUT = 4.0
"""Seconds."""
_ERRORS = (*AMQP_ERRORS, KombuError, OSError)
_CODES = {
    AmqpProblem.BLOCKED: BUS_BLOCKED,
    AmqpProblem.DENIED: BUS_DENIED,
    AmqpProblem.VIRTUAL_HOST: BUS_VIRTUAL_HOST,
    AmqpProblem.DIFFERS: BUS_EXCHANGE_DIFFERS,
    AmqpProblem.FAILED: BUS_FAILED,
}


class EventPublisher:
    """Publishes to one RabbitMQ. Connects when first used, and again after a failure. For use by one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._channel: Any = None
        self._confirmations: _Confirmations | None = None

    def __call__(self, events: Sequence[Event]) -> None:
        """Publish events in their order; returns once all are confirmed. Raises BrokerDown (`bus.*`).

        All of them are published again after a failure, so that one may arrive twice, under the same id.
        """
        is_new = self._channel is None
        with self._translated():
            try:
                self._publish(events)
            except _ERRORS:
                if is_new:
                    raise
                self.close()  # it may have been closed while nothing happened, by a restart of the server
                self._publish(events)

    def check(self) -> str:
        """Which server answers, in words. Raises BrokerDown (`bus.*`)."""
        with self._translated():
            self._publish([])
            assert self._connection is not None
            server = self._connection.connection.server_properties
            return f"{server.get('product', 'AMQP server')} {server.get('version', '')}".strip()

    def close(self) -> None:
        """Drop the connection without a word to the server, which may not answer."""
        if self._connection is not None:
            self._connection.collect(socket_timeout=0.1)
        self._connection = self._channel = self._confirmations = None

    def _publish(self, events: Sequence[Event]) -> None:
        if self._channel is None:
            self._open()
        assert self._confirmations is not None
        exchange = Exchange(EXCHANGE, type="topic", durable=True)
        with Producer(self._channel, exchange) as producer:  # declares the exchange
            for event in events:
                self._confirmations.expect()
                producer.publish(
                    envelope_text(event),
                    routing_key=event.name,
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    delivery_mode="persistent",
                    message_id=event.id,
                    timestamp=int(event.at),
                    type=event.name,
                    app_id="dampipe",
                )
        self._confirmations.wait()

    def _open(self) -> None:
        options = {**transport_options("dampipe events"), "confirm_publish": False}  # by `_Confirmations`
        self._connection = Connection(self._url, connect_timeout=CONNECT_TIMEOUT, transport_options=options)
        self._connection.connect()
        channel = self._connection.channel()
        self._confirmations = _Confirmations(self._connection, channel)
        self._channel = channel

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            self.close()
            place = mask_url(self._url)
            answer = amqp_problem(error)
            if answer is None:
                raise BrokerDown(BUS_UNREACHABLE, place=place, problem=error) from error
            raise BrokerDown(_CODES[answer[0]], place=place, problem=answer[1]) from error


class _Confirmations:
    """Which messages of a channel RabbitMQ has confirmed: a batch waits for its disk once, not once a message."""

    def __init__(self, connection: Connection, channel: Any) -> None:
        self._connection = connection
        self._published = 0
        self._waiting: set[int] = set()
        self._is_refused = False
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)

    def expect(self) -> None:
        """Note that one more message is being published."""
        self._published += 1  # the server counts in the same way
        self._waiting.add(self._published)

    def wait(self) -> None:
        """Return once all are confirmed. Raises MessageNacked, TimeoutError, or what the connection raises."""
        deadline = time.monotonic() + CONFIRM_TIMEOUT
        while self._waiting:
            self._connection.drain_events(timeout=max(0.01, deadline - time.monotonic()))
        if self._is_refused:
            raise MessageNacked("the server has refused a message")

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._waiting -= {one for one in self._waiting if one == tag or (multiple and one < tag)}

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._is_refused = True
        self._on_ack(tag, multiple)
