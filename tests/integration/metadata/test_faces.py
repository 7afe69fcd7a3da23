"""Metadata and schemas by the command line and over HTTP."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.assets.cli import command as show
from dampipe.features.metadata.cli import metadata, schema
from dampipe.features.processing.service import ProcessingService
from dampipe.kernel.errors import DampipeError
from dampipe.web.app import create_app
from tests.support.described import Described, name_of


@pytest.fixture
def http(described: Described) -> TestClient:
    described.library.services.provide(ProcessingService, lambda: cast(ProcessingService, None))
    return TestClient(create_app(described.library.services), base_url="http://127.0.0.1/api/v1")


def run(described: Described, command: Any, *words: str, fails: bool = False) -> str:
    """What a command prints."""
    done = CliRunner().invoke(command, words, obj=described.library.services)
    if fails:
        assert done.exit_code != 0
        if isinstance(done.exception, DampipeError):
            return str(done.exception)
    else:
        assert done.exit_code == 0, done.output + str(done.exception)
    return done.output


def test_the_commands_edit_show_and_undo(described: Described) -> None:
    one, two = name_of(1), name_of(2)
    preview = run(
        described,
        metadata.command,
        "set",
        one,
        two,
        "-v",
        "rating=4",
        "-v",
        "people=Ann",
        "-v",
        "people=Bob",
        "--dry-run",
    )
    assert "2 of 2 assets would change" in preview and "Ann, Bob" in preview
    assert described.get(1, "rating") == []
    done = run(
        described, metadata.command, "set", one, two, "-v", "rating=4", "-v", "people=Ann", "-v", "people=Bob"
    )
    assert "2 of 2 assets changed" in done and "`dampipe metadata undo " in done
    assert (
        json.loads(run(described, metadata.command, "add", one, "-v", "people=Cid", "--json"))["changes"] == 1
    )
    run(described, metadata.command, "remove", "--filter", "field=rating>=4", "-v", "people=Ann")
    assert (described.get(1, "people"), described.get(2, "people")) == (["Bob", "Cid"], ["Bob"])
    shown = run(described, metadata.command, "get", one)
    assert "Bob, Cid" in shown and "person" in shown
    assert "person *" in run(described, metadata.command, "get", one, "--sources")
    assert json.loads(run(described, metadata.command, "get", one, "-f", "rating", "--json"))[0]["fields"][0][
        "values"
    ] == [4]
    assert "Bob, Cid" in run(described, show, one)
    run(described, metadata.command, "clear", "--all", "-f", "rating")
    assert described.get(2, "rating") == []
    run(described, metadata.command, "unset", one, "-f", "people")
    history = run(described, metadata.command, "history", one)
    assert "Bob, Cid" in history and "no value" in history
    assert "clear Rating" in run(described, metadata.command, "operations")
    undone = run(described, metadata.command, "undo")
    assert "undone: unset People shown; 1 field restored" in undone
    assert "rating" in run(described, metadata.command, "fields")
    assert "no asset is selected" in run(described, metadata.command, "clear", "-f", "rating", fails=True)
    assert "FIELD=VALUE" in run(described, metadata.command, "set", one, "-v", "rating", fails=True)


def test_the_commands_of_schemas_check_apply_and_undo(described: Described, tmp_path: Path) -> None:
    first = run(described, schema.command, "show")
    assert 'key = "title"' in first
    file = tmp_path / "schema.toml"
    file.write_text(first)
    assert "the schema is the same" in run(described, schema.command, "check", str(file))
    described.edit(1, set={"title": "many words"})
    file.write_text('[[field]]\nkey = "title"\nlabel = "Title"\nmax_length = 4\n')
    checked = run(described, schema.command, "check", str(file), fails=True)
    assert "many words" in checked and "- description" in checked
    assert "would break 1 values" in run(described, schema.command, "apply", str(file), fails=True)
    assert "version 1 now" in run(described, schema.command, "apply", str(file), "--clear", "title")
    assert described.get(1, "title") == []
    other = tmp_path / "schema.json"
    other.write_text(run(described, schema.command, "show", "--json-schema"))
    assert "the schema is the same" in run(described, schema.command, "check", str(other))
    assert "version 2 now" in run(described, schema.command, "undo")
    assert described.get(1, "title") == ["many words"]
    assert run(described, schema.command, "show") == first
    file.write_text("[[field]\n")
    assert "the schema is not valid" in run(described, schema.command, "check", str(file), fails=True)
    assert json.loads(run(described, schema.command, "show", "--json"))["version"] == 2


def test_the_api_edits_with_versions_previews_and_undoes(described: Described, http: TestClient) -> None:
    one = name_of(1)
    edit = {"set": {"title": "a", "people": ["x", "y"], "rating": 3}}
    answer = http.patch(f"/assets/{one}/metadata", json=edit)
    assert answer.status_code == 200
    values = {value["key"]: value for value in answer.json()["fields"]}
    assert values["people"]["values"] == ["x", "y"] and values["rating"]["source"] == "person"
    read = values["title"]["version"]
    assert http.patch(
        f"/assets/{one}/metadata", json={"set": {"title": "b"}, "if_version": {"title": read}}
    ).is_success
    refused = http.patch(
        f"/assets/{one}/metadata", json={"set": {"title": "c"}, "if_version": {"title": read}}
    )
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["code"] == "metadata.changed_meanwhile"
    assert (problem["parameters"]["mine"], problem["parameters"]["theirs"]) == (["c"], ["b"])
    assert "dampipe " not in problem["hint"]
    bulk = {"filters": {"field": ["rating>=3"]}, "set": {"city": "Rome"}}
    preview = http.post("/metadata/preview", json=bulk).json()
    assert (preview["assets"], preview["changed"]) == (1, 1) and preview["differences"][0]["after"] == [
        "Rome"
    ]
    done = http.post("/metadata/edit", json=bulk).json()
    assert done["changed"] == 1
    assert http.get("/metadata/operations").json()[0]["id"] == done["operation"]
    undone = http.post(f"/metadata/operations/{done['operation']}/undo").json()
    assert (undone["restored"], undone["left"]) == (1, 0)
    assert http.post(f"/metadata/operations/{done['operation']}/undo").status_code == 409
    assert [
        entry["field"]
        for entry in http.get(f"/assets/{one}/metadata/history", params={"field": "city"}).json()
    ] == ["city", "city"]
    assert http.get(f"/assets/{one}").json()["metadata"] == {
        "Title": ["b"],
        "People shown": ["x", "y"],
        "Rating": ["3"],
    }
    assert http.get(f"/assets/{one}/metadata", params={"field": "nothing"}).status_code == 404
    for wrong in (
        {},
        {"set": {"rating": 9}},
        {"set": {"title": "a"}, "clear": ["title"]},
        {"set": {"title": None}},
        {"other": 1},
    ):
        assert http.patch(f"/assets/{one}/metadata", json=wrong).status_code == 422
    assert http.patch(f"/assets/{one}/metadata", json={"set": {"title": "a\x00"}}).status_code == 422
    assert {field["key"] for field in http.get("/metadata/fields").json()} >= {"title", "duration"}


def test_the_api_checks_applies_and_undoes_schemas(described: Described, http: TestClient) -> None:
    shown = http.get("/schema").json()
    assert shown["version"] == 0 and not shown["can_undo"]
    as_json = http.get("/schema/json-schema").json()
    assert as_json["properties"]["rating"]["maximum"] == 5
    same = http.post("/schema/check", json={"json_schema": as_json}).json()
    assert not same["changed"] and not same["breaks"] and not same["removed"]
    described.edit(1, set={"title": "long"})
    fields = {"field": [{"key": "title", "label": "Title", "max_length": 2}]}
    assert http.post("/schema/check", json={"fields": fields}).json()["breaks"][0]["values"] == 1
    refused = http.put("/schema", json={"fields": fields})
    assert refused.status_code == 409 and refused.json()["parameters"]["breaks"][0]["examples"] == ["long"]
    assert (
        http.put("/schema", json={"fields": fields, "keep": ["title"], "if_version": 0}).json()["version"]
        == 1
    )
    assert http.put("/schema", json={"fields": fields, "if_version": 0}).status_code == 409
    assert described.get(1, "title") == ["long"]
    assert http.post("/schema/undo").json()["version"] == 2
    for wrong in (
        {"fields": {"field": [{"key": "Bad Key", "label": "x"}]}},
        {"json_schema": {}},
        {"fields": {"other": 1}},
    ):
        assert http.post("/schema/check", json=wrong).status_code == 422


def test_tables_by_the_command_line(described: Described, tmp_path: Path) -> None:
    one, file = name_of(1), tmp_path / "list.csv"
    described.edit(1, set={"title": "old", "rating": 4})
    done = run(
        described, metadata.command, "export", str(file), "--where", "rating>=4", "-f", "title", "-f", "reel"
    )
    assert "written to" in done and len(file.read_text("utf-8-sig").splitlines()) == 2
    assert one in run(described, metadata.command, "export", "-")
    file.write_text(file.read_text("utf-8-sig").replace(",old,", ",new,'007"))
    preview = run(described, metadata.command, "import", str(file), "--dry-run")
    assert "1 of 1 row would change, 2 values" in preview and "old" in preview and "007" in preview
    assert described.get(1, "title") == ["old"]
    done = run(described, metadata.command, "import", str(file))
    assert "1 of 1 row changed" in done and "`dampipe metadata undo " in done
    assert (described.get(1, "title"), described.get(1, "reel")) == (["new"], ["007"])
    assert "import of list.csv" in run(described, metadata.command, "undo")
    assert described.get(1, "title") == ["old"]
    file.write_text(f"asset.sha1,rating\n{one},9\n{one},3\n")
    wrong = run(described, metadata.command, "import", str(file), fails=True)
    assert "nothing was imported: 2 errors; `--partial`" in wrong and "rating" in wrong
    report = json.loads(
        run(described, metadata.command, "import", str(file), "--dry-run", "--json", fails=True)
    )
    assert report["refused"] and [one["row"] for one in report["problems"]] == [2, 3]
    file.write_bytes("asset.sha1;title\nüber;x\n".encode("cp1252"))
    assert "is not UTF-8" in run(described, metadata.command, "import", str(file), fails=True)
    run(described, metadata.command, "import", str(file), "--encoding", "cp1252", fails=True)
    assert "cannot be written" in run(
        described, metadata.command, "export", str(tmp_path / "no" / "x.csv"), fails=True
    )


def test_tables_over_http(described: Described, http: TestClient) -> None:
    described.edit(1, set={"title": "old"})
    answer = http.post(
        "/metadata/export", json={"fields": ["title"], "assets": [name_of(1)], "delimiter": "tab"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbfasset.sha1\tasset.path\tasset.version\ttitle\r\n")
    edited = answer.content.decode("utf-8-sig").replace("old", "new")
    options = {"dry_run": True, "name": "a.csv"}
    assert (
        http.post("/metadata/import", params=options, content=edited.encode("utf-16")).json()["changes"] == 1
    )
    done = http.post("/metadata/import", params={"name": "a.csv"}, content=edited).json()
    assert done["changed"] == 1 and described.get(1, "title") == ["new"]
    assert http.get("/metadata/operations").json()[0]["summary"] == "import of a.csv"
    assert http.post(f"/metadata/operations/{done['operation']}/undo").json()["restored"] == 1
    refused = http.post("/metadata/import", content=f"asset.sha1,title,titel\n{name_of(1)},x,y\n")
    assert (refused.status_code, refused.json()["code"]) == (422, "metadata.csv_refused")
    assert "row 1, column 'titel'" in refused.json()["detail"] and described.get(1, "title") == ["old"]
    for wrong in (b"", b"nothing", b"asset.sha1\xff"):
        assert http.post("/metadata/import", content=wrong).status_code == 422
    assert http.post("/metadata/export", json={"fields": ["nothing"]}).status_code == 404
    assert http.post("/metadata/export", json={"filters": {"where": ["rating>"]}}).status_code == 422
