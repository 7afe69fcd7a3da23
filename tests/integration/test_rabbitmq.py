"""RabbitMQ as the broker of the pipeline: what is sent arrives, and each way in which it fails has its own error."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from amqp import exceptions as answers
from kombu import Queue
from kombu.exceptions import OperationalError

from dampipe.app.load_settings import load_settings
from dampipe.kernel.amqp import is_amqp
from dampipe.workers import brokers
from dampipe.workers.transport import CeleryTransport
from tests.support.commands import run_command, run_program
from tests.support.rabbitmq import RabbitMQ

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys, time
from dampipe.app.load_settings import load_settings
from dampipe.jobs.dispatch import Chain
from dampipe.kernel.errors import DampipeError
from dampipe.workers.app import app
from dampipe.workers.transport import CeleryTransport

transport = CeleryTransport(load_settings())
chains = [Chain(f"L{number}", "clip.mp4", ("hash", "probe")) for number in range(1, 31)]
calls = {
    "check": transport.check,
    "publish": lambda: transport.publish(chains),
    "notify": lambda: transport.notify("scan", 7),
    "empty": lambda: sorted(transport.empty_queues(set(app.amqp.queues))),
    "discard": lambda: transport.discard(["io", "scan", "proxy"]),
}
for name in sys.argv[1:]:
    began = time.monotonic()
    try:
        answer = calls[name]()
    except DampipeError as error:
        answer = [error.code, str(error)]
    print(json.dumps([answer, time.monotonic() - began]))
"""


def call(url: str, home: Path, *names: str) -> list[Any]:
    """Call methods of the transport in a process of its own; none of them may take long."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    environment = {**inherited, "DAMPIPE_HOME": str(home), "DAMPIPE_BROKER_URL": url}
    done = run_program(PROGRAM, *names, environment=environment)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(seconds < 30 for _, seconds in results)
    return [answer for answer, _ in results]


def test_messages_arrive_and_are_counted_and_removed(rabbitmq_server: RabbitMQ, tmp_path: Path) -> None:
    url = rabbitmq_server.url()
    name, before, _, _, after = call(url, tmp_path, "check", "empty", "publish", "notify", "empty")
    assert name.startswith(("RabbitMQ 3.", "RabbitMQ 4."))
    assert {"io", "scan", "proxy", "control"} <= set(before), "queues that do not exist yet are empty"
    assert set(before) - set(after) == {"io", "scan"}
    with rabbitmq_server.connect() as connection, connection.channel() as channel:
        assert channel.queue_declare("io", passive=True).message_count == 30
        first = Queue("io", channel=channel).get(no_ack=True)
    assert first is not None and first.headers["task"] == "dampipe.hash"
    assert json.loads(first.body)[0] == ["L1", "clip.mp4"]
    _, emptied = call(url, tmp_path, "discard", "empty")
    assert {"io", "scan", "proxy"} <= set(emptied)


def test_a_server_that_is_down(rabbitmq_server: RabbitMQ, tmp_path: Path) -> None:
    rabbitmq_server.kill()
    url = rabbitmq_server.url()
    for code, text in call(url, tmp_path, "check", "publish", "notify", "empty", "discard"):
        assert code == "broker.unreachable"
        assert "***@127.0.0.1" in text and RabbitMQ.PASSWORD not in text
    rabbitmq_server.start()
    assert call(url, tmp_path, "publish") == [None]


def test_wrong_user_virtual_host_and_queue(rabbitmq_server: RabbitMQ, tmp_path: Path) -> None:
    [(code, text)] = call(rabbitmq_server.url(password="wr0ng"), tmp_path, "check")
    assert code == "broker.denied" and "wr0ng" not in text
    [(code, text)] = call(rabbitmq_server.url(vhost="nowhere"), tmp_path, "check")
    assert code == "broker.virtual_host" and "nowhere" in text
    with rabbitmq_server.connect() as connection, connection.channel() as channel:
        Queue("io", channel=channel, queue_arguments={"x-max-priority": 3}).declare()
    [(code, text)] = call(rabbitmq_server.url(), tmp_path, "publish")
    assert code == "broker.queue_differs" and "'io'" in text


def test_a_server_without_memory_is_an_error_and_nothing_waits_for_it(
    rabbitmq_server: RabbitMQ, tmp_path: Path
) -> None:
    url = rabbitmq_server.url()
    assert call(url, tmp_path, "publish") == [None]
    rabbitmq_server.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        for code, text in call(url, tmp_path, "check", "publish", "notify"):
            assert code == "broker.blocked" and "low on memory or disk space" in text
    finally:
        rabbitmq_server.control("set_vm_memory_high_watermark", "0.4")
    assert call(url, tmp_path, "publish", "notify") == [None, None]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answers.AccessRefused("ACCESS_REFUSED - Login was refused"), "denied"),
        (answers.AccessRefused("ACCESS_REFUSED - access to queue 'io' refused for user 'u'"), "denied"),
        (answers.NotAllowed("NOT_ALLOWED - vhost nowhere not found"), "virtual_host"),
        (answers.NotAllowed("NOT_ALLOWED - access to vhost 'a' refused for user 'u'"), "virtual_host"),
        (answers.NotAllowed("NOT_ALLOWED - connection refused: user limit (1) is reached"), "failed"),
        (answers.PreconditionFailed("PRECONDITION_FAILED - inequivalent arg 'durable'"), "queue_differs"),
        (answers.Blocked("connection blocked"), "blocked"),
        (answers.ResourceError("RESOURCE_ERROR"), "failed"),
        (answers.InternalError("INTERNAL_ERROR"), "failed"),
        (answers.MessageNacked(), "failed"),
        (answers.ConnectionForced("CONNECTION_FORCED - broker forced connection closure"), "unreachable"),
        (answers.RecoverableConnectionError("basic_publish: connection closed"), "unreachable"),
        (ConnectionResetError(104, "Connection reset by peer"), "unreachable"),
        (TimeoutError("timed out"), "unreachable"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_rabbitmq_answers_says_what_is_wrong(answer: Exception, code: str, wrapped: bool) -> None:
    error = answer
    if wrapped:  # as kombu does
        try:
            raise OperationalError(str(answer)) from answer
        except OperationalError as outer:
            error = outer
    transport = CeleryTransport(load_settings(broker_url="amqp://u:s3cret@nas:5672/dampipe"))
    with pytest.raises(Exception, match="nas:5672") as raised, transport._translated():
        raise error
    assert getattr(raised.value, "code", "") == f"broker.{code}"
    assert "amqp://u:***@nas:5672/dampipe" in str(raised.value) and "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://nas", True),
        ("AMQP://nas", True),
        ("amqps://u:p@nas:5671/v", True),
        ("amqp://a;amqp://b", True),
        ("redis://nas:6379/0", False),
        ("redis+socket:///run/amqp://", False),
        ("sentinel://a;sentinel://b", False),
    ],
)
def test_which_urls_name_a_rabbitmq(url: str, expected: bool) -> None:
    assert is_amqp(url) is expected
    assert ("confirm_publish" in brokers.transport_options(url)) is expected
    assert (brokers.queue_arguments(url) is not None) is expected


@pytest.mark.parametrize("scheme", ["sqs", "memory", "filesystem", "pulsar"])
def test_other_brokers_are_refused_when_a_process_starts(scheme: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")}
    environment |= {"DAMPIPE_HOME": str(tmp_path), "DAMPIPE_BROKER_URL": f"{scheme}://u:s3cret@nas"}
    done = run_command("doctor", environment=environment)
    output = done.stdout + done.stderr
    assert f"the broker URL {scheme}://" in output and "amqp://" in output
    assert "s3cret" not in output and "Traceback" not in output
