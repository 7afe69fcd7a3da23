"""Queries and facets by the command line and over HTTP."""

import json
from typing import Any, cast

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dampipe.features.facets.cli import command as facets
from dampipe.features.metadata.cli import metadata
from dampipe.features.processing.service import ProcessingService
from dampipe.features.search.cli.search import command as search
from dampipe.web.app import create_app
from tests.support.described import name_of
from tests.support.faceted import Faceted


@pytest.fixture
def some(faceted: Faceted) -> Faceted:
    faceted.edit(1, rating=5, city="Rome", weight=2)
    faceted.edit(2, rating=3, city="Paris")
    return faceted


@pytest.fixture
def http(some: Faceted) -> TestClient:
    services = some.described.library.services
    services.provide(ProcessingService, lambda: cast(ProcessingService, None))
    return TestClient(create_app(services), base_url="http://127.0.0.1/api/v1")


def run(some: Faceted, command: Any, *words: str) -> Any:
    return CliRunner().invoke(command, words, obj=some.described.library.services)


def test_the_commands_count_search_and_edit(some: Faceted) -> None:
    shown = run(some, facets, "city", "--where", "rating>=5")
    assert shown.exit_code == 0 and "1 asset\n" in shown.output
    assert "Rome" in shown.output and "Paris" not in shown.output
    found = json.loads(run(some, facets, "--json", "--rebuild").output)
    assert found["assets"] == 5 and {"city", "rating"} <= {one["key"] for one in found["facets"]}
    hits = json.loads(run(some, search, "--where", "rating>=3 and not city=Rome", "--json").output)["hits"]
    assert [hit["asset"] for hit in hits] == [name_of(2)]
    done = run(some, metadata.command, "set", "--filter", "where=city in (Rome, Paris)", "-v", "iso=800")
    assert "2 of 2 assets changed" in done.output
    assert some.find("iso=800") == [1, 2]


def test_the_commands_point_at_mistakes(some: Faceted) -> None:
    for command in (search, facets):
        refused = run(some, command, "--where", "rating>=")
        assert refused.exit_code == 2
        assert "a value is missing, at character 9: rating>=⟨here⟩" in refused.output


def test_http_counts_searches_and_refuses(http: TestClient) -> None:
    found = http.get("/facets", params={"facet": ["city", "rating"], "where": "has:city"}).json()
    assert found["assets"] == 2
    assert [one["key"] for one in found["facets"]] == ["city", "rating"]
    assert found["facets"][0]["values"] == [
        {"value": "Paris", "label": "Paris", "assets": 1, "parent": ""},
        {"value": "Rome", "label": "Rome", "assets": 1, "parent": ""},
    ]
    hits = http.get("/search", params={"where": "weight<=2 kg"}).json()["hits"]
    assert [hit["asset"] for hit in hits] == [name_of(1)]
    assert http.get("/facets", params={"facet": "nonsense"}).status_code == 404
    assert http.get("/facets", params={"limit": 0}).status_code == 422
    for where, position in (("rating>=", 9), ("nonsense=1", 1), ("rating=5 and city<1", 14)):
        for path in ("/facets", "/search"):
            answer = http.get(path, params={"where": where})
            assert answer.status_code == 422, answer.text
            assert answer.json()["parameters"]["position"] == position


def test_the_page_is_offered_the_query(http: TestClient) -> None:
    [where] = [one for one in http.get("/filters").json() if one["name"] == "where"]
    assert not where["multiple"], "commas belong to a query"
