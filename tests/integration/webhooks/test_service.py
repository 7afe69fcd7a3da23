"""Adding, showing, testing, rotating, replaying and removing webhooks, in all faces."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy import select, update

from dampipe.features.webhooks.cli import command
from dampipe.features.webhooks.events import ABOUT_DELIVERIES
from dampipe.features.webhooks.model import DeliveryState, NewWebhook, ReplayRequest
from dampipe.features.webhooks.sender import Answer
from dampipe.features.webhooks.tables import DELIVERY, WEBHOOK
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.errors import Conflict, DampipeError, Forbidden, NotFound
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.retention import EventRetention
from dampipe.kernel.events.tables import EVENT, SUBSCRIBER
from tests.integration.webhooks.conftest import World
from tests.support.receiver import Receiver, Reply


def test_a_secret_is_shown_once(local_world: World, receiver: Receiver) -> None:
    secret = local_world.add("cms", receiver.url)
    assert secret.startswith("whsec_")
    local_world.record()
    local_world.deliver()
    shown = str(local_world.service.all(LOCAL)) + str(local_world.deliveries("cms"))
    assert secret not in shown and secret[6:] not in shown
    with local_world.database.read() as connection:
        events = connection.execute(select(EVENT.c.data)).scalars().all()
    assert secret not in str(events)


def test_secrets_in_a_url_are_masked(local_world: World) -> None:
    local_world.add("cms", "https://1.1.1.1/hook?token=t0ps3cret&team=7")
    [report] = local_world.service.all(LOCAL)
    assert report.url == "https://1.1.1.1/hook?token=***&team=7"
    with local_world.database.read() as connection:
        assert "t0ps3cret" not in str(connection.execute(select(EVENT.c.data)).scalars().all())


def test_messages_are_signed_with_both_secrets_for_a_time_after_a_rotation(
    world: World, receiver: Receiver
) -> None:
    old = world.add("cms", receiver.url)
    made = world.service.rotate(LOCAL, "cms", keep_hours=1)
    assert made.previous_valid_until is not None
    world.record()
    world.deliver()
    assert receiver.messages[-1].is_signed_with(old) and receiver.messages[-1].is_signed_with(made.secret)
    assert world.service.all(LOCAL)[0].secrets == 2
    with world.database.write() as connection:
        connection.execute(update(WEBHOOK).values(previous_until=NOW - 1))
    world.record()
    world.deliver()
    assert not receiver.messages[-1].is_signed_with(old) and receiver.messages[-1].is_signed_with(made.secret)
    at_once = world.service.rotate(LOCAL, "cms", keep_hours=0)
    world.record()
    world.deliver()
    assert receiver.messages[-1].is_signed_with(at_once.secret)
    assert not receiver.messages[-1].is_signed_with(made.secret)


def test_a_retry_is_signed_with_the_secrets_of_its_time(local_world: World, receiver: Receiver) -> None:
    old = local_world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    local_world.record()
    local_world.deliver()
    new = local_world.service.rotate(LOCAL, "cms", keep_hours=0).secret
    receiver.answer = lambda _: Reply()
    local_world.wait_out()
    local_world.work()
    assert receiver.messages[-1].is_signed_with(new) and not receiver.messages[-1].is_signed_with(old)


def test_replay_from_an_event_a_number_a_time_and_the_beginning(world: World, receiver: Receiver) -> None:
    before = world.record(2)
    world.add("cms", receiver.url)
    events = world.record(4)
    world.deliver()
    numbers = {event.id: event.seq for event in world.log.after(0, 100)}

    def replayed(**start: Any) -> list[str]:
        receiver.messages.clear()
        report = world.service.replay(LOCAL, "cms", ReplayRequest(**start))
        world.deliver()
        assert report.events == len(receiver.ids) and report.horizon is None
        return receiver.ids

    assert replayed(after=events[1]) == events[2:]
    assert replayed(after=str(numbers[events[2]])) == events[3:]
    assert replayed(after="0") == [*before, *events], "also those from before there was the webhook"
    assert replayed(since=datetime.now(UTC)) == []
    assert replayed(since=datetime.min) == [*before, *events] and replayed(since=datetime.max) == []
    with world.database.write() as connection:
        connection.execute(update(EVENT).where(EVENT.c.id.in_(events[2:])).values(at=4_000_000_000.0))
    assert replayed(since=datetime.fromtimestamp(4_000_000_000, UTC)) == events[2:]
    assert len(world.deliveries("cms")) == 4 + 2 + 1 + 6 + 6 + 2, "the log keeps each delivery"


def test_replay_says_how_far_back_the_log_reaches(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    events = world.record(4)
    world.deliver()
    with world.database.write() as connection:
        connection.execute(update(EVENT).where(EVENT.c.id.in_(events[:2])).values(at=1000.0))
    retention = EventRetention(world.database, world.container.get(EventRegistry), {"library": 1.0})
    assert retention.delete_old(time.time()) == 2
    receiver.messages.clear()
    report = world.service.replay(LOCAL, "cms", ReplayRequest(after="0"))
    assert (report.events, report.horizon) == (2, 1000.0)
    world.deliver()
    assert receiver.ids == events[2:]
    later = world.service.replay(LOCAL, "cms", ReplayRequest(after=events[2]))
    assert (later.events, later.horizon) == (1, None), "nothing of that period is missing"


def test_a_replay_replaces_what_waits_to_be_retried(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    events = world.record(3)
    world.deliver()
    receiver.answer = lambda _: Reply()
    receiver.messages.clear()
    world.service.replay(LOCAL, "cms", ReplayRequest(after="0"))
    world.deliver()
    world.wait_out()
    world.work()
    assert sorted(receiver.ids) == sorted(events), "each once"
    assert len(world.deliveries("cms", DeliveryState.CANCELLED)) == 3
    assert len(world.deliveries("cms", DeliveryState.DELIVERED)) == 3


def test_what_is_wrong_with_a_replay(local_world: World, receiver: Receiver) -> None:
    local_world.add("cms", receiver.url)
    local_world.record()
    local_world.deliver()

    def code(**start: Any) -> str:
        with pytest.raises(DampipeError) as raised:
            local_world.service.replay(LOCAL, "cms", ReplayRequest(**start))
        return raised.value.code

    assert code() == "webhook.replay_start"
    assert code(after="0", since=datetime.now(UTC)) == "webhook.replay_start"
    for unknown in ("01940f2c-0000-7000-8000-000000000001", "999999", "-1", "x", "", "٣"):
        assert code(after=unknown) == "webhook.event_unknown"


def test_removing_leaves_nothing(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    world.record(3)
    world.deliver()
    world.service.remove(LOCAL, "cms")
    with world.database.read() as connection:
        assert connection.execute(select(WEBHOOK.c.id)).all() == []
        assert connection.execute(select(DELIVERY.c.id)).all() == []
        names = connection.execute(select(SUBSCRIBER.c.name)).scalars().all()
    assert not [name for name in names if name.startswith("webhook.")]
    world.wait_out()
    world.deliver()
    assert world.work() == [] and len(receiver.messages) == 1
    with pytest.raises(NotFound):
        world.service.remove(LOCAL, "cms")
    world.add("cms", receiver.url)  # the name is free again


def test_a_webhook_removed_while_its_item_runs(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    world.record(3)
    world.deliver()

    def remove(_: Any) -> Reply:
        world.service.remove(LOCAL, "cms")
        return Reply()

    receiver.answer = remove
    world.wait_out()
    world.work()
    assert len(receiver.messages) == 2 and world.service.all(LOCAL) == []


def test_invalid_webhooks(local_world: World) -> None:
    def code(name: str = "a", url: str = "https://1.1.1.1/", *events: str) -> str:
        with pytest.raises((DampipeError, ValidationError)) as raised:
            local_world.service.add(LOCAL, NewWebhook(name=name, url=url, events=events))
        return getattr(raised.value, "code", "validation")

    assert code("a b") == code("") == code("a" * 65) == code("ä") == "webhook.name_invalid"
    assert code("a", "ftp://1.1.1.1/") == "webhook.url_invalid"
    assert code("a", "https://1.1.1.1/", "asset.*", "asset.nonsense") == "event.unknown"
    local_world.add("taken", "https://1.1.1.1/")
    assert code("taken") == "webhook.name_taken"


def test_who_may_do_it(local_world: World, receiver: Receiver) -> None:
    editor = Actor(ActorKind.USER, "eve", role=Role.EDITOR)
    manager = Actor(ActorKind.USER, "max", role=Role.MANAGER)
    calls: dict[str, Any] = {
        "all": (),
        "add": (NewWebhook(name="cms", url=receiver.url),),
        "test": ("cms",),
        "log": ("cms",),
        "rotate": ("cms",),
        "disable": ("cms",),
        "enable": ("cms",),
        "replay": ("cms", ReplayRequest(after="0")),
        "remove": ("cms",),
    }
    for name, arguments in calls.items():
        with pytest.raises(Forbidden):
            getattr(local_world.service, name)(editor, *arguments)
        getattr(local_world.service, name)(manager, *arguments)
    with local_world.database.read() as connection:
        rows = connection.execute(select(EVENT.c.name, EVENT.c.actor).order_by(EVENT.c.id)).all()
    done = ("added", "rotated", "disabled", "enabled", "removed")
    assert [tuple(row) for row in rows] == [(f"webhook.{name}", "user:max") for name in done]


def test_a_disabled_webhook_gets_nothing_until_it_is_enabled(world: World, receiver: Receiver) -> None:
    world.add("cms", receiver.url)
    first = world.record()
    world.deliver()
    world.service.disable(LOCAL, "cms")
    world.service.disable(LOCAL, "cms")  # once more changes nothing
    later = world.record(3)
    world.deliver()
    world.work()
    assert receiver.ids == first
    [report] = world.service.all(LOCAL)
    assert report.disabled_at is not None and report.behind >= 3
    assert (report.disabled_by, report.disabled_reason) == ("local", "")
    with pytest.raises(Conflict):
        world.service.replay(LOCAL, "cms", ReplayRequest(after="0"))
    world.service.enable(LOCAL, "cms")
    world.service.enable(LOCAL, "cms")
    world.deliver()
    assert receiver.ids == first + later, "from where it stopped"
    assert names_of_events(world, "webhook.%") == ["webhook.added", "webhook.disabled", "webhook.enabled"]
    with pytest.raises(NotFound):
        world.service.disable(LOCAL, "nothing")


def test_disabling_stops_what_waits_to_be_sent_again(local_world: World, receiver: Receiver) -> None:
    local_world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    events = local_world.record()
    local_world.deliver()
    local_world.service.disable(LOCAL, "cms")
    receiver.messages.clear()
    receiver.answer = lambda _: Reply()
    local_world.wait_out()
    local_world.work()
    assert receiver.ids == []
    local_world.service.enable(LOCAL, "cms")
    local_world.wait_out()
    local_world.work()
    assert receiver.ids == events


def test_failing_and_recovering_are_events_that_no_webhook_is_sent(world: World, receiver: Receiver) -> None:
    """Each once, however many attempts fail; else a receiver that fails now and then would keep itself busy."""
    world.service.add(LOCAL, NewWebhook(name="all", url=receiver.url))
    world.add("named", receiver.url, "webhook.*")
    receiver.answer = lambda _: Reply(503)
    world.record(2)
    world.deliver()
    world.wait_out()
    world.work()
    world.deliver()
    receiver.answer = lambda _: Reply()
    receiver.messages.clear()
    world.wait_out()
    world.work()
    world.deliver()
    found = names_of_events(world, "webhook.%")
    assert found.count("webhook.failing") == found.count("webhook.recovered") == 2, "one of each webhook"
    sent = {message.json["type"] for message in receiver.messages}
    assert sent >= {"asset.added", "webhook.added"} and not sent & {"webhook.failing", "webhook.recovered"}
    replayed = world.service.replay(LOCAL, "all", ReplayRequest(after="0")).events
    assert replayed == len([name for name in names_of_events(world, "%") if name not in ABOUT_DELIVERIES])


def names_of_events(world: World, pattern: str) -> list[str]:
    """The names of the events in the log, oldest first."""
    query = select(EVENT.c.name).where(EVENT.c.name.like(pattern)).order_by(EVENT.c.id)
    with world.database.read() as connection:
        return list(connection.execute(query).scalars())


def test_there_are_not_too_many(local_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.features.webhooks.service.MOST_WEBHOOKS", 2)
    for name in ("a", "b"):
        local_world.add(name, "https://1.1.1.1/")
    with pytest.raises(Conflict, match="2 webhooks"):
        local_world.add("c", "https://1.1.1.1/")


def test_the_command_line(local_world: World, receiver: Receiver) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(command, list(arguments), obj=local_world.container, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    assert "no webhooks yet" in run("list")
    assert "whsec_" in run("add", "cms", receiver.url, "--event", "asset.*")
    assert "whsec_" not in run("list") + run("list", "--json")
    assert json.loads(run("list", "--json"))[0]["events"] == ["asset.*"]
    assert "accepted with HTTP 204" in run("test", "cms")
    assert receiver.messages[0].json["type"] == "webhook.test"
    receiver.answer = lambda _: Reply(500)
    assert "not accepted: HTTP 500" in run("test", "cms", code=3)
    assert json.loads(run("test", "cms", "--json", code=3))["accepted"] is False
    assert "0 events" in run("replay", "cms", "--after", "0")
    assert "no deliveries yet" in run("log", "cms")
    assert "old secret as well until" in run("rotate", "cms")
    assert "enabled" in run("enable", "cms")
    assert "removed" in run("remove", "cms")
    with pytest.raises(NotFound):
        run("test", "cms")


def test_replays_and_retries_at_one_time_do_not_wait_in_a_circle(world: World, receiver: Receiver) -> None:
    """Both change the webhook and its deliveries."""
    world.add("cms", receiver.url)
    receiver.answer = lambda _: Reply(500)
    world.record(40)
    world.deliver()
    world.wait_out()
    webhook = world.webhooks.find("cms")
    assert webhook is not None
    pending = world.webhooks.next_due(webhook.id)
    assert pending is not None

    def change_both() -> None:
        """In the middle of a replay."""
        with world.database.write() as connection:
            connection.execute(update(WEBHOOK).values(round=WEBHOOK.c.round + 1))
            locked.set()
            time.sleep(0.3)
            connection.execute(update(DELIVERY).values(problem="replaced by a replay"))

    locked = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        replay = pool.submit(change_both)
        assert locked.wait(30)
        world.webhooks.record_retry(webhook, pending, Answer(500, 0.0, "HTTP 500"))
        replay.result()
    [first, *_] = world.deliveries("cms")
    assert (first.attempts, first.problem) == (pending.attempts + 1, "HTTP 500")
