"""Each event reaches each webhook at least once under its id, whatever receivers do; none waits for another."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from sqlalchemy import select, update

from dampipe.features.assets.events import AssetAdded
from dampipe.features.fixity.events import FileBad
from dampipe.features.webhooks import sender
from dampipe.features.webhooks.model import KIND, DeliveryState, NewWebhook
from dampipe.features.webhooks.schedule import (
    ATTEMPTS,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    RETRY_AFTER,
    parse_retry_after,
    pause,
    retry_delay,
)
from dampipe.features.webhooks.tables import DELIVERY, WEBHOOK
from dampipe.jobs.model import Outcome, RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.facets.dirty import mark_assets
from tests.integration.webhooks.conftest import World, wait_for
from tests.ports import free_port
from tests.support.receiver import Message, Receiver, Reply
from tests.support.version_rows import insert_versions

ROOT = Path(__file__).parents[3]


@pytest.fixture
def other() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def answering(*statuses: int, **headers: str) -> Callable[[Message], Reply]:
    """One answer after the other; the last one for ever."""
    left = list(statuses)
    return lambda _: Reply(left.pop(0) if len(left) > 1 else left[0], dict(headers))


def states(world: World, name: str = "cms") -> list[tuple[str, int]]:
    return [(one.state.value, one.attempts) for one in world.deliveries(name)]


def seconds_to_next(world: World) -> float:
    """Until the next work item, by the database."""
    query = select(RUN.c.not_before - NOW).where(RUN.c.stage == KIND, RUN.c.state == RunState.PENDING)
    with world.database.read() as connection:
        return float(min(connection.execute(query).scalars()))


def test_a_message_is_a_signed_cloudevent(local_world: World, receiver: Receiver) -> None:
    secret = local_world.add("cms", receiver.url)
    [event] = local_world.record()
    local_world.deliver()
    [message] = receiver.messages
    assert message.id == event and message.is_signed_with(secret)
    assert not message.is_signed_with("whsec_" + "A" * 43 + "=")
    assert message.headers["content-type"] == "application/cloudevents+json"
    assert message.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert abs(float(message.headers["webhook-timestamp"]) - time.time()) < 60
    parsed = JSONFormat().read(CloudEvent, message.body)
    assert (parsed.get_id(), parsed.get_type()) == (event, "asset.added")
    # What Standard Webhooks ask for in a body.
    assert message.json["type"] == "asset.added" and message.json["data"] == {"sha1": "0" * 40}
    assert datetime.fromisoformat(message.json["timestamp"]).utcoffset() == timedelta(0)
    [entry] = local_world.deliveries("cms")
    assert (entry.event, entry.state, entry.status, entry.attempts) == (event, "delivered", 204, 1)


def test_events_come_in_order_once_and_by_their_type(
    world: World, receiver: Receiver, other: Receiver
) -> None:
    world.record(3)  # before there was a webhook
    world.add("cms", receiver.url, "asset.*")
    world.add("ops", other.url, "file.bad", "webhook.added")
    events = world.record(30, FileBad(path="/a", verdict="mismatch", reason="other bytes"))
    world.deliver()
    world.deliver()
    assert receiver.ids == events[:30]
    assert [message.json["type"] for message in other.messages] == ["webhook.added", "file.bad"]
    assert other.ids[1] == events[30]


def test_what_is_not_accepted_is_sent_again_by_the_schedule(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(500)
    [event] = world.record()
    world.deliver()
    for attempt in range(1, ATTEMPTS):
        assert states(world) == [("retrying", attempt)]
        [entry] = world.deliveries("cms")
        assert entry.problem == "HTTP 500 Internal Server Error" and entry.next_at is not None
        planned = RETRY_AFTER[attempt - 1]
        assert planned * 0.9 <= entry.next_at - entry.updated_at <= planned * 1.11
        assert seconds_to_next(world) <= planned * 1.11
        assert world.work() == [], "it is not sent before"
        world.wait_out()
        assert [report.outcome for report in world.work()] == [Outcome.DONE]
    assert states(world) == [("failed", ATTEMPTS)]
    assert receiver.ids == [event] * ATTEMPTS, "the id stays"
    assert len({message.headers["webhook-timestamp"] for message in receiver.messages}) >= 1
    assert len({message.body for message in receiver.messages}) == 1, "the same message each time"
    assert sum(RETRY_AFTER) == 75 * 3600 + 35 * 60 + 5
    world.wait_out()
    assert world.work() == []


def test_events_that_come_while_a_receiver_fails_are_kept_and_delivered_afterwards(
    world: World, receiver: Receiver
) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(500)
    events = world.record(50)
    world.deliver()
    assert len(receiver.messages) == 1, "a receiver that fails is left alone for a while"
    assert world.deliveries("cms")[-1].state is DeliveryState.RETRYING
    [report] = world.service.all(LOCAL)
    assert (report.retrying, report.failures, report.behind) == (50, 1, 0)
    with world.database.read() as connection:
        assert connection.execute(select(WEBHOOK.c.item_count)).scalar_one() == 1, (
            "one work item for all of them"
        )
    receiver.answer = answering(204)
    world.wait_out()
    world.work()
    assert receiver.ids == [events[0], *events], "in order, nothing skipped"
    assert {state for state, _ in states(world)} == {"delivered"}
    [report] = world.service.all(LOCAL)
    assert (report.retrying, report.failures, report.problem) == (0, 0, "")
    more = world.record()
    world.deliver()
    assert receiver.ids[-1:] == more


def test_one_event_that_is_never_accepted_does_not_hold_up_the_others(
    world: World, receiver: Receiver
) -> None:
    world.add("cms", receiver.url)
    events = world.record(10)
    receiver.answer = lambda message: Reply(422 if message.id == events[4] else 204)
    world.deliver()
    with world.database.write() as connection:  # the pause after a failure; the event itself waits for longer
        connection.execute(update(WEBHOOK).values(paused_until=0.0))
        connection.execute(update(RUN).where(RUN.c.stage == KIND).values(not_before=0.0))
    world.work()
    assert [state for state, _ in states(world)].count("delivered") == 9
    assert states(world)[4] == ("retrying", 1)
    more = world.record(2)
    world.deliver()
    assert receiver.ids[-2:] == more, "sent at once again"


def test_a_failure_while_an_older_one_waits_for_hours_is_retried_soon(
    world: World, receiver: Receiver
) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(500, 204)
    first = world.record()
    world.deliver()
    with world.database.write() as connection:
        later = {"next_at": NOW + 36_000.0, "attempts": 6}
        connection.execute(update(DELIVERY).where(DELIVERY.c.event_id == first[0]).values(later))
        connection.execute(update(WEBHOOK).values(failures=0, paused_until=0.0))
        connection.execute(update(RUN).where(RUN.c.stage == KIND).values(not_before=NOW + 36_000.0))
    receiver.answer = answering(500, 204)
    world.record()
    world.deliver()
    assert seconds_to_next(world) < 60


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(
    status: int, local_world: World, receiver: Receiver, other: Receiver
) -> None:
    local_world.add("cms", receiver.url)
    receiver.answer = answering(status, Location=other.url)
    local_world.record()
    local_world.deliver()
    [entry] = local_world.deliveries("cms")
    assert entry.state is DeliveryState.RETRYING and "redirects are not followed" in entry.problem
    assert entry.status == status and other.messages == []


def test_410_disables_and_keeps_the_events(world: World, receiver: Receiver, other: Receiver) -> None:
    world.add("cms", receiver.url)
    world.add("ops", other.url, "webhook.disabled")
    receiver.answer = answering(204, 410)
    events = world.record(5)
    world.deliver()
    assert receiver.ids == events[:2]
    assert states(world) == [("delivered", 1), ("failed", 1)]
    report = next(one for one in world.service.all(LOCAL) if one.name == "cms")
    assert report.disabled_at is not None and "410 Gone" in report.disabled_reason and not report.disabled_by
    world.deliver()
    world.wait_out()
    world.work()
    assert receiver.ids == events[:2]
    assert [message.json["data"]["name"] for message in other.messages] == ["cms"]
    receiver.answer = answering(204)
    world.service.enable(LOCAL, "cms")
    world.deliver()
    assert receiver.ids == events, "from where it stopped"


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after_is_respected(status: int, local_world: World, receiver: Receiver) -> None:
    local_world.add("cms", receiver.url)
    receiver.answer = answering(status, **{"Retry-After": "7200"})
    local_world.record(2)
    local_world.deliver()
    entry = local_world.deliveries("cms")[0]
    assert entry.next_at is not None and 7190 <= entry.next_at - entry.updated_at <= 7210
    with local_world.database.read() as connection:
        pause = connection.execute(select(WEBHOOK.c.paused_until - WEBHOOK.c.created_at)).scalar_one()
    # One that has too much to do gets no other message either.
    assert (pause > 7000) is (status != 500)


def test_a_slow_receiver_is_given_up_after_the_time_limit(
    local_world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TIMEOUT", 0.5)
    local_world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(delay=30)
    local_world.record()
    began = time.monotonic()
    local_world.deliver()
    assert time.monotonic() - began < 25
    [entry] = local_world.deliveries("cms")
    assert entry.problem == "no answer within 0 s" and entry.status is None


def test_a_receiver_that_trickles_is_given_up_after_the_time_limit(
    local_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte now and then would keep a time limit for each read from ever ending it."""
    monkeypatch.setattr(sender, "TIMEOUT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        local_world.add("cms", f"http://127.0.0.1:{server.getsockname()[1]}/")
        local_world.record()

        def trickle() -> None:
            accepted, _ = server.accept()
            with accepted:
                try:
                    for letter in "HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 1000:
                        accepted.send(letter.encode())
                        time.sleep(0.1)
                except OSError:
                    pass

        import threading

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        local_world.deliver()
        assert time.monotonic() - began < 60  # it trickles for minutes
        thread.join()
    [entry] = local_world.deliveries("cms")
    assert entry.state is DeliveryState.RETRYING and entry.problem.startswith("no answer within")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"\x00" * 5000])
def test_an_answer_that_is_not_http_is_a_failure(answer: bytes, local_world: World) -> None:
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:
        local_world.add("cms", f"http://127.0.0.1:{server.getsockname()[1]}/")
        local_world.record()

        def reply() -> None:
            accepted, _ = server.accept()
            with accepted:
                accepted.recv(65_536)
                accepted.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        local_world.deliver()
        thread.join()
    [entry] = local_world.deliveries("cms")
    assert entry.state is DeliveryState.RETRYING and entry.problem


def test_a_receiver_that_is_down_for_days_loses_its_oldest_events_only(world: World) -> None:
    world.add("cms", f"http://127.0.0.1:{free_port()}/")
    world.record(3)
    world.deliver()
    with world.database.write() as connection:
        old = DELIVERY.c.created_at - GIVE_UP_AFTER - 1
        connection.execute(update(DELIVERY).where(DELIVERY.c.seq <= 2).values(created_at=old))
    world.wait_out()
    world.work(1)
    kinds = [state for state, _ in states(world)]
    assert kinds.count("failed") >= 1 and kinds[-1] == "retrying"
    assert "given up after 4 days" in world.deliveries("cms", DeliveryState.FAILED)[0].problem


def test_a_slow_and_a_dead_receiver_hold_up_no_other(
    world: World, receiver: Receiver, other: Receiver
) -> None:
    """With a real relay: the fast one has all its events long before the slow one has its second."""
    receiver.answer = lambda _: Reply(delay=5)
    world.add("slow", receiver.url)
    world.add("fast", other.url)
    world.add("dead", f"http://127.0.0.1:{free_port()}/")
    with world.relay():
        events = world.record(40)
        began = time.monotonic()
        wait_for(lambda: len(other.messages) == 40)
        assert len(receiver.messages) <= 1 + (time.monotonic() - began) / 5
        assert other.ids == events
        wait_for(lambda: world.deliveries("dead"))
        receiver.answer = lambda _: Reply()
        wait_for(lambda: len(set(receiver.ids)) == 40)
    assert len(world.deliveries("dead", DeliveryState.RETRYING)) == 40


def test_every_event_arrives_though_the_receiver_is_killed(world: World, tmp_path: Path) -> None:
    """Events come all the time; the receiver is killed (SIGKILL) and started again, twice."""
    port, file = free_port(), tmp_path / "received"
    secret = world.add("cms", f"http://127.0.0.1:{port}/")

    def start() -> "subprocess.Popen[bytes]":
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.support.receiver", str(port), str(file), secret],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
        )  # fmt: skip
        wait_for(listens)
        return started

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def received() -> list[str]:
        return file.read_text().split() if file.exists() else []

    recorded: list[str] = []
    process = start()
    try:
        with world.relay():
            for _ in range(2):
                count = len(received())
                recorded += world.record(40)
                wait_for(lambda: len(received()) > count + 5)  # noqa: B023
                process.send_signal(signal.SIGKILL)
                process.wait()
                recorded += world.record(10)
                wait_for(lambda: world.service.all(LOCAL)[0].failures > 0)
                process = start()
                world.wait_out()
                wait_for(lambda: set(received()) == set(recorded) or world.wait_out())  # noqa: B023
            recorded += world.record(5)
            wait_for(lambda: set(received()) == set(recorded))
    finally:
        process.kill()
        process.wait()
    counts = Counter(received())
    assert set(counts) == set(recorded), "each event at least once under its id, none skipped"
    assert sum(counts.values()) <= len(recorded) + 4, "again only what was under way when it was killed"
    assert Counter(one.state for one in world.deliveries("cms")) == {DeliveryState.DELIVERED: len(recorded)}


def test_a_relay_that_dies_after_the_answer_sends_once_more_under_the_same_id(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("cms", receiver.url)
    [event] = world.record()
    with monkeypatch.context() as patched:
        patched.setattr(world.webhooks, "record_first", lambda *_: 1 / 0)
        world.deliver()
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE event_subscriber SET not_before = 0")
    world.deliver()
    assert receiver.ids == [event, event]
    assert states(world) == [("delivered", 1)]


def test_a_work_item_that_is_lost_is_created_again_by_the_sweep(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(500, 204)
    world.record(3)
    world.deliver()
    with world.database.write() as connection:
        connection.execute(update(RUN).where(RUN.c.stage == KIND).values(state=RunState.FAILED))
    world.wait_out()
    world.sweep()
    world.work()
    assert {state for state, _ in states(world)} == {"delivered"}


def test_done_work_items_do_not_pile_up(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(500)
    world.record()
    world.deliver()
    for _ in range(4):
        world.wait_out()
        world.work(1)
    with world.database.write() as connection:
        connection.execute(update(RUN).where(RUN.c.state == RunState.DONE).values(finished_at=1.0))
    world.wait_out()
    world.work(1)
    with world.database.read() as connection:
        left = connection.execute(select(RUN.c.state).where(RUN.c.stage == KIND)).scalars().all()
    assert sorted(left) == ["done", "pending"]


def test_the_log_is_cleared_but_for_what_is_retried(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = answering(204, 204, 500)
    world.record(3)
    world.deliver()
    assert world.webhooks.delete_old(3600) == 0
    with world.database.write() as connection:
        connection.execute(update(DELIVERY).values(updated_at=1.0))
    assert world.webhooks.delete_old(3600) == 2
    assert [state for state, _ in states(world)] == ["retrying"]


def test_retry_after_in_seconds_or_as_a_date() -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert parse_retry_after("120", now) == 120
    assert parse_retry_after(format_datetime(now + timedelta(minutes=5), usegmt=True), now) == 300
    assert parse_retry_after(format_datetime(now - timedelta(minutes=5), usegmt=True), now) == 0
    assert parse_retry_after("9" * 50, now) == LONGEST_WAIT
    for text in (None, "", "soon", "-5", "1.5", "٣", "Sun, 99 Foo 2026 00:00:00 GMT"):
        assert parse_retry_after(text, now) is None


def test_delays_grow_and_have_jitter() -> None:
    assert [round(delay / 1.05) if (delay := retry_delay(n)) else None for n in (ATTEMPTS, ATTEMPTS + 5)] == [
        None,
        None,
    ]
    assert 5 <= pause(1) <= 5.5 and 600 <= pause(50) <= 660
    assert len({retry_delay(3) for _ in range(20)}) > 1
    assert retry_delay(1, 900) == 900 and pause(1, 900) == 900


def test_a_body_is_bounded(local_world: World, receiver: Receiver) -> None:
    secret = local_world.add("cms", receiver.url)
    sends = local_world.container.get(sender.Sender)
    answer = sends.send(receiver.url, [secret], "id", json.dumps("x" * (1 << 20)))
    assert "longer than" in answer.problem and receiver.messages == []


def test_an_answer_without_an_end_is_not_read_to_it(local_world: World) -> None:
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:
        local_world.add("cms", f"http://127.0.0.1:{server.getsockname()[1]}/")
        local_world.record()
        sent = [0]

        def flood() -> None:
            accepted, _ = server.accept()
            with accepted:
                accepted.recv(65_536)
                accepted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
                try:
                    while True:
                        sent[0] += accepted.send(b"x" * 65_536)
                except OSError:
                    pass

        thread = threading.Thread(target=flood)
        thread.start()
        began = time.monotonic()
        local_world.deliver()
        assert time.monotonic() - began < 60
        thread.join()
    assert [one.state for one in local_world.deliveries("cms")] == ["delivered"]
    assert sent[0] < 50_000_000


def test_one_work_item_sends_at_a_time(world: World, receiver: Receiver, other: Receiver) -> None:
    """So that slow receivers never hold all processes of a worker."""
    for name, to in (("a", receiver), ("b", other)):
        to.answer = answering(500, 204)
        world.add(name, to.url)
    world.record()
    world.deliver()
    first, second = (webhook.id for webhook in world.webhooks.all())
    world.wait_out()
    assert world.webhooks.begin_retry(first)
    assert not world.webhooks.begin_retry(second)
    assert [report.outcome for report in world.work(1)] == [Outcome.DONE, Outcome.DONE]
    assert len(receiver.messages) == len(other.messages) == 1, "both found another one sending"
    assert 3 <= seconds_to_next(world) <= 6
    world.wait_out()
    world.work()
    assert len(receiver.messages) == len(other.messages) == 2


def test_a_query_restricts_a_webhook_to_assets_that_it_finds(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.service.add(LOCAL, NewWebhook(name="bad", url="http://127.0.0.1:1/", where="rating>="))
    with pytest.raises(InvalidInput):
        world.service.add(LOCAL, NewWebhook(name="bad", url="http://127.0.0.1:1/", where="no_such=1"))
    receiver = Receiver()
    try:
        query = NewWebhook(
            name="some", url=receiver.url, events=("asset.added", "file.bad"), where="duration>5"
        )
        world.service.add(LOCAL, query)
        assert world.service.all(LOCAL)[0].where == "duration>5"
        with world.database.write() as connection:
            rows = [
                {"id": number, "sha1": f"{number:040x}", "size": 1, "name": "x.mov", "added_at": 1.0,
                 "duration": 4.0 + number}
                for number in (1, 2, 3)
            ]  # fmt: skip
            insert_versions(connection, *rows)
            mark_assets(connection, [1, 2, 3])
            sent = [
                record_event(connection, AssetAdded(sha1=f"{number:040x}"), asset=number)
                for number in (1, 2, 3, 99)
            ]
            about_none = record_event(connection, AssetAdded(sha1="f" * 40))
        world.deliver()
        assert [one.id for one in receiver.messages] == [sent[1], sent[2], about_none]
        receiver.answer = lambda _: Reply(500)
        with world.database.write() as connection:
            late = [
                record_event(connection, AssetAdded(sha1="0" * 40), asset=number) for number in (1, 3, 1, 2)
            ]
        world.deliver()
        receiver.answer = lambda _: Reply()
        waiting = {one.event for one in world.deliveries("some") if one.state == DeliveryState.RETRYING}
        assert waiting == {late[1], late[3]}  # what does not pass does not wait either
    finally:
        receiver.close()
