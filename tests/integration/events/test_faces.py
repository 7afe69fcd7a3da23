"""Events as commands and HTTP show them, and as a stream: resumed, bounded, ended with the server."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import literal, select

import dampipe
from dampipe.app.doctor import Finding, Verdict, examine
from dampipe.cli.group import LazyGroup
from dampipe.features.assets.events import AssetAdded
from dampipe.features.assets.service import AssetService
from dampipe.features.events import broadcast
from dampipe.features.events.broadcast import Broadcaster
from dampipe.features.events.cli import command
from dampipe.features.events.model import EventQuery
from dampipe.features.events.service import EventService
from dampipe.features.processing.cli.status import render
from dampipe.features.processing.status import StatusService
from dampipe.jobs.events import StageDone, StageFailed
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.events.log import EventLog
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.retention import DAY, EventRetention
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository
from dampipe.kernel.faces.console import text_of
from dampipe.kernel.visibility import View
from dampipe.web.app import create_app
from tests.support.serving import serving

A, B = "a" * 40, "b" * 40
STREAM = "/api/v1/events/stream"


class Here:
    """A library without footage, and its faces."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.database: Database = library.service(Database)
        self.service: EventService = library.service(EventService)
        with self.database.write() as connection:
            for sha1 in (A, B):
                connection.exec_driver_sql("INSERT INTO asset (added_at) VALUES (0)")
                connection.exec_driver_sql(
                    "INSERT INTO version (sha1, size, name, added_at, asset_id) "
                    "SELECT ?, 1, 'x.mov', 0, max(id) FROM asset",
                    (sha1,),
                )

    def record(self, *payloads: EventPayload, sha1: str = A, at: float | None = None) -> None:
        with self.database.write() as connection:
            for payload in payloads:
                record_event(connection, payload, sha1=sha1, asset=1 if sha1 == A else 2, at=at)

    def cli(self, *arguments: str) -> list[str]:
        ran = CliRunner().invoke(
            command, arguments, obj=self.library.service(Services), catch_exceptions=False
        )
        return ran.output.splitlines()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True) as library:
        yield Here(library)


@pytest.fixture
def app(here: Here) -> FastAPI:
    return create_app(here.library.service(Services))


def parse(text: str) -> list[tuple[str, str, Any]]:
    """The messages of a stream: type, id and data; comments are left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"])))
    return found


def ids(text: str) -> list[int]:
    return [int(number) for kind, number, _ in parse(text) if not kind]


def test_a_command_shows_what_happened(here: Here) -> None:
    here.record(AssetAdded(sha1=A), StageDone(stage="probe", warnings=("it is odd",)))
    here.record(StageFailed(stage="hash", kind="bad_media", reason="no picture", code="media.x"), sha1=B)
    first, second, third = here.cli()
    assert first.startswith("1  ") and "  asset.added " in first and A[:8] in first and "by local" in first
    assert second.startswith("2  ") and 'stage=probe  warnings=["it is odd"]' in second
    assert "stage=hash  kind=bad_media  reason=no picture  code=media.x" in third
    assert [line.split()[0] for line in here.cli("--asset", A)] == ["1", "2"]
    assert [line.split()[0] for line in here.cli("--name", "stage.*", "--since", "1")] == ["2", "3"]
    assert [line.split()[0] for line in here.cli("-n", "1")] == ["3"]
    with here.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM asset WHERE id = 1")
    assert [line.split()[0] for line in here.cli("--asset", A)] == ["1", "2"], "its history is kept"
    assert [json.loads(line)["seq"] for line in here.cli("--json", "--since", "1h")] == [1, 2, 3]
    assert here.cli("--since", "2100-01-01") == []


def test_all_pages_of_a_long_answer(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.features.events.cli.PAGE", 2)
    here.record(*[StageDone(stage="probe")] * 5)
    assert [line.split()[0] for line in here.cli("--since", "0")] == ["1", "2", "3", "4", "5"]


def test_following_shows_each_event_once(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that come between the list and the first look for new ones."""
    follow = EventService.follow

    def interrupted(self: EventService, actor: Actor, query: EventQuery, after: int) -> Iterator[Any]:
        here.record(StageDone(stage="preview"))

        def sleep(_: float) -> None:
            here.record(StageDone(stage="embed"), AssetAdded(sha1=B))
            if here.service.page(LOCAL, EventQuery()).next > 8:
                raise KeyboardInterrupt

        return follow(self, actor, query, after, sleep)

    monkeypatch.setattr(EventService, "follow", interrupted)
    here.record(StageDone(stage="probe"), AssetAdded(sha1=A))
    lines = here.cli("--follow", "--name", "stage.done")
    assert [line.split()[0] for line in lines] == ["1", "3", "4", "6"]


@pytest.mark.parametrize("since", ["yesterday", "7y", "-1", "99999999999999999999d", "9" * 30, ""])
def test_a_beginning_that_is_not_valid_is_refused(here: Here, since: str) -> None:
    with pytest.raises(InvalidInput) as error:
        here.service.page(LOCAL, EventQuery(since=since))
    assert error.value.code == "event.since_invalid"


def test_what_was_deleted_is_stated(here: Here, app: FastAPI) -> None:
    now = time.time()
    here.record(StageDone(stage="probe"), at=now - 40 * DAY)
    here.record(AssetAdded(sha1=A), StageDone(stage="preview"), at=now)
    here.service.page(LOCAL, EventQuery())
    assert here.library.service(EventRetention).delete_old(now) == 1
    [line, *shown] = here.cli("--since", "0")
    assert line.startswith("some events up to number 1 of ") and len(shown) == 2
    with serving(app) as url:
        answer = httpx.get(f"{url}/api/v1/events?since=0").json()
        assert answer["horizon"]["seq"] == 1 and [e["seq"] for e in answer["events"]] == [2, 3]
        assert httpx.get(f"{url}/api/v1/events?since=1").json()["horizon"] is None
        assert httpx.get(f"{url}/api/v1/events?since=0&name=asset.*").json()["horizon"] is None
        messages = parse(httpx.get(f"{url}{STREAM}?seconds=0&after=0").text)
    assert [(kind, number) for kind, number, _ in messages] == [("horizon", ""), ("", "2"), ("", "3")]


def test_pages_over_http(here: Here, app: FastAPI) -> None:
    here.record(*[StageDone(stage="probe")] * 3)
    here.record(AssetAdded(sha1=B), sha1=B)
    with serving(app) as url:
        first = httpx.get(f"{url}/api/v1/events?since=0&limit=2").json()
        rest = httpx.get(f"{url}/api/v1/events?since={first['next']}").json()
        assert [e["seq"] for e in [*first["events"], *rest["events"]]] == [1, 2, 3, 4]
        assert rest["next"] == 4
        assert [e["seq"] for e in httpx.get(f"{url}/api/v1/events?asset={B}").json()["events"]] == [4]
        assert httpx.get(f"{url}/api/v1/events?asset={'c' * 40}").status_code == 404
        unknown = httpx.get(f"{url}/api/v1/events?name=nonsense")
        assert (unknown.status_code, unknown.json()["code"]) == (422, "event.unknown")


def test_a_stream_resumes_after_the_last_event_that_was_seen(here: Here, app: FastAPI) -> None:
    here.record(*[StageDone(stage="probe")] * 3)
    with serving(app) as url:
        timer = threading.Timer(
            1.0, lambda: here.record(AssetAdded(sha1=B), StageDone(stage="embed"), sha1=B)
        )
        timer.start()
        seen = httpx.get(f"{url}{STREAM}?seconds=4", headers={"Last-Event-ID": "1"}, timeout=30)
        timer.join()
        assert ids(seen.text) == [2, 3, 4, 5], "what is stored, then what happens"
        assert seen.headers["content-type"].startswith("text/event-stream")
        assert seen.headers["cache-control"] == "no-store"
        assert ids(httpx.get(f"{url}{STREAM}?seconds=0").text) == []
        assert ids(httpx.get(f"{url}{STREAM}?seconds=0&after=0&name=asset.added").text) == [4]
        assert ids(httpx.get(f"{url}{STREAM}?seconds=0&after=0&asset={B}").text) == [4, 5]
        head = httpx.head(f"{url}{STREAM}")
        assert (head.status_code, head.headers["content-type"][:17]) == (200, "text/event-stream")


def test_many_clients_cost_one_reader_and_one_status(
    here: Here, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "STATUS_INTERVAL", 1000.0)
    reads: list[int] = []
    statuses: list[int] = []
    next_page, status = Broadcaster._next_page, StatusService.status
    monkeypatch.setattr(Broadcaster, "_next_page", lambda self: (reads.append(1), next_page(self))[1])
    monkeypatch.setattr(
        StatusService, "status", lambda self, actor: (statuses.append(1), status(self, actor))[1]
    )
    texts: list[str] = []
    with serving(app) as url:
        began = time.monotonic()
        ask = lambda: texts.append(httpx.get(f"{url}{STREAM}?seconds=5&status=true", timeout=30).text)  # noqa: E731
        clients = [threading.Thread(target=ask) for _ in range(20)]
        for client in clients:
            client.start()
        broadcaster = here.library.service(Broadcaster)
        while broadcaster.clients < 20:
            time.sleep(0.05)
        assert here.database.engine.pool.checkedout() <= 1, "no client holds a connection"  # type: ignore[attr-defined]
        here.record(StageDone(stage="probe"))
        for client in clients:
            client.join()
    assert [ids(text) for text in texts] == [[1]] * 20
    assert all([kind for kind, _, _ in parse(text)].count("status") == 1 for text in texts)
    assert len(statuses) == 1
    intervals = (time.monotonic() - began) / broadcast.INTERVAL
    assert len(reads) <= intervals + 3, "as many as there were intervals, not clients"
    assert broadcaster.clients == 0


def test_a_client_that_does_not_read_is_disconnected_and_more_than_the_limit_refused(
    here: Here, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "QUEUE", 5)
    monkeypatch.setattr(broadcast, "MOST_CLIENTS", 1)
    with serving(app) as url, httpx.stream("GET", f"{url}{STREAM}", timeout=30) as stalled:
        assert stalled.status_code == 200
        refused = httpx.get(f"{url}{STREAM}")
        assert (refused.status_code, refused.json()["code"]) == (503, "event.too_many_streams")
        assert refused.headers["retry-after"] == "5"
        for _ in range(3):
            here.record(*[StageDone(stage="probe", warnings=("x" * 1000,))] * 1000)
        text = stalled.read().decode()  # it ends, though the server runs
        seen = ids(text)
        while len(seen) < 3000:  # as a browser does
            after = seen[-1] if seen else 0
            seen += ids(httpx.get(f"{url}{STREAM}?seconds=1&after={after}", timeout=30).text)
    assert seen == list(range(1, 3001))


def test_streams_end_when_the_server_stops(app: FastAPI) -> None:
    ended: list[float] = []

    def hold(url: str) -> None:
        httpx.get(f"{url}{STREAM}", timeout=60)
        ended.append(time.monotonic())

    with serving(app) as url:
        threads = [threading.Thread(target=hold, args=(url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60
        while app.state.services.get(Broadcaster).clients < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        began = time.monotonic()
    for thread in threads:
        thread.join()
    assert len(ended) == 3 and max(ended) - began < 5.0


@pytest.mark.timeout(120)
def test_a_stream_that_begins_while_the_server_stops_does_not_keep_it(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, end_streams = Broadcaster._newest, Broadcaster.end_streams
    begun, stopping, answers = threading.Event(), threading.Event(), []

    def slow(self: Broadcaster) -> int:
        begun.set()
        stopping.wait(60)
        return newest(self)

    def stop(self: Broadcaster) -> None:
        end_streams(self)
        stopping.set()

    monkeypatch.setattr(Broadcaster, "_newest", slow)
    monkeypatch.setattr(Broadcaster, "end_streams", stop)
    with serving(app) as url:
        asking = threading.Thread(target=lambda: answers.append(httpx.get(f"{url}{STREAM}", timeout=60)))
        asking.start()
        assert begun.wait(60)
        began = time.monotonic()
    assert time.monotonic() - began < 30
    asking.join()
    assert answers[0].status_code == 503


def test_a_client_learns_of_an_outage_and_of_its_end(
    here: Here, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dampipe.kernel.db.errors import LOCKED
    from dampipe.kernel.errors import CatalogueDown

    monkeypatch.setattr(broadcast, "OUTAGE_PAUSE", 0.3)
    next_page, looks = Broadcaster._next_page, iter(range(2))

    def down(self: Broadcaster) -> Any:
        if next(looks, None) is not None:
            raise CatalogueDown(LOCKED, place="x")
        return next_page(self)

    monkeypatch.setattr(Broadcaster, "_next_page", down)
    with serving(app) as url:
        messages = parse(httpx.get(f"{url}{STREAM}?seconds=4&status=true", timeout=30).text)
    assert [kind for kind, _, _ in messages][:3] == ["outage", "outage", "status"]
    assert messages[0][2]["code"] == "catalogue.locked" and "x" in messages[0][2]["detail"]


def test_the_command_is_registered() -> None:
    from dampipe.cli import commands

    assert LazyGroup(commands()).get_command(None, "events") is command  # type: ignore[arg-type]


def test_a_failing_subscriber_is_shown_by_the_doctor_and_the_status(here: Here) -> None:
    subscribers = here.library.service(SubscriberRepository)
    subscribers.register("webhooks", from_start=True)
    container = here.library.service(Services)

    def finding() -> Finding:
        return next(one for one in examine(container) if one.what == "events")

    here.record(AssetAdded(sha1=A))
    assert here.service.page(LOCAL, EventQuery()).next == 1
    assert finding().verdict is Verdict.FINE and "webhooks" in finding().found
    claim = subscribers.claim("webhooks", "me", 60)
    assert claim is not None
    subscribers.fail(claim, "me", "the target does not answer", 600)
    assert finding().verdict is Verdict.WARNING
    assert "webhooks, 1 behind: the target does not answer" in finding().found
    status = container.get(StatusService).status(LOCAL)
    [state] = status.subscribers
    assert (state.name, state.behind, state.problem) == ("webhooks", 1, "the target does not answer")
    shown = text_of(render(status))
    assert "webhooks" in shown and "the target does not answer" in shown


def stuck(here: Here) -> SubscriberRepository:
    """A subscriber `notify` that fails at the second of three events."""
    subscribers = here.library.service(SubscriberRepository)
    subscribers.register("notify", from_start=True)
    here.record(AssetAdded(sha1=A), AssetAdded(sha1=A), AssetAdded(sha1=A))
    assert here.service.page(LOCAL, EventQuery()).next == 3
    claim = subscribers.claim("notify", "me", 60)
    assert claim is not None
    claim = subscribers.advance(claim, "me", 1, handled=True)
    assert claim is not None
    subscribers.fail(claim, "me", "it does not take that", 600, 2)
    return subscribers


def test_an_event_is_skipped_by_a_command_and_audited(here: Here) -> None:
    subscribers = stuck(here)
    found = next(one for one in examine(here.library.service(Services)) if one.what == "events")
    assert "at event 2 (asset.added): it does not take that" in found.found
    assert "2 asset.added" in text_of(render(here.library.service(StatusService).status(LOCAL)))
    with pytest.raises(Conflict) as refused:
        here.service.skip(LOCAL, "notify", 3)
    assert refused.value.code == "subscriber.not_stuck"
    [line] = here.cli("skip", "notify", "--event", "2")
    assert line.startswith("notify skips: 2 ") and "asset.added" in line
    [state] = subscribers.states()
    assert (state.cursor, state.problem) == (2, None)
    [event] = here.service.page(LOCAL, EventQuery(names=("subscriber.skipped",))).events
    assert (event.actor, event.asset, event.sha1) == ("local", 1, A)
    skipped = here.library.service(EventLog).after(1, 1)[0]
    assert event.data == {
        "subscriber": "notify",
        "event": 2,
        "id": skipped.id,
        "name": "asset.added",
        "problem": "it does not take that",
    }
    with pytest.raises(Conflict):
        here.service.skip(LOCAL, "notify")
    with pytest.raises(NotFound) as unknown:
        here.service.skip(LOCAL, "nobody")
    assert "notify" in unknown.value.hint


def test_an_event_is_skipped_over_http_by_an_admin(here: Here, app: FastAPI) -> None:
    stuck(here)
    http = TestClient(app, base_url="http://127.0.0.1")
    path = "/api/v1/events/subscribers"
    [state] = http.get(path).json()
    assert (state["problem_event"]["seq"], state["problem_event"]["name"]) == (2, "asset.added")
    assert http.post(f"{path}/nobody/skip").status_code == 404
    assert http.post(f"{path}/notify/skip", json={"seq": 1}).status_code == 409
    answer = http.post(f"{path}/notify/skip", json={"seq": 2})
    assert (answer.status_code, answer.json()["seq"]) == (200, 2)
    assert http.post(f"{path}/notify/skip").status_code == 409


def test_who_is_no_admin_neither_skips_an_event_nor_sees_at_which_a_subscriber_fails(here: Here) -> None:
    stuck(here)
    manager = Actor(ActorKind.USER, "max", Role.MANAGER)
    with pytest.raises(Forbidden):
        here.service.skip(manager, "notify")
    for states in (
        here.service.subscribers(manager),
        here.library.service(StatusService).status(manager).subscribers,
    ):
        [state] = states
        assert state.problem == "it does not take that" and state.problem_event is None


def test_the_doctor_notices_that_no_relay_runs(here: Here) -> None:
    here.record(AssetAdded(sha1=A), at=time.time() - 1000)
    found = next(one for one in examine(here.library.service(Services)) if one.what == "events")
    assert found.verdict is Verdict.WARNING and found.problem is not None
    assert found.problem.code == "doctor.no_relay"


class _Part:
    """A Visibility by which an actor sees no asset."""

    def of(self, actor: Actor) -> View:
        return View(*(select(literal(0)) for _ in range(3)))


def test_audit_events_are_for_administrators_and_others_for_who_sees_their_assets(here: Here) -> None:
    viewer = Actor(ActorKind.USER, "anna", Role.VIEWER)
    audit = {
        kind.name
        for kind in (one.KIND for one in here.library.service(EventRegistry))
        if kind.is_audit and kind.scope is None
    }
    assert audit, "features declare some"
    names = here.service.filter(viewer, EventQuery()).names
    assert names is not None and not names & audit and "asset.added" in names
    shared = {"metadata.changed", "tag.added", "workflow.moved", "workflow.assigned", "licence.attached"}
    assert shared <= names, "what each reader may read of an asset, each reader follows"
    assert not names & {"user.added", "original.opened", "grant.added", "share.created", "token.created"}
    assert here.service.filter(viewer, EventQuery(names=(min(audit),))).names == frozenset()
    assert here.service.filter(LOCAL, EventQuery()).names is None
    manager = Actor(ActorKind.USER, "max", Role.MANAGER)
    of_webhooks = here.service.filter(manager, EventQuery(names=("webhook.*", "user.*"))).names
    assert of_webhooks is not None and "webhook.added" in of_webhooks, "who may manage them sees that"
    assert "user.added" not in of_webhooks
    for actor in (viewer, manager, LOCAL):
        kinds = [kind.name for kind in here.service.kinds(actor)]
        assert kinds == sorted(kinds) and "asset.added" in kinds
        assert ("webhook.added" in kinds, "user.added" in kinds) == (actor is not viewer, actor is LOCAL)
        assert ("webhook.failing" in kinds) == (actor is not viewer), "it may name a host"
    services = here.library.service(Services)
    log, sequencer = services.get(EventLog), services.get(Sequencer)
    registry, subscribers = services.get(EventRegistry), services.get(SubscriberRepository)
    assets, database = services.get(AssetService), services.get(Database)
    part = EventService(log, sequencer, registry, subscribers, assets, database, _Part())
    with database.write() as connection:
        record_event(connection, AssetAdded(sha1="a" * 40), asset=1, sha1="a" * 40)
    assert here.service.page(viewer, EventQuery()).events
    assert part.page(viewer, EventQuery()).events == (), "events of assets that are not visible"
