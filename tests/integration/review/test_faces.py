"""The same over HTTP, for users of each kind, and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.access.model import TokenRequest
from dampipe.features.access.service import AccessService
from dampipe.features.review import cli
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import Conflict, InvalidInput
from dampipe.kernel.events.registry import EventRegistry
from dampipe.web.app import create_app
from tests.integration.review.conftest import A, B, Reviewing
from tests.support.searching import sha1

API = "/api/v1"
LINE = {"shape": "path", "points": [[0, 0], [1, 1]], "color": "#ff0000", "width": 0.01}


class Asked:
    """The API of a library, asked with tokens of its users."""

    def __init__(self, here: Reviewing) -> None:
        self.here = here
        here.searching.services.provide(EventRegistry, EventRegistry.of_features)
        self.http = TestClient(create_app(here.searching.services), base_url="http://127.0.0.1")
        self.tokens: dict[str, str] = {}

    def user(self, name: str, role: Role, *sees: str) -> None:
        self.here.user(name, role, *sees)
        access: AccessService = self.here.service(AccessService)
        request = TokenRequest(name=f"t-{name}", scopes=("read", "search", "comment"), user=name)
        if role is Role.VIEWER:
            request = TokenRequest(name=f"t-{name}", scopes=("read", "search"), user=name)
        self.tokens[name] = access.create_token(LOCAL, request).token

    def send(self, name: str, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        return self.http.request(method, API + path, json=body, params=query, headers=headers)

    def ask(self, name: str, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        answer = self.send(name, method, path, body, **query)
        return answer.status_code, answer.json()


@pytest.fixture
def asked(lite: Reviewing) -> Asked:
    made = Asked(lite)
    made.user("anna", Role.COMMENTER)
    made.user("bert", Role.COMMENTER, "day")
    made.user("vera", Role.VIEWER)
    made.user("nora", Role.COMMENTER, "night")
    return made


def test_a_review_over_http(asked: Asked) -> None:
    path = f"/assets/{sha1(A)}/comments"
    body = {"text": "dark, @bert", "start": "00:00:12:12", "drawing": {"shapes": [LINE]}}
    status, made = asked.ask("anna", "POST", path, body)
    assert status == 201 and (made["author"], made["author_name"]) == ("token:t-anna", "anna")
    assert (made["start"]["frame"], made["now"]["fate"], made["mentions"]) == (312, "carried", ["bert"])
    number = made["id"]
    [mention] = asked.ask("bert", "GET", "/comments/mentions")[1]
    assert mention["comment"] == number
    assert asked.ask("bert", "POST", "/comments/mentions/read", {"comments": [number]}) == (200, {"count": 1})
    assert asked.ask("bert", "GET", "/comments/mentions") == (200, [])
    status, thread = asked.ask("bert", "POST", f"/comments/{number}/replies", {"text": "how much?"})
    assert status == 201 and [one["text"] for one in thread["replies"]] == ["how much?"]
    assert [one["is_mine"] for one in (thread, *thread["replies"])] == [False, True]
    status, edited = asked.ask("anna", "PATCH", f"/comments/{number}", {"text": "darker", "if_version": 1})
    assert (status, edited["version"], edited["text"]) == (200, 2, "darker")
    status, problem = asked.ask("anna", "PATCH", f"/comments/{number}", {"text": "x", "if_version": 1})
    assert (status, problem["code"]) == (409, "comment.changed_meanwhile")
    assert {problem["parameters"][name] for name in ("yours", "theirs")} == {"x", "darker"}
    assert asked.ask("bert", "POST", f"/comments/{number}/resolve", {})[1]["resolved_by"] == "token:t-bert"
    assert asked.ask("bert", "GET", path, resolved="false")[1]["total"] == 0
    assert asked.ask("bert", "POST", f"/comments/{number}/reopen", {"if_version": 3})[0] == 200
    assert asked.ask("vera", "GET", "/comments", author="anna")[1]["comments"][0]["id"] == number
    found = asked.ask(
        "vera", "POST", "/comments/find", {"assets": [sha1(A)], "since": "2020-01-01T00:00:00Z"}
    )
    assert found[1]["open"] == 1
    for text in ("0.5", "20200101", "yesterday", "2020-13-01"):
        assert asked.ask("vera", "GET", "/comments", since=text)[0] == 422, text
    assert asked.ask("bert", "DELETE", f"/comments/{number}")[0] == 403
    assert asked.ask("anna", "DELETE", f"/comments/{number}", if_version=1)[0] == 409
    assert asked.ask("anna", "DELETE", f"/comments/{number}") == (200, {"count": 2})
    assert asked.ask("anna", "GET", f"/comments/{number}")[0] == 404
    names = [row.name for row in asked.here.events()]
    assert names == [
        *("comment.created", "comment.mentioned", "comment.created", "comment.changed", "comment.resolved"),
        *("comment.reopened", "comment.deleted", "comment.deleted"),
    ]


def test_events_are_seen_by_those_who_see_the_asset(asked: Asked) -> None:
    asked.ask("anna", "POST", f"/assets/{sha1(A)}/comments", {"text": "@nora @bert secret"})
    seen = {
        name: [
            one["name"]
            for one in asked.ask(name, "GET", "/events", limit=1000)[1]["events"]
            if one["name"].startswith("comment")
        ]
        for name in ("vera", "bert", "nora")
    }
    assert seen == {
        "vera": ["comment.created", "comment.mentioned"],
        "bert": ["comment.created", "comment.mentioned"],
        "nora": [],
    }
    text = asked.send("vera", "GET", "/events", limit=1000).text
    assert "secret" not in text, "what a comment says is not in its events"


def test_a_drawing_is_answered_as_inert_svg(asked: Asked) -> None:
    body = {"text": "<script>alert(1)</script>", "start": "1", "drawing": {"shapes": [LINE]}}
    number = asked.ask("anna", "POST", f"/assets/{sha1(A)}/comments", body)[1]["id"]
    answer = asked.send("vera", "GET", f"/comments/{number}/drawing.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script" not in answer.text and answer.text.startswith("<svg ")


@pytest.mark.parametrize(
    "drawing",
    [
        "<svg onload='alert(1)'/>",
        {"shapes": [{**LINE, "color": 'red"/><script>alert(1)</script>'}]},
        {"shapes": [{**LINE, "onload": "alert(1)"}]},
        {"shapes": [{**LINE, "points": [["0", 0]]}]},
        {"shapes": [{**LINE, "width": "0.1"}]},
        {"shapes": [{**LINE, "width": True}]},
        {"shapes": [{**LINE, "points": [[0, 2]]}]},
        {"shapes": [LINE] * 201},
        {"svg": "<svg/>", "shapes": [LINE]},
    ],
)
def test_what_is_not_a_drawing_is_refused(asked: Asked, drawing: Any) -> None:
    body = {"text": "x", "start": "1", "drawing": drawing}
    assert asked.ask("anna", "POST", f"/assets/{sha1(A)}/comments", body)[0] == 422
    assert asked.ask("anna", "GET", "/comments")[1]["total"] == 0


def test_bodies_are_strict(asked: Asked) -> None:
    path = f"/assets/{sha1(A)}/comments"
    for body in (
        {"text": "x", "author": "bert"},
        {"text": 5},
        {"text": "x", "start": 12.5},
        {"text": "x", "kind": "note"},
        {"text": "a\0b"},
        {"text": "x" * 10_001},
        {"text": "x", "start": "99"},
        {},
        [],
    ):
        assert asked.ask("anna", "POST", path, body)[0] == 422, body
    assert asked.ask("vera", "POST", path, {"text": "x"})[0] == 403
    assert asked.ask("nora", "POST", path, {"text": "x"})[0] == 404


@pytest.fixture
def run(lite: Reviewing, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command, and returns what it prints."""
    monkeypatch.setattr(cli, "service", lite.service)

    def made(*arguments: Any) -> str:
        done = CliRunner().invoke(cli.command, [str(one) for one in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return made


def test_a_review_on_the_command_line(lite: Reviewing, run: Callable[..., str], tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.json"
    drawing.write_text(json.dumps({"shapes": [LINE]}))
    assert "comment 1 on a.mp4 by local" in run(
        "add", "a.mp4", "too dark", "--at", "12.5", "--drawing", drawing
    )
    shown = run("show", 1)
    assert "at 00:00:12:12, frame 312" in shown and "drawing of 1 shape" in shown
    assert run("show", 1, "--svg").startswith("<svg ")
    run("add", "a.mp4", "--marker", "--name", "slate", "--color", "blue", "--at", "0", "--to", "2")
    run("add", "b.mp4", "whole")
    assert "↳ 4 local: two stops" in run("reply", 1, "two stops")
    assert "comment 1 is resolved" in run("resolve", 1)
    listed = run("list", "a.mp4")
    assert listed.index("[slate]") < listed.index("too dark (drawing)") and "resolved" in listed
    assert "00:00:00:00 – 00:00:02:00" in listed and "2 threads, 1 open" in listed
    assert "too dark" not in run("list", "--open") and "whole" not in run("list", "--resolved")
    assert json.loads(run("list", "--by", "local", "--json"))["total"] == 3
    assert run("list", "--since", "2100-01-01") == "no comments\n"
    page = json.loads(run("list", "--limit", 2, "--json"))
    assert len(json.loads(run("list", "--after", page["next"], "--json"))["comments"]) == 1
    assert "comment 1 is open" in run("reopen", 1)
    assert "darker" in run("edit", 1, "darker", "--whole", "--no-drawing")
    with pytest.raises(Conflict):
        run("edit", 1, "x", "--if-version", 1)
    assert "deleted with 1 reply" in run("delete", 1)
    lite.undo()
    assert "darker" in run("show", 1)
    lite.stack(A, B)
    assert "now: pending" in run("show", 2)
    lite.align(A, B, (0, 750, 312 - 312))
    lite.align(A, B, (10, 700, 322))
    assert "now: no longer there; left after it 00:00:12:22" in run("show", 2) or "shortened" in run(
        "show", 2
    )


def test_mentions_on_the_command_line(lite: Reviewing, run: Callable[..., str]) -> None:
    lite.user("anna")
    run("add", "a.mp4", "@anna look")
    assert "anna" in run("mentions") and "@anna look" in run("mentions", "--of", "anna", "--read")
    assert run("mentions", "--of", "anna") == "no mentions\n"
    assert "read" in run("mentions", "--all")


def test_a_file_that_is_no_drawing(lite: Reviewing, run: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "drawing.json"
    file.write_text("<svg/>")
    with pytest.raises(InvalidInput, match="not valid"):
        run("add", "a.mp4", "x", "--at", "1", "--drawing", file)
    file.write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(cli.command, ["add", "a.mp4", "x", "--at", "1", "--drawing", str(file)])
    assert done.exit_code == 2 and "cannot be read" in done.output
