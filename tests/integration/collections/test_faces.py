"""Collections over HTTP, for users of each kind, and on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.access.model import TokenRequest
from dampipe.features.access.service import AccessService
from dampipe.features.collections import cli
from dampipe.features.undo import cli as undo_cli
from dampipe.kernel.access import LOCAL, Role
from dampipe.web.app import create_app
from tests.support.gathered import Gathered
from tests.support.searching import sha1

API = "/api/v1"
A, B, C, D = (sha1(f"day/{name}.mp4") for name in "abcd")
HIDDEN = [f"night/{name}.mp4" for name in "xyz"]


class Asked:
    """The API of a library, asked with tokens of its users."""

    def __init__(self, here: Gathered) -> None:
        self.here = here
        self.http = TestClient(create_app(here.services), base_url="http://127.0.0.1")
        self.tokens: dict[str, str] = {}

    def user(self, name: str, role: Role, sees: tuple[str, ...] | None = None) -> None:
        self.here.user(name, role, sees)
        access = self.here.services.get(AccessService)
        scopes = [scope.name for scope in access._scopes]
        request = TokenRequest(name=f"t-{name}", scopes=tuple(scopes), user=name)
        self.tokens[name] = access.create_token(LOCAL, request).token

    def ask(self, name: str, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        answer = self.http.request(method, API + path, json=body, params=query, headers=headers)
        is_json = "json" in answer.headers.get("content-type", "") and answer.content
        return answer.status_code, answer.json() if is_json else answer.text


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    here = Gathered(f"sqlite:///{tmp_path / 'catalogue' / 'c.sqlite'}", tmp_path)
    for path in HIDDEN:
        here.add(path)
    made = Asked(here)
    made.user("mia", Role.MANAGER)
    made.user("emil", Role.EDITOR)
    made.user("vera", Role.VIEWER, ("day",))
    made.user("egon", Role.EDITOR, ("day",))
    yield made
    here.close()


def test_gathering_over_http(asked: Asked) -> None:
    status, film = asked.ask("emil", "POST", "/collections", {"name": "Film"})
    assert (status, film["right"], film["owner"], film["items"], film["version"]) == (
        201,
        "manage",
        "emil",
        0,
        1,
    )
    status, selects = asked.ask("emil", "POST", "/collections", {"name": "Selects", "parent": film["id"]})
    assert (status, selects["path"]) == (201, ["Film", "Selects"])
    here = f"/collections/{selects['id']}"
    status, done = asked.ask("emil", "POST", f"{here}/items", {"assets": [C, A, B]})
    assert (status, done["changed"]) == (200, 3) and done["edit"]
    status, page = asked.ask("vera", "GET", f"{here}/items", limit=2)
    assert [one["asset"] for one in page["items"]] == [C, A] and page["after"]
    status, rest = asked.ask("vera", "GET", f"{here}/items", after=page["after"])
    assert ([one["asset"] for one in rest["items"]], rest["after"]) == ([B], None)
    body = {"items": [rest["items"][0]["id"]], "first": True, "if_version": 1}
    assert asked.ask("emil", "POST", f"{here}/items/move", body)[1]["changed"] == 1
    status, problem = asked.ask("emil", "POST", f"{here}/items/move", body)
    assert (status, problem["code"]) == (409, "collection.item_moved_meanwhile")
    assert (problem["parameters"]["yours"], problem["parameters"]["theirs"]) == ("first", "first")
    assert asked.ask("vera", "POST", f"{here}/items/move", body)[0] == 403
    body = {"name": "Best", "if_version": 1}
    assert asked.ask("emil", "PATCH", here, body)[1]["version"] == 2
    status, problem = asked.ask("mia", "PATCH", here, {"name": "Other", "if_version": 1})
    assert (status, problem["code"]) == (409, "collection.changed_meanwhile")
    assert (problem["parameters"]["yours"], problem["parameters"]["theirs"]) == ("Other", "Best")
    assert asked.ask("emil", "POST", f"{here}/items/sort", {"by": "-duration"})[0] == 200
    assert asked.ask("emil", "POST", f"{here}/items/remove", {"assets": [A]})[1]["changed"] == 1
    assert asked.ask("emil", "POST", f"{here}/move", {"to_top": True, "first": True})[1]["path"] == ["Best"]
    shown = asked.ask("vera", "GET", "/collections")[1]
    assert [(one["name"], one["items"]) for one in shown] == [("Best", 2), ("Film", 0)]
    assert asked.ask("vera", "GET", f"/assets/{B}")[1]["collections"][0]["path"] == ["Best"]
    assert asked.ask("vera", "GET", "/search", collection="Best", limit=10)[1]["hits"].__len__() == 2
    assert asked.ask("vera", "DELETE", here)[0] == 403
    assert asked.ask("mia", "DELETE", here, if_version=99)[0] == 409
    assert asked.ask("mia", "DELETE", here)[1]["deleted"] == 1
    assert asked.ask("vera", "GET", here)[0] == 404


def test_saved_searches_and_exports_over_http(asked: Asked) -> None:
    body = {"name": "Videos", "filters": {"kind": ["video"], "where": ["duration>1"]}, "sort": "-duration"}
    status, smart = asked.ask("emil", "POST", "/collections", body)
    assert (status, smart["items"], smart["filters"]["kind"]) == (201, 9, ["video"])
    here = f"/collections/{smart['id']}"
    assert asked.ask("vera", "GET", here)[1]["items"] == 6  # what they may see
    assert asked.ask("emil", "POST", f"{here}/pins", {"assets": [B]})[1]["changed"] == 1
    assert asked.ask("emil", "POST", f"{here}/exclusions", {"assets": [A, C]})[1]["changed"] == 2
    page = asked.ask("vera", "GET", f"{here}/items")[1]
    assert (page["items"][0]["asset"], page["items"][0]["pinned"], len(page["items"])) == (B, True, 4)
    excluded = asked.ask("vera", "GET", f"{here}/exclusions", limit=1)[1]
    assert (excluded["items"][0]["asset"], excluded["after"] is None) == (A, False)
    again = asked.ask("vera", "GET", f"{here}/exclusions", after=excluded["after"])[1]
    assert [one["asset"] for one in again["items"]] == [C]
    status, problem = asked.ask("emil", "POST", f"{here}/items", {"assets": [D]})
    assert (status, problem["code"]) == (422, "collection.is_smart")
    status, problem = asked.ask(
        "emil", "POST", "/collections", {"name": "x", "filters": {"where": ["rating>"]}}
    )
    assert status == 422 and problem["code"]
    status, edl = asked.ask("vera", "GET", f"{here}/export", format="edl")
    assert status == 200 and edl.startswith("TITLE: Videos") and edl.count("FROM CLIP NAME") == 4
    assert asked.ask("vera", "GET", f"{here}/export", format="nonsense")[0] == 422


def test_rights_over_http(asked: Asked) -> None:
    secret = asked.ask("emil", "POST", "/collections", {"name": "Secret", "private": True})[1]["id"]
    here = f"/collections/{secret}"
    assert asked.ask("vera", "GET", here)[0] == 404
    assert asked.ask("emil", "PUT", f"{here}/rights", {"to": "user:vera", "right": "view"})[0] == 200
    assert asked.ask("vera", "GET", here)[1]["right"] == "view"
    assert asked.ask("vera", "GET", f"{here}/rights")[0] == 403
    [right] = asked.ask("emil", "GET", f"{here}/rights")[1]
    assert (right["to"], right["right"], right["inherited_from"]) == ("user:vera", "view", None)
    assert asked.ask("emil", "PUT", f"{here}/rights", {"to": "user:vera", "right": "own"})[0] == 422
    assert asked.ask("emil", "DELETE", f"{here}/rights", to="user:vera")[0] == 200
    assert asked.ask("emil", "DELETE", f"{here}/rights", to="user:vera")[0] == 404
    assert asked.ask("vera", "GET", here)[0] == 404


def test_no_answer_to_who_sees_a_part_depends_on_the_rest(asked: Asked) -> None:
    """Every endpoint answers the same, byte by byte but for times, whether there are hidden items and collections."""

    def library(with_hidden: bool) -> list[tuple[int, Any]]:
        film = asked.ask("emil", "POST", "/collections", {"name": "Film"})[1]["id"]
        smart = asked.ask("emil", "POST", "/collections", {"name": "S", "filters": {"kind": ["video"]}})[1][
            "id"
        ]
        asked.ask("emil", "POST", f"/collections/{film}/items", {"assets": [A]})
        if with_hidden:
            hidden = [sha1(path) for path in HIDDEN]
            asked.ask("emil", "POST", f"/collections/{film}/items", {"assets": hidden})
            asked.ask("emil", "POST", f"/collections/{smart}/pins", {"assets": hidden[:2]})
            asked.ask("emil", "POST", f"/collections/{smart}/exclusions", {"assets": hidden[2:]})
            secret = {"name": "Secret", "private": True, "parent": None}
            number = asked.ask("emil", "POST", "/collections", secret)[1]["id"]
            asked.ask("emil", "POST", f"/collections/{number}/items", {"assets": [A, *hidden]})
        asked.ask("emil", "POST", f"/collections/{film}/items", {"assets": [B, C]})
        asked.ask("emil", "PATCH", f"/collections/{film}", {"cover": sha1(HIDDEN[0])} if with_hidden else {})
        found = []
        paths = (
            "/collections",
            *(f"/collections/{one}{more}" for one in (film, smart) for more in ("", "/items", "/exclusions")),
            f"/collections/{film}/export?format=csv",
            f"/assets/{A}",
            "/search?collection=Film&limit=50",
            "/filters/collection/values",
            "/facets?collection=Film",
            "/events?since=0&name=collection.*&limit=1000",
        )
        for who in ("vera", "egon"):
            found += [asked.ask(who, "GET", path) for path in paths]
            bodies = ({"filters": {"collection": ["Film"]}, "first": True}, {"assets": [sha1(HIDDEN[0])]})
            found += [asked.ask(who, "POST", f"/collections/{film}/items", body) for body in bodies]
            found.append(asked.ask(who, "POST", f"/collections/{film}/items/sort", {"by": "duration"}))
            found.append(asked.ask(who, "POST", f"/collections/{film}/items/remove", {"items": [2, 3, 4]}))
        asked.ask("mia", "DELETE", f"/collections/{film}")
        asked.ask("mia", "DELETE", f"/collections/{smart}")
        return found

    plain = [_without_numbers(one) for one in library(with_hidden=False)]
    hiding = [_without_numbers(one) for one in library(with_hidden=True)]
    assert plain[0][1] and len(plain[2][1]["items"]) == 3
    for number, (one, other) in enumerate(zip(plain[:12], hiding[:12], strict=True)):
        assert one == other, number
    seen = {one["asset"] for one in hiding[12][1]["events"]}
    assert seen <= {None, *range(1, 7)} and seen > {None}  # those after 6 are hidden
    text = json.dumps([*hiding[:13], *hiding[17:30]])  # what was read
    assert "Secret" not in text and not [path for path in HIDDEN if sha1(path) in text or path in text]


_NUMBERS = {
    "id", "collection", "item", "edit", "created_at", "changed_at", "added_at", "after", "version", "runs",
}  # fmt: skip


def _without_numbers(value: Any) -> Any:
    """An answer without numbers and times, which differ between two libraries that are the same."""
    if isinstance(value, dict):
        return {name: _without_numbers(one) for name, one in value.items() if name not in _NUMBERS}
    if isinstance(value, (list, tuple)):
        return [_without_numbers(one) for one in value]
    return value


def test_the_command_line(asked: Asked, tmp_path: Path) -> None:
    here = asked.here

    def run(*arguments: str, code: int = 0, group: Any = cli.command) -> str:
        done = CliRunner().invoke(group, list(arguments), obj=here.services, catch_exceptions=True)
        assert done.exit_code == code or (code and done.exception), (done.output, done.exception)
        return done.output

    assert "no collections yet" in run("list")
    assert run("create", "Film") == "collection 1: Film\n"
    assert (
        run("create", "Selects", "--in", "Film", "--description", "of May") == "collection 2: Film/Selects\n"
    )
    assert run("add", "Film/Selects", C, A, "--filter", "kind=video") == "9 items added\n"
    shown = run("show", "Selects", "--limit", "2")
    assert "Film/Selects (2): by hand, 9 items" in shown and "of May" in shown and "--after i2" in shown
    assert "c.mp4" in shown and "a.mp4" in shown
    assert "c.mp4" not in run("show", "Selects", "--after", "i2")
    assert run("move", "Selects", "2", "--before", "1") == "1 item moved\n"
    assert run("move", "Selects", "2", "1", "--last") == "2 items moved\n"
    run("move", "Selects", "2", code=2)
    run("move", "Selects", "2", "--first", "--last", code=2)
    run("move", "Selects", "2", "--after", "x", code=2)
    assert run("sort", "Selects", "--by", "-duration") == "9 items sorted\n"
    assert run("remove", "Selects", A, "--item", "1") == "2 items removed\n"
    assert "undone" in run(group=undo_cli.command)
    assert run("rename", "Selects", "Best", "--cover", B) == "collection 2 is Film/Best\n"
    run("rename", "Best", code=2)
    assert run("reorder", "Best", "--top", "--before", "Film") == "collection 2 is Best\n"
    run("reorder", "Best", code=2)
    run("reorder", "Best", "--top", "--into", "Film", code=2)
    made = run(
        "create", "Videos", "--filter", "where=duration>1", "--filter", "kind=video", "--sort", "duration"
    )
    assert made == "collection 3: Videos\n"
    assert run("pin", "Videos", B, "--first") == "1 item pinned\n"
    assert run("exclude", "Videos", C) == "1 item excluded\n"
    assert "b.mp4 (pinned)" in run("show", "Videos") and "c.mp4" in run("show", "Videos", "--excluded")
    listed = run("list")
    assert "saved search" in listed and "by hand" in listed
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["Best", "Film", "Videos"]
    assert run("grant", "Best", "user:vera", "view") == "user:vera may view\n"
    assert (
        "user:vera" in run("rights", "Best")
        and json.loads(run("rights", "Best", "--json"))[0]["right"] == "view"
    )
    assert "no right of its own" in run("revoke", "Best", "user:vera")
    assert "no rights were given" in run("rights", "Best")
    for name in ("cut.edl", "cut.csv", "cut.fcpxml"):
        run("export", "Best", str(tmp_path / name), "--title", "My cut")
        text = (tmp_path / name).read_text()
        assert text.count("d.mp4") >= 1, text
    assert run("delete", "Film") == "1 collection deleted\n"
    run("delete", "Film", code=7)
