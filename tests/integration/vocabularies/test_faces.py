"""The command line and the API."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.vocabularies.cli import command
from dampipe.web.app import create_app
from tests.integration.vocabularies.conftest import Library


def run(library: Library, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(command, arguments, obj=library.container)
    if code:
        assert (
            done.exception is not None and not isinstance(done.exception, SystemExit)
        ) or done.exit_code == code
        return str(done.exception)
    assert done.exception is None, done.exception
    return done.output


def test_the_commands(local_library: Library, tmp_path: Path) -> None:
    library = local_library
    assert "tags" in run(library, "list"), "the vocabulary of tags is always there"
    run(library, "create", "places", "--open", "--language", "en", "--language", "de")
    run(library, "add", "places", "Europe")
    assert "added Malta (malta)" in run(
        library, "add", "places", "Malta", "--below", "Europe", "--synonym", "Melita"
    )
    assert "there already" in run(library, "add", "places", "MALTA", "--below", "europe")
    run(library, "edit", "places", "Malta", "--label", "مالطا", "--language", "ar", "--note", "An island")
    assert run(library, "show", "places").splitlines() == ["Europe", "  Malta"]
    assert run(library, "show", "places", "--depth", "1").splitlines() == ["Europe (+1)"]
    shown = run(library, "show", "places", "Melita")
    assert "مالطا" in shown and "An island" in shown
    assert [one["key"] for one in json.loads(run(library, "find", "places", "mel", "--json"))] == ["malta"]
    run(library, "rename", "places", "Malta", "Republic of Malta", "--keep")
    run(library, "move", "places", "Malta", "--to-top")
    run(library, "move", "places", "Malta", "--position", "5")
    run(library, "add", "places", "Gozo")
    run(library, "merge", "places", "Gozo", "Malta")
    run(library, "retire", "places", "Europe")
    assert run(library, "show", "places").splitlines() == ["Republic of Malta"]
    for _ in range(3):
        run(library, "undo", "places")
    assert "undone by local" in run(library, "log", "places")
    for name in ("p.csv", "p.ttl", "p.rdf", "p.jsonld", "p.nt"):
        file = str(tmp_path / name)
        run(library, "export", "places", file)
        report = json.loads(run(library, "import", "places", file, "--dry-run", "--json"))
        assert (report["added"], report["changed"], report["retired"]) == (0, 0, 0)
    assert "not known" in run(library, "import", "places", "p.docx", code=2)
    assert "cannot be read" in run(library, "import", "places", str(tmp_path / "none.csv"), code=2)
    assert "nothing is proposed" in run(library, "proposals", "places")
    run(library, "move", "places", "Malta", code=2)


def test_the_example_of_the_documentation_is_imported(local_library: Library, tmp_path: Path) -> None:
    document = (Path(__file__).parents[3] / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    example = document.partition("```\npath,")[2].partition("```")[0]
    (tmp_path / "places.csv").write_text("path," + example, encoding="utf-8")
    run(local_library, "create", "places", "--language", "en", "--language", "de")
    assert "2 terms added" in run(local_library, "import", "places", str(tmp_path / "places.csv"))
    assert local_library.find("malte", "europa") == {"malte": "malta", "europa": "europe"}


@pytest.fixture
def http(local_library: Library) -> TestClient:
    return TestClient(create_app(local_library.container), "http://127.0.0.1")


def test_the_endpoints(local_library: Library, http: TestClient) -> None:
    base = "/api/v1/vocabularies"

    def ask(method: str, path: str, status: int = 200, **more: Any) -> Any:
        answer = http.request(method, base + path, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    ask("POST", "", 201, json={"key": "places", "open": True, "languages": ["en"]})
    assert ask("POST", "", 409, json={"key": "places"})["code"] == "vocabulary.taken"
    ask("POST", "", 422, json={"key": "No Key"})
    ask("POST", "/places/terms", json={"label": "Europe"})
    ask("POST", "/places/terms", json={"label": "Malta", "parent": "Europe", "synonyms": ["Melita"]})
    page = ask("GET", "/places/terms", params={"parent": "Europe"})
    assert [(one["key"], one["label"]) for one in page["terms"]] == [("malta", "Malta")]
    assert ask("GET", "/places/terms/melita")["path"] == ["Europe"]
    assert ask("GET", "/places/find", params={"text": "ELI"})["terms"][0]["key"] == "malta"
    ask(
        "PATCH",
        "/places/terms/malta",
        json={"add": [{"text": "Malte", "language": "fr"}], "notes": [{"text": "x"}]},
    )
    ask("POST", "/places/terms/malta/rename", json={"label": "Malta island"})
    problem = ask("POST", "/places/terms/europe/move", 409, json={"parent": "malta"})
    assert problem["code"] == "term.cycle"
    assert "dampipe" not in problem["hint"]
    ask("POST", "/places/terms/malta/move", json={"parent": None, "position": 2})
    ask("POST", "/places/terms/malta/merge", json={"target": "europe"})
    assert (
        ask("POST", "/places/undo", json={"operation": ask("GET", "/places/operations")[0]["id"]})["kind"]
        == "merge"
    )
    ask("POST", "/places/undo")
    ask("POST", "/places/terms/europe/retire", json={"with_narrower": True})
    ask("PATCH", "/places", json={"open": False})
    assert ask("GET", "")[0]["retired"] == 2
    data = http.get(f"{base}/places/export", params={"format": "turtle"})
    assert data.headers["content-type"].startswith("text/turtle")
    report = ask("POST", "/places/import", params={"format": "turtle", "dry_run": True}, content=data.content)
    assert (report["added"], report["changed"]) == (0, 0)
    ask("POST", "/places/import", 422, params={"format": "csv"})
    ask("GET", "/nowhere", 404)
    ask("GET", "/places/terms/nothing", 404)
    ask("GET", "/places/terms", 422, params={"cursor": "x"})


def test_two_who_change_a_vocabulary_at_once_make_one_term(library: Library) -> None:
    library.create()
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(library.add("Malta"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == ["malta"] * 4
    assert library.tree() == ["Malta"]
