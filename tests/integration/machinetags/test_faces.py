"""Machine tags by command and over HTTP, on SQLite."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.machinetags import cli
from dampipe.web.app import create_app
from tests.support.tagged_scenes import TaggedScenes


@pytest.fixture
def tagged(tmp_path: Path) -> Iterator[TaggedScenes]:
    made = TaggedScenes(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path, clips=20)
    yield made
    made.close()


def run(tagged: TaggedScenes, command: Command, *arguments: str) -> str:
    done = CliRunner().invoke(command, arguments, obj=tagged.library.services)
    assert done.exception is None, done.exception
    return done.output


def test_the_commands(tagged: TaggedScenes) -> None:
    assert "no vocabulary is chosen" in run(tagged, cli.suggest)
    tagged.choose(["star", "circle"])
    assert "found" in run(tagged, cli.suggest, "tags", "--now")
    queue = json.loads(run(tagged, cli.review, "--json"))
    first, second = queue[0], queue[1]
    run(tagged, cli.accept, first["term"], first["sha1"])
    run(tagged, cli.reject, second["term"], second["sha1"])
    assert {(one["sha1"], one["term"]) for one in json.loads(run(tagged, cli.review, "--json"))} == {
        (one["sha1"], one["term"]) for one in queue[2:]
    }
    assert "1 of 2, 9% to 91%" in run(tagged, cli.precision), "both verdicts were on the term asked for first"
    assert first["sha1"][:12] in run(tagged, cli.moments, first["term"])
    assert "no longer rejected" in run(tagged, cli.undo)
    assert "off" in run(tagged, cli.term, "star", "--off")


def test_the_api(tagged: TaggedScenes) -> None:
    http = TestClient(create_app(tagged.library.services), "http://127.0.0.1")
    tagged.choose(["star", "circle"])
    tagged.tagger.run()
    base = "/api/v1/machine-tags"
    [chosen] = http.get(f"{base}/vocabularies").json()
    assert (chosen["vocabulary"], chosen["terms"], chosen["pending"]) == ("tags", 2, 0)
    first, *_ = http.get(f"{base}/review").json()
    body = {"sha1": first["sha1"], "term": f"tags:{first['term']}", "accept": True}
    assert http.post(f"{base}/verdicts", json=body).json()["state"] == "accepted"
    [moment, *_] = http.get(f"{base}/terms/{first['term']}/moments").json()
    assert moment["sha1"] == first["sha1"] and moment["moments"]
    details = http.get(f"/api/v1/assets/{first['sha1']}").json()
    assert {one["term"]: one["state"] for one in details["machine_tags"]}[first["term"]] == "accepted"
    assert http.post(f"{base}/verdicts/undo").json()["term"] == first["term"]
    assert http.post(f"{base}/verdicts/undo").status_code == 404
    assert http.post(f"{base}/verdicts", json={**body, "term": "nothing"}).status_code == 404
    assert http.put(f"{base}/vocabularies/tags", json={"field": "title"}).status_code == 422
    assert http.patch(f"{base}/terms/star", json={"on": False}).json()["on"] is False
