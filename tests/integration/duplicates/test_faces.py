"""Pairs are listed, dismissed and listed again over the command line and HTTP, with the same words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

import dampipe
from dampipe.app.api import Library
from dampipe.features.duplicates import cli
from dampipe.features.duplicates.search import NearDuplicateSearch
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.web.app import create_app
from tests.support.fingerprints import Clip, Footage
from tests.support.near_library import NearLibrary


class Services:
    """The services of a command, over a library of a test."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def get(self, kind: type[Any]) -> Any:
        return self._library.service(kind)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Three assets: 1 and 2 show the same."""
    made = NearLibrary(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    clip, other = Footage(3).clip(24), Footage(5).clip(24)
    made.add(1, clip)
    made.add(2, Clip(clip.times[4:16] - clip.times[4], clip.hashes[4:16]))
    made.add(3, other)
    made.close()
    with dampipe.open(home=tmp_path, model="tiny", in_process=True) as library:
        yield library


def run(library: Library, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, list(arguments), obj=Services(library))


def sha1(number: int) -> str:
    return f"{number:040x}"


def test_a_pair_is_dismissed_and_listed_again_by_commands(library: Library) -> None:
    def listed(*options: str) -> list[tuple[str, str]]:
        found = json.loads(run(library, "--near", "--json", *options).output)["near"]
        return [(pair["first"]["asset"], pair["second"]["asset"]) for pair in found]

    pair = (sha1(1), sha1(2))
    assert listed() == [pair] and listed("--state", "dismissed") == listed("--state", "stacked") == []
    dismissed = run(library, "dismiss", *reversed(pair))
    assert dismissed.exit_code == 0 and "--state dismissed" in dismissed.output
    assert (listed(), listed("--state", "dismissed")) == ([], [pair])
    assert "no two assets show the same" in run(library, "--near").output
    assert run(library, "dismiss", *pair).exit_code == 0, "once more is not an error"
    assert listed("--state", "dismissed", "--asset", sha1(2)) == [pair]
    assert listed("--state", "dismissed", "--asset", sha1(3)) == []
    assert run(library, "reopen", *pair).exit_code == 0
    assert listed() == [pair]


def test_two_assets_that_are_no_pair_are_refused(library: Library) -> None:
    for names in ((sha1(1), sha1(3)), (sha1(1), sha1(1)), (sha1(1), sha1(9))):
        assert isinstance(run(library, "dismiss", *names).exception, NotFound)
    http = TestClient(create_app(Services(library)), "http://127.0.0.1")
    answer = http.post("/api/v1/duplicates/dismiss", json={"first": sha1(1), "second": sha1(3)})
    assert (answer.status_code, answer.json()["code"]) == (404, "duplicate.not_found")
    assert "dampipe " not in answer.json()["hint"]


def test_a_pair_is_dismissed_and_listed_again_over_http(library: Library) -> None:
    http = TestClient(create_app(Services(library)), "http://127.0.0.1")
    body = {"first": sha1(2), "second": sha1(1)[:12] + sha1(1)[12:]}

    def states(**parameters: str) -> list[str]:
        answer = http.get("/api/v1/duplicates", params={"near": "true", **parameters})
        return [pair["state"] for pair in answer.json()["near"]]

    assert states() == ["open"]
    assert http.post("/api/v1/duplicates/dismiss", json=body).status_code == 204
    assert (states(), states(state="dismissed")) == ([], ["dismissed"])
    assert http.post("/api/v1/duplicates/reopen", json=body).status_code == 204
    assert (states(), states(state="dismissed")) == (["open"], [])
    assert states(asset=sha1(1)) == states(asset=sha1(2)) == ["open"]
    assert states(asset=sha1(3)) == []
    for unknown, status in ((sha1(9), 404), ("relative.mp4", 422), ("", 422)):
        parameters = {"near": "true", "asset": unknown}
        assert http.get("/api/v1/duplicates", params=parameters).status_code == status
    for wrong in ({}, {"first": sha1(1)}, {**body, "third": "x"}, {"first": "", "second": 5}):
        assert http.post("/api/v1/duplicates/dismiss", json=wrong).status_code in (404, 422)
    assert http.get("/api/v1/duplicates", params={"near": "true", "state": "x"}).status_code == 422


def test_the_command_says_how_many_are_left(library: Library) -> None:
    with advisory_lock(library.service(Database), "duplicates"):
        result = run(library, "--near")
        assert "3 assets are still to be compared with all others" in result.output + (result.stderr or "")
    assert library.service(NearDuplicateSearch).catch_up(60) == 3
    assert "still to be compared" not in run(library, "--near").output
    assert library.service(DuplicateService) is not None
