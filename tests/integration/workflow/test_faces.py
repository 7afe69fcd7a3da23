"""The same over HTTP, for users of each kind, and on the command line."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.access.model import TokenRequest
from dampipe.features.access.service import AccessService
from dampipe.features.workflow import cli
from dampipe.features.workflow.definition import shipped_toml
from dampipe.kernel.access import LOCAL, Role
from dampipe.kernel.errors import Conflict
from dampipe.web.app import create_app
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

A, B, C, D = map(sha1, FILES)
REVIEW = shipped_toml("review")
API = "/api/v1"


class Asked:
    """The API of a library, asked with tokens of its users."""

    def __init__(self, flow: Flowing) -> None:
        self.flow = flow
        self.http = TestClient(create_app(flow.searching.services), base_url="http://127.0.0.1")
        self.tokens: dict[str, str] = {}

    def user(self, name: str, role: Role, *sees: str) -> None:
        self.flow.user(name, role, *sees)
        access: AccessService = self.flow.service(AccessService)
        scopes = [scope.name for scope in access._scopes]
        self.tokens[name] = access.create_token(
            LOCAL, TokenRequest(name=f"t-{name}", scopes=scopes, user=name)
        ).token

    def ask(self, name: str, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        answer = self.http.request(
            method,
            API + path,
            json=body,
            params=query,
            headers={"Authorization": f"Bearer {self.tokens[name]}"},
        )
        return answer.status_code, answer.json()


@pytest.fixture
def asked(lite: Flowing) -> Iterator[Asked]:
    made = Asked(lite)
    made.user("mia", Role.MANAGER)
    made.user("emil", Role.EDITOR)
    made.user("vera", Role.VIEWER, "day")
    yield made


def test_review_over_http(asked: Asked) -> None:
    assert asked.ask("emil", "POST", "/workflow/apply", {"toml": REVIEW})[0] == 403
    assert asked.ask("mia", "POST", "/workflow/check", {"toml": REVIEW}) == (200, [])
    assert asked.ask("mia", "POST", "/workflow/try", {"toml": REVIEW})[1]["fits"]
    assert asked.ask("mia", "POST", "/workflow/apply", {"toml": REVIEW}) == (
        200, {"key": "review", "version": 1, "moved": 0, "begun": 0}
    )  # fmt: skip
    status, shown = asked.ask("emil", "POST", f"/assets/{A}/workflow/move", {"transition": "submit"})
    assert (status, shown["state"], shown["by"]) == (200, "in_review", "token:t-emil")
    assert asked.ask("vera", "POST", f"/assets/{A}/workflow/move", {"transition": "withdraw"})[0] == 403
    status, problem = asked.ask("emil", "POST", f"/assets/{A}/workflow/move", {"transition": "approve"})
    assert (status, problem["code"]) == (403, "workflow.role_too_low")
    status, problem = asked.ask(
        "mia", "POST", f"/assets/{A}/workflow/move", {"transition": "request_changes"}
    )
    assert (status, problem["code"]) == (422, "workflow.comment_missing")
    assert asked.ask("mia", "POST", f"/assets/{A}/workflow/move", {"transition": "approve"})[0] == 200
    status, problem = asked.ask("mia", "POST", f"/assets/{A}/workflow/move", {"transition": "approve"})
    assert (status, problem["code"], problem["parameters"]["state"]) == (
        409,
        "workflow.not_in_state",
        "approved",
    )
    assert asked.ask("mia", "POST", f"/assets/{A}/workflow/move", {"transition": "fly"})[0] == 404
    status, report = asked.ask("emil", "POST", "/workflow/moves", {"transition": "submit", "assets": [A, B]})
    assert (status, report["moved"], report["refused"]) == (200, 1, 1)
    assert [(one["asset"], one["moved"]) for one in report["results"]] == [(A, False), (B, True)]
    status, shown = asked.ask("emil", "GET", f"/assets/{B}/workflow")
    assert {move["transition"]: move["possible"] for move in shown["moves"]} == {
        "withdraw": True, "approve": False, "request_changes": False
    }  # fmt: skip
    assert asked.ask("emil", "GET", f"/assets/{B}")[1]["workflow"]["state"] == "in_review"


def test_tasks_over_http(asked: Asked) -> None:
    asked.flow.apply(REVIEW)
    assert asked.ask("mia", "POST", "/workflow/assign", {"assets": [A, B], "assignee": "emil"}) == (
        200, {"changed": 2, "unchanged": 0}
    )  # fmt: skip
    due = {"filters": {"assignee": ["emil"]}, "due": "2999-12-24", "zone": "Europe/Berlin"}
    assert asked.ask("mia", "POST", "/workflow/due", due)[1]["changed"] == 2
    assert asked.ask("vera", "POST", "/workflow/due", due)[0] == 403
    assert [one["asset"] for one in asked.ask("emil", "GET", "/workflow/tasks")[1]] == [A, B]
    assert asked.ask("mia", "GET", "/workflow/tasks")[1] == []
    assert len(asked.ask("mia", "GET", "/workflow/tasks", everybody=True)[1]) == 2
    status, problem = asked.ask("mia", "POST", "/workflow/due", {"assets": [A], "due": "2026-12-24"})
    assert (status, problem["code"]) == (422, "workflow.due_invalid")
    assert asked.ask("mia", "POST", "/workflow/assign", {"assets": [A], "assignee": "zoe"})[0] == 404
    assert asked.ask("mia", "POST", "/workflow/assign", {"assets": [A], "assignee": "vera"})[0] == 200
    assert asked.ask("mia", "POST", "/workflow/assign", {"assets": [C], "assignee": "vera"})[0] == 409


def test_nothing_of_hidden_assets_is_in_any_answer(asked: Asked) -> None:
    asked.flow.apply(REVIEW)
    asked.flow.move(LOCAL, "submit", FILES[2])
    asked.ask("mia", "POST", "/workflow/assign", {"assets": [C], "assignee": "emil"})
    for path in ("", "/workflow", "/workflow/history"):
        assert asked.ask("vera", "GET", f"/assets/{C}{path}")[0] == 404
    status, report = asked.ask("vera", "GET", "/workflow")
    assert (status, sum(state["assets"] for state in report["states"])) == (200, 2)
    assert asked.ask("vera", "GET", "/workflow/tasks", everybody=True) == (200, [])
    assert asked.ask("vera", "GET", "/workflow/tasks", assignee="emil") == (200, [])
    assert asked.ask("vera", "GET", "/filters/assignee/values") == (200, [])
    for name, method, path, body in (
        ("vera", "GET", "/workflow/definitions", None),
        ("vera", "GET", "/workflow/definitions/active", None),
    ):
        status, answer = asked.ask(name, method, path, body)
        assert status == 200 and C not in json.dumps(answer)


def test_definitions_over_http(asked: Asked) -> None:
    status, listed = asked.ask("vera", "GET", "/workflow/definitions")
    assert (status, [one["key"] for one in listed]) == (200, ["none", "review", "archive"])
    status, text = asked.ask("vera", "GET", "/workflow/definitions/archive")
    assert (status, text["toml"]) == (200, shipped_toml("archive")) and "stateDiagram-v2" in text["mermaid"]
    assert asked.ask("vera", "GET", "/workflow/definitions/active")[1]["key"] == "none"
    assert asked.ask("vera", "GET", "/workflow/definitions/magic")[0] == 404
    status, problem = asked.ask("mia", "POST", "/workflow/apply", {"toml": "key = "})
    assert (status, problem["code"]) == (422, "workflow.definition_invalid")
    asked.flow.apply(REVIEW)
    status, problem = asked.ask("mia", "POST", "/workflow/apply", {"toml": shipped_toml("archive")})
    assert (status, problem["code"]) == (409, "workflow.map_needed")
    body = {"toml": shipped_toml("archive"), "map": {"draft": "received"}}
    assert asked.ask("mia", "POST", "/workflow/apply", body)[1]["moved"] == 4


def test_the_command_line(lite: Flowing, tmp_path: Path) -> None:
    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(cli.command, list(words), obj=lite.searching.services)
        assert done.exit_code == code, done.output
        return done.output

    assert "no workflow" in run("show")
    assert run("check", "review") == "nothing is wrong with the definition\n"
    assert "it can be applied" in run("try", "review")
    assert run("apply", "review") == "the workflow is review now, version 1\n"
    a = os.path.join(str(lite.searching.root), FILES[0])
    assert run("move", "submit", a, sha1(FILES[1])) == "2 assets moved to in_review\n"
    assert "1 asset cannot submit: it is in the state 'in_review'" in run("move", "submit", a, code=3)
    assert (
        run("move", "submit", "--filter", "state=draft", "--dry-run") == "2 assets would move to in_review\n"
    )
    assert run("assign", "--to", "anna", a) == "1 asset assigned to anna\n"
    assert (
        run("due", "--on", "2999-12-24T18:00", "--zone", "Europe/Berlin", a)
        == "1 asset due 2999-12-24T18:00\n"
    )
    assert "2999-12-24 18:00 Europe/Berlin" in run("tasks", "--of", "anna")
    assert "submit, from draft to in_review" in run("history", a)
    assert json.loads(run("show", "--json"))["states"][1]["assets"] == 2
    assert run("show", "archive") == shipped_toml("archive")
    assert run("diagram", "review").startswith("stateDiagram-v2\n")
    mine = tmp_path / "mine.toml"
    mine.write_text('key = "mine"\nstates = [{ key = "draft" }, { key = "lost" }]\n')
    found = run("check", str(mine), code=3)
    assert "no transition leads out of the state 'draft'" in found
    assert "need a map: --map in_review=STATE" in run("try", str(mine), code=3)
    with pytest.raises(Conflict, match="no transition leads out"):
        CliRunner().invoke(
            cli.command,
            ["apply", str(mine), "--map", "in_review=lost"],
            obj=lite.searching.services,
            catch_exceptions=False,
        )
    run("move", "--filter", "state", "submit", code=2)
    run("assign", a, code=2)
    run("due", "--on", "2026-12-24", "--clear", a, code=2)
    run("check", str(tmp_path / "missing.toml"), code=2)
    mine.write_text('key = "mine"\nstates = [{ key = "draft", final = true }]\n')
    done = run("apply", str(mine), "--map", "in_review=draft")
    assert done == "the workflow is mine now, version 2; 2 assets moved by the map\n"
    assert "version" in run("list") and "mine" in run("list")
