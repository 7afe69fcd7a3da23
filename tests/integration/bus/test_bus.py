"""The bus: every event arrives in the exchange at least once under the same id, whatever happens to RabbitMQ."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from kombu import Connection, Exchange, Queue

from dampipe.app.container import Container
from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.app.load_settings import load_settings
from dampipe.features.bus.publisher import EXCHANGE, EventPublisher
from dampipe.features.bus.subscriber import NAME, BusSubscriber
from dampipe.kernel.errors import BrokerDown, InvalidInput
from dampipe.kernel.events.envelope import envelope, envelope_text
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.subscribers import Subscription
from tests.integration.events.conftest import Events, Rated, Seen, Ticked, events
from tests.support.rabbitmq import RabbitMQ

__all__ = ["events"]


@pytest.fixture
def publisher(rabbitmq_server: RabbitMQ) -> Iterator[EventPublisher]:
    made = EventPublisher(rabbitmq_server.url())
    yield made
    made.close()


def bind(connection: Connection, name: str, pattern: str = "#") -> Any:
    """A durable queue that gets what the pattern matches."""
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    queue = Queue(name, exchange, routing_key=pattern, durable=True)(connection.default_channel)
    queue.declare()
    return queue


def drain(server: RabbitMQ, name: str) -> list[Any]:
    """All messages of a queue."""
    found = []
    with server.connect() as connection:
        queue = Queue(name, channel=connection.default_channel)
        while (message := queue.get(no_ack=True)) is not None:
            found.append(message)
    return found


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timeout"
        time.sleep(0.1)


EVENT = Event(
    seq=7, id="01940f2c-0000-7000-8000-000000000001", at=1_790_000_000.25, name="test.rated", version=2,
    actor="user:anna", asset=12, sha1="c3" * 20, data={"stars": 4, "note": "naïve ☂"},
)  # fmt: skip


def test_an_event_is_a_cloudevent_with_its_name_as_the_routing_key(
    rabbitmq_server: RabbitMQ, publisher: EventPublisher
) -> None:
    with rabbitmq_server.connect() as connection:
        bind(connection, "all")
        bind(connection, "ratings", "test.*")
        bind(connection, "stages", "stage.*")
    publisher([EVENT])
    [message] = drain(rabbitmq_server, "all")
    assert message.delivery_info["routing_key"] == "test.rated"
    assert message.properties["message_id"] == EVENT.id
    assert message.properties["delivery_mode"] == 2
    assert message.properties["type"] == "test.rated"
    assert message.content_type == "application/cloudevents+json"
    parsed = JSONFormat().read(CloudEvent, message.body)  # the SDK checks what CloudEvents require
    assert (parsed.get_id(), parsed.get_type(), parsed.get_source()) == (EVENT.id, "test.rated", "/dampipe")
    assert parsed.get_time() == datetime(2026, 9, 21, 14, 13, 20, 250_000, UTC)
    assert (parsed.get_subject(), parsed.get_data()) == ("assets/12", EVENT.data)
    assert all(name.isalnum() and name.islower() for name in envelope(EVENT)), "names of attributes"
    assert (len(drain(rabbitmq_server, "ratings")), len(drain(rabbitmq_server, "stages"))) == (1, 0)


def test_the_same_event_is_always_the_same_text() -> None:
    assert envelope_text(EVENT) == envelope_text(Event(**json.loads(EVENT.model_dump_json())))
    assert envelope_text(EVENT).isascii()


def test_a_batch_without_a_queue_is_confirmed_and_a_batch_is_in_order(
    rabbitmq_server: RabbitMQ, publisher: EventPublisher
) -> None:
    publisher([EVENT])  # nobody listens
    with rabbitmq_server.connect() as connection:
        bind(connection, "all")
    batch = [EVENT.model_copy(update={"seq": number, "id": f"e{number}"}) for number in range(300)]
    publisher(batch[:200])
    publisher(batch[200:])
    found = [message.properties["message_id"] for message in drain(rabbitmq_server, "all")]
    assert found == [event.id for event in batch]


def test_every_event_arrives_though_rabbitmq_is_killed_in_the_middle(
    rabbitmq_server: RabbitMQ, publisher: EventPublisher, events: Events
) -> None:
    """Events are recorded all the time; RabbitMQ is killed twice. The cursor never passes what is not confirmed."""
    with rabbitmq_server.connect() as connection:
        bind(connection, "all")
    subscription = Subscription(NAME, publisher, batch=20)
    events.subscribers.register(NAME)
    recorded: list[str] = []
    stop = threading.Event()

    def record() -> None:
        while not stop.is_set():
            recorded.extend(events.record(Rated(stars=1), Ticked(), Seen()))
            time.sleep(0.01)

    def deliver() -> None:
        events.sequencer.number()
        events.delivery.deliver(subscription, events.log.last())

    writer = threading.Thread(target=record)
    writer.start()
    try:
        for _ in range(2):
            before = events.subscribers.cursor(NAME) or 0
            wait_for(lambda: deliver() or (events.subscribers.cursor(NAME) or 0) > before + 50)  # noqa: B023
            killer = threading.Timer(0.05, rabbitmq_server.kill)
            killer.start()
            wait_for(lambda: deliver() or events.subscribers.states()[0].failures > 0)
            killer.join()
            cursor = events.subscribers.cursor(NAME)
            deliver()
            assert events.subscribers.cursor(NAME) == cursor, "the cursor moved without a confirmation"
            assert "the event bus at amqp://dampipe:***@" in (events.subscribers.states()[0].problem or "")
            rabbitmq_server.start()
    finally:
        stop.set()
        writer.join()
    wait_for(lambda: deliver() or events.subscribers.cursor(NAME) == events.log.last())
    arrived = Counter(message.properties["message_id"] for message in drain(rabbitmq_server, "all"))
    assert set(arrived) == set(recorded), "every event, and nothing else"
    assert len(recorded) > 100


def test_a_connection_that_was_lost_while_nothing_happened_is_no_failure(
    rabbitmq_server: RabbitMQ, publisher: EventPublisher
) -> None:
    publisher([EVENT])
    rabbitmq_server.restart()
    publisher([EVENT])
    assert publisher.check().startswith("RabbitMQ ")


def test_the_doctor_says_whether_the_bus_answers(rabbitmq_server: RabbitMQ, tmp_path: Path) -> None:
    def finding(url: str) -> Finding:
        container = Container(load_settings(home=tmp_path, event_bus=url, model="tiny"))
        return next(one for one in examine(container) if one.what == "event bus")

    assert finding(rabbitmq_server.url()).found.endswith("has the exchange dampipe.events")
    denied = finding(rabbitmq_server.url(password="wr0ng"))
    assert (
        denied.verdict is Verdict.BROKEN and "denies access" in denied.found and "wr0ng" not in denied.found
    )


def test_each_way_to_fail_has_its_code(rabbitmq_server: RabbitMQ) -> None:
    def code(url: str, *batch: Event) -> str:
        with pytest.raises(BrokerDown) as raised:
            EventPublisher(url)(batch or [EVENT])
        assert "wr0ng" not in str(raised.value) and RabbitMQ.PASSWORD not in str(raised.value)
        return raised.value.code

    assert code(rabbitmq_server.url(password="wr0ng")) == "bus.denied"
    assert code(rabbitmq_server.url(vhost="nowhere")) == "bus.virtual_host"
    with rabbitmq_server.connect() as connection:
        Exchange(EXCHANGE, type="fanout", durable=True)(connection.default_channel).declare()
    assert code(rabbitmq_server.url()) == "bus.exchange_differs"
    assert code("amqp://dampipe:wr0ng@127.0.0.1:1/") == "bus.unreachable"
    rabbitmq_server.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        with rabbitmq_server.connect() as connection:
            connection.default_channel.exchange_delete(EXCHANGE)
        assert code(rabbitmq_server.url(), *[EVENT] * 5) == "bus.blocked"
    finally:
        rabbitmq_server.control("set_vm_memory_high_watermark", "0.4")


def test_without_the_setting_there_is_no_subscriber() -> None:
    assert list(BusSubscriber(load_settings(event_bus=""))()) == []
    source = BusSubscriber(load_settings(event_bus="amqp://u:p@nas/v"))
    [subscription] = source()
    assert subscription.name == NAME and subscription.names is None
    assert list(source()) == [subscription], "the same each time: the relay restarts what has changed"


@pytest.mark.parametrize("url", ["redis://nas", "amqp://nas:x/", "nas", "amqp://u:a/b@nas"])
def test_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="event_bus"):
        load_settings(event_bus=url)
