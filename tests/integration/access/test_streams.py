"""A stream of events ends at once where the rights of its actor may have changed, and before anything after that."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from dampipe.features.assets.events import AssetAdded
from dampipe.features.events import broadcast
from dampipe.features.events.broadcast import Broadcaster
from dampipe.features.events.rights import may_change
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.log import Event
from dampipe.kernel.events.outbox import record_event
from dampipe.web.app import create_app
from tests.integration.access.conftest import PASSWORD, Guarded, Open
from tests.support.serving import serving

LONG = 60
"""Seconds of a stream that nothing ends."""
PATIENCE = 45
"""Seconds after which a test fails: far more than a busy machine needs, and less than a stream that nothing ends."""


@dataclass
class Following:
    """One client that follows events."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: httpx.Cookies | None = None
    after: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()
        assert self.began.wait(PATIENCE)

    def _follow(self) -> None:
        with (
            httpx.Client(cookies=self.cookies, headers=self.headers, timeout=LONG) as http,
            http.stream("GET", f"{self.url}/api/v1/events/stream?seconds={LONG}{self.after}") as answer,
        ):
            assert answer.status_code == 200, answer.read()
            for line in answer.iter_lines():
                self.began.set()
                if line.startswith("data: "):
                    self.names.append(json.loads(line.removeprefix("data: "))["name"])
        self.ended.set()


@dataclass
class Here:
    guarded: Guarded
    url: str

    def follow(self, name: str = "", token: dict[str, str] | None = None) -> Following:
        """As a user who logs in, or with a token."""
        if token is not None:
            return Following(self.url, headers=token)
        with httpx.Client() as http:
            answer = http.post(f"{self.url}/api/v1/session", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200
            return Following(self.url, cookies=http.cookies)

    def record(self) -> None:
        with self.guarded.library.service(Database).write() as connection:
            record_event(connection, AssetAdded(sha1="a" * 40), sha1="a" * 40, asset=1)


@pytest.fixture
def here(opened: Open) -> Iterator[Here]:
    guarded = opened()
    guarded.add("root", Role.ADMIN)
    guarded.add("anna", Role.ADMIN)
    guarded.add("vera", Role.VIEWER)
    with serving(create_app(guarded.library.service(Services))) as url:
        yield Here(guarded, url)


CHANGES: dict[str, Callable[[Here], object]] = {
    "another role": lambda here: here.guarded.access.change_user(LOCAL, "anna", role=Role.VIEWER),
    "disabled": lambda here: here.guarded.access.change_user(LOCAL, "anna", disabled=True),
    "another password": lambda here: here.guarded.access.change_user(LOCAL, "anna", password="another one"),
    "removed": lambda here: here.guarded.access.remove_user(LOCAL, "anna"),
    "logged out": lambda here: here.guarded.access.log_out(LOCAL, "anna"),
    "a grant": lambda here: here.guarded.access.grant(LOCAL, "anna", "everything"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_streams_of_a_user_end_with_a_change_of_the_user(here: Here, change: str) -> None:
    if change == "a grant":
        here.guarded.access.revoke(LOCAL, "anna", "everything")
    anna = here.follow("anna")
    of_anna = here.follow(token=here.guarded.token("of-anna", "read", user="anna"))
    others = [here.follow("vera"), here.follow(token=here.guarded.token("free", "read"))]
    here.record()
    CHANGES[change](here)
    here.record()
    assert anna.ended.wait(PATIENCE) and of_anna.ended.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while any(other.names.count("asset.added") < 2 for other in others) and time.monotonic() < deadline:
        time.sleep(0.05)
    for other in others:
        assert other.names.count("asset.added") == 2 and not other.ended.is_set()
    for ended in (anna, of_anna):
        assert ended.names.count("asset.added") <= 1, "nothing that came after the change"
        assert not {"user.changed", "user.removed", "grant.added"} & set(ended.names)


def test_what_follows_in_one_page_is_not_sent(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """All events are read at once: those before the change are sent, those after it are not."""
    monkeypatch.setattr(broadcast, "INTERVAL", 1.5)
    anna, root = here.follow("anna"), here.follow("root")
    time.sleep(0.5)
    here.guarded.access.change_user(LOCAL, "vera", role=Role.EDITOR)
    here.guarded.access.change_user(LOCAL, "anna", role=Role.VIEWER)
    here.guarded.access.change_user(LOCAL, "vera", role=Role.MANAGER)
    assert anna.ended.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while root.names.count("user.changed") < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (root.names.count("user.changed"), anna.names.count("user.changed")) in ((3, 1), (3, 0))
    assert not root.ended.is_set()


def test_a_token_that_is_revoked_follows_no_more(here: Here) -> None:
    one, other = (here.follow(token=here.guarded.token(name, "read")) for name in ("one", "other"))
    here.guarded.access.revoke_token(LOCAL, "one")
    here.record()
    assert one.ended.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while not other.names and time.monotonic() < deadline:
        time.sleep(0.05)
    assert other.names == ["asset.added"] and not other.ended.is_set()


def test_with_the_first_user_a_stream_without_a_login_ends(opened: Open) -> None:
    guarded = opened()
    with serving(create_app(guarded.library.service(Services))) as url:
        nobody = Following(url)
        guarded.add("root", Role.ADMIN)
        assert nobody.ended.wait(PATIENCE)
        assert httpx.get(f"{url}/api/v1/events/stream?seconds=0").status_code == 401


def test_a_stream_that_was_ended_is_resumed_by_a_request_that_is_checked(here: Here) -> None:
    with httpx.Client() as http:
        http.post(f"{here.url}/api/v1/session", json={"name": "anna", "password": PASSWORD})
        anna = Following(here.url, cookies=http.cookies)
        here.guarded.access.change_user(LOCAL, "anna", role=Role.VIEWER)
        here.record()
        assert anna.ended.wait(PATIENCE)
        again = http.get(f"{here.url}/api/v1/events/stream?seconds=0&after=0").text
        assert "asset.added" in again and "user." not in again, "as a viewer"
        here.guarded.access.change_user(LOCAL, "anna", disabled=True)
        assert http.get(f"{here.url}/api/v1/events/stream?seconds=0&after=0").status_code == 401


def test_a_backlog_that_is_read_when_the_rights_change_is_not_sent(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is still at what is stored is ended in the middle of it."""
    monkeypatch.setattr(broadcast, "PAGE", 1)
    for _ in range(200):
        here.record()
    broadcaster = here.guarded.library.service(Broadcaster)
    log, read = broadcaster._log, broadcaster._log.after

    def slowly(*given: object, **more: object) -> list[Event]:
        time.sleep(0.05)
        return read(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(log, "after", slowly)
    headers = here.guarded.token("one", "read")
    one = Following(here.url, headers=headers, after="&after=0")
    here.guarded.access.revoke_token(LOCAL, "one")
    assert one.ended.wait(PATIENCE)
    assert len(one.names) < 200


def event(name: str, **data: object) -> Event:
    return Event(seq=1, id="x", at=0.0, name=name, version=1, actor="local", data=data)


def test_whom_an_event_concerns() -> None:
    anna = Actor(ActorKind.USER, "anna", Role.EDITOR, user=1)
    of_somebody = Actor(ActorKind.TOKEN, "t", Role.EDITOR, frozenset(), user=2)
    free = Actor(ActorKind.TOKEN, "t", Role.ADMIN, frozenset())
    table = {
        ("user.changed", ("user", "anna")): [anna, of_somebody],
        ("user.removed", ("user", "bert")): [of_somebody],
        ("user.logged_out", ("user", "anna")): [anna, of_somebody],
        ("user.logged_in", ("user", "anna")): [],
        ("user.login_failed", ("user", "anna")): [],
        ("user.added", ("user", "anna")): [LOCAL],
        ("grant.added", ("to", "user:anna")): [anna, of_somebody],
        ("grant.removed", ("to", "role:viewer")): [anna, of_somebody],
        ("grant.removed", ("to", "user:bert")): [of_somebody],
        ("token.revoked", ("token", "t")): [of_somebody, free],
        ("token.revoked", ("token", "anna")): [],
        ("token.created", ("token", "t")): [],
        ("asset.added", ("user", "anna")): [],
        ("collection.granted", ("to", "user:anna")): [anna, of_somebody],
        ("collection.revoked", ("to", "user:bert")): [of_somebody],
        ("collection.changed", ("to", "user:anna")): [],
        ("share.opened", ("share", "1")): [],
    }
    for (name, data), concerned in table.items():
        found = [
            one for one in (anna, of_somebody, free, LOCAL) if may_change(one, event(name, **dict([data])))
        ]
        assert sorted(map(str, found)) == sorted(map(str, concerned)), name


def test_every_event_of_access_is_in_the_table_of_this_test() -> None:
    """A new one has to be thought of: whether it ends streams."""
    from dampipe.features.access import FEATURE
    from dampipe.kernel.feature import load_dotted

    names = {load_dotted(dotted).KIND.name for dotted in FEATURE.events}
    text = Path(__file__).read_text()
    assert not [name for name in names if f'"{name}"' not in text]
