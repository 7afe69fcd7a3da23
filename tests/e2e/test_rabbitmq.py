"""The pipeline over RabbitMQ: the server is killed, restarted and blocked in mid-run, and no work is lost."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Exchange, Queue
from sqlalchemy import create_engine, text

from tests.e2e.test_nothing_lost import assert_done_once, much, release
from tests.support.deployment import Deployment
from tests.support.rabbitmq import RabbitMQ


@pytest.fixture
def deployment(tmp_path: Path, rabbitmq_server: RabbitMQ) -> Iterator[Deployment]:
    made = Deployment(
        tmp_path / "home",
        pipeline="tests.support.stages:PIPELINE",
        media_workers=2,
        broker_url=rabbitmq_server.url(),
        event_bus=rabbitmq_server.url(),
    )
    yield made
    made.kill_all()


def test_a_rabbitmq_that_is_killed_in_mid_run(
    deployment: Deployment, rabbitmq_server: RabbitMQ, tmp_path: Path
) -> None:
    with rabbitmq_server.connect() as connection:  # a program that follows the events
        exchange = Exchange("dampipe.events", type="topic", durable=True)
        Queue("follower", exchange, "#", channel=connection.default_channel).declare()
    folder = much(tmp_path / "footage", 60)
    deployment.combine_workers("proxy", relay=True)
    deployment.up()
    deployment.wait_for(
        lambda: values(deployment, "SELECT cursor FROM event_subscriber WHERE name = 'bus.amqp'")
    )
    deployment.run("enqueue", folder)
    for _ in range(2):
        deployment.wait_for(deployment.is_working)
        rabbitmq_server.restart(pause=1)
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 60))
    assert_done_once(deployment, 60)
    recorded = event_ids(deployment)
    assert len(recorded) > 60 * 6
    received: set[str] = set()
    deployment.wait_for(lambda: received.update(message_ids(rabbitmq_server)) or received == recorded)
    assert_one_line_for_each_outage(deployment)
    assert not (deployment.home / "broker" / "appendonlydir").exists(), "the embedded broker was not started"


def message_ids(server: RabbitMQ) -> list[str]:
    """The ids of the messages that wait in the queue `follower`, which is emptied."""
    found = []
    with server.connect() as connection:
        queue = Queue("follower", channel=connection.default_channel)
        while (message := queue.get(no_ack=True)) is not None:
            found.append(message.properties["message_id"])
    return found


def event_ids(deployment: Deployment) -> set[str]:
    """The ids of all events of the deployment's log."""
    return set(values(deployment, "SELECT id FROM event"))


def values(deployment: Deployment, query: str) -> list[Any]:
    """The first column of what a query of the deployment's catalogue finds."""
    engine = create_engine(f"sqlite:///{deployment.home}/catalogue.sqlite")
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def test_a_rabbitmq_without_memory_and_with_little_patience(
    deployment: Deployment, rabbitmq_server: RabbitMQ, tmp_path: Path
) -> None:
    """It blocks who publishes, and closes channels whose messages are not acknowledged within 3 s."""
    settings = "[{consumer_timeout, 3000}, {channel_tick_interval, 1000}]"
    change = "[application:set_env(rabbit, Key, Value) || {Key, Value} <- %s], ok."
    rabbitmq_server.control("eval", change % settings)
    folder = much(tmp_path / "footage", 30)
    deployment.combine_workers("proxy", relay=True)
    deployment.up()
    deployment.run("enqueue", folder)
    deployment.wait_for(deployment.is_working)
    rabbitmq_server.control("set_vm_memory_high_watermark", "absolute", "1")
    time.sleep(5)
    rabbitmq_server.control("set_vm_memory_high_watermark", "0.4")
    time.sleep(5)
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 30))
    rabbitmq_server.control("eval", change % "[{consumer_timeout, 1800000}, {channel_tick_interval, 60000}]")
    assert_done_once(deployment, 30)
    assert_one_line_for_each_outage(deployment)
    log = deployment.log.read_text(errors="replace")
    assert "low on memory or disk space" in log and "acknowledgement on channel" in log, "neither happened"


def assert_one_line_for_each_outage(deployment: Deployment) -> None:
    log = deployment.log.read_text(errors="replace")
    assert "Traceback" not in log
    assert "Unrecoverable" not in log
    assert RabbitMQ.PASSWORD not in log
