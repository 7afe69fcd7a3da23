"""Webhooks of a real deployment: a receiver that fails, a relay and a worker that are killed."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dampipe.features.webhooks.events import ABOUT_DELIVERIES
from tests.e2e.test_nothing_lost import assert_done_once, much, release
from tests.e2e.test_rabbitmq import values
from tests.support.deployment import Deployment
from tests.support.receiver import Message, Receiver, Reply


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(
        tmp_path / "home",
        pipeline="tests.support.stages:PIPELINE",
        webhook_networks='["127.0.0.1"]',
        max_attempts=9,  # so that no file is parked by the kills
    )
    yield made
    made.kill_all()


def test_every_event_arrives_though_receiver_relay_and_worker_fail(
    deployment: Deployment, tmp_path: Path
) -> None:
    accepted: list[str] = []
    refused: set[str] = set()

    def answer(message: Message) -> Reply:
        if message.id not in refused and len(refused) < 3:
            refused.add(message.id)
            return Reply(503)
        accepted.append(message.id)
        return Reply()

    receiver = Receiver(answer)
    secret = deployment.json("webhook", "add", "cms", receiver.url)["secret"]
    folder = much(tmp_path / "footage", 40)
    deployment.combine_workers(relay=True)
    deployment.up()
    deployment.run("enqueue", folder)
    for name in ("dampipe relay", "dampipe worker"):
        deployment.wait_for(deployment.is_working)
        for process in deployment.processes(name):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deployment.wait_for(lambda: deployment.processes(name))  # noqa: B023
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 40))
    assert_done_once(deployment, 40)
    # An event about a delivery is not delivered.
    about = ", ".join(f"'{name}'" for name in ABOUT_DELIVERIES)
    sent = f"SELECT id FROM event WHERE name NOT IN ({about})"
    deployment.wait_for(lambda: set(accepted) == set(values(deployment, sent)))
    assert all(message.is_signed_with(secret) for message in receiver.messages)
    assert sum(Counter(accepted).values()) <= len(set(accepted)) + 4, "twice only what was under way"
    assert secret not in deployment.log.read_text(errors="replace")
    receiver.close()
