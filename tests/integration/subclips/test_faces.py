"""Subclips by command and over HTTP."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from click import Command
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.subclips import cli
from tests.support.searching import Searching, sha1

A, B = sha1("day/a.mp4"), sha1("day/b.mp4")


def run(library: Searching, command: Command, *arguments: str) -> str:
    done = CliRunner().invoke(command, arguments, obj=library.services)
    assert done.exception is None, (done.exception, done.output)
    return done.output


def test_the_commands(library: Searching, tmp_path: Path) -> None:
    span = ("--in", "01:00:01:00", "--out", "01:00:01:24")
    made = run(
        library, cli.add, "a.mp4", "Wide", *span, "-v", "rating=4", "-v", "tags=sea", "-v", "tags=boat"
    )
    assert made == "subclip 1: Wide, 01:00:01:00 to 01:00:01:24 of a.mp4, tags sea, boat, rating 4\n"
    many = tmp_path / "many.json"
    many.write_text(
        json.dumps(
            [{"asset": "b.mp4", "start": str(n), "end": str(n + 1), "name": f"n{n}"} for n in range(3)]
        )
    )
    assert run(library, cli.add, "--from", str(many)) == "3 subclips created\n"
    assert "title T, rating 2" in run(
        library, cli.set_, "1", "rating=2", "title=T", "tags=", "--name", "Tight"
    )
    one = json.loads(run(library, cli.show, "1", "--json"))
    assert (one["name"], one["fields"], one["version"]) == ("Tight", {"title": "T", "rating": 2}, 2)
    assert "01:00:01:00 to 01:00:01:24" in run(library, cli.show, "1")
    page = json.loads(run(library, cli.list_, "--json", "--limit", "3"))
    assert [found["id"] for found in page["subclips"]] == [4, 3, 2] and page["after"]
    rest = json.loads(run(library, cli.list_, "--json", "--after", page["after"]))
    assert [found["id"] for found in rest["subclips"]] == [1] and rest["after"] is None
    assert "Tight" in run(library, cli.list_, "-f", "rating>=2", "--filter", "folder=day", "--asset", "a.mp4")
    assert run(library, cli.list_, "--text", "nothing") == "no subclips\n"
    file = tmp_path / "cut.csv"
    assert "2 clips written" in run(library, cli.export, str(file), "1", "2")
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert {(row["title"], row["timecode in"]) for row in rows} == {
        ("Tight", "01:00:01:00"),
        ("n0", "01:00:00:00"),
    }
    assert run(library, cli.delete, "1", "2") == "2 subclips deleted\n"
    for command, arguments in (
        (cli.add, ["a.mp4", "x"]),
        (cli.add, ["--from", str(many), "a.mp4"]),
        (cli.set_, ["3"]),
        (cli.add, ["--from", str(file)]),
    ):
        assert CliRunner().invoke(command, arguments, obj=library.services).exit_code == 2


def test_the_api(library: Searching, http: TestClient) -> None:
    body: dict[str, Any] = {
        "start": "01:00:01:00",
        "last": "01:00:01:24",
        "name": "Wide",
        "fields": {"rating": 4},
    }
    made = http.post(f"/assets/{A}/subclips", json=body)
    assert made.status_code == 201
    one = made.json()
    assert (one["start"]["frame"], one["end"]["frame"], one["end"]["timecode"]) == (25, 50, "01:00:02:00")
    assert http.post("/subclips", json={**body, "asset": B, "fields": {"tags": ["x", "y"]}}).json()[
        "fields"
    ] == {"tags": ["x", "y"]}
    bulk = http.post("/subclips/bulk", json={"subclips": [{**body, "asset": A, "start": "0"}] * 3})
    assert bulk.status_code == 201 and len(bulk.json()) == 3
    assert http.get(f"/subclips/{one['id']}").json() == one
    edited = http.patch(f"/subclips/{one['id']}", json={"fields": {"rating": None}, "if_version": 1})
    assert (edited.json()["fields"], edited.json()["version"]) == ({}, 2)
    late = http.patch(f"/subclips/{one['id']}", json={"name": "Late", "if_version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "subclip.changed_meanwhile")
    parameters = late.json()["parameters"]
    assert (parameters["yours"], parameters["theirs"], parameters["version"]) == ("Late", "Wide", 2)
    listed = http.get("/subclips", params={"limit": 2}).json()
    more = http.get("/subclips", params={"limit": 10, "after": listed["after"]}).json()
    assert len(listed["subclips"]) == 2 and len(more["subclips"]) == 3 and more["after"] is None
    assert len(http.get(f"/assets/{A}/subclips").json()["subclips"]) == 4
    assert [s["asset"] for s in http.get("/subclips", params={"field": "tags=x"}).json()["subclips"]] == [B]
    assert len(http.get("/subclips", params={"filter": "folder=day", "text": "wid"}).json()["subclips"]) == 5
    assert http.get("/subclips", params={"filter": "folder"}).json()["code"] == "subclip.filter_form"
    done = http.get("/subclips/export", params={"format": "edl", "asset": A, "title": "Cut"})
    assert done.text.startswith("TITLE: Cut\n") and done.text.count("DAMPIPE SHA1") == 4
    assert http.delete(f"/subclips/{one['id']}", params={"if_version": 1}).status_code == 409
    gone = http.delete(f"/subclips/{one['id']}").json()
    assert gone["deleted"] == 1
    assert http.get(f"/subclips/{one['id']}").status_code == 404
    assert http.post(f"/edits/{gone['edit']}/undo").json()["restored"] == 1
    assert http.get(f"/subclips/{one['id']}").json()["name"] == "Wide"
    ids = [s["id"] for s in bulk.json()]
    assert http.post("/subclips/delete", json={"ids": ids}).json()["deleted"] == 3
    details = http.get(f"/assets/{B}").json()
    assert [s["name"] for s in details["subclips"]] == ["Wide"]


def test_bodies_are_strict(http: TestClient) -> None:
    body = {"start": "0", "name": "x"}
    for wrong in (
        {"start": 0, "name": "x"},
        {**body, "more": 1},
        {**body, "end": "1", "last": "1"},
        {"name": "x"},
        {**body, "start": "1e999999999"},
        {**body, "start": "1@1/0"},
        {**body, "start": "1@1e-999999999"},
        {**body, "fields": {"rating": [1, [2]]}},
    ):
        assert http.post(f"/assets/{A}/subclips", json=wrong).status_code == 422, wrong
