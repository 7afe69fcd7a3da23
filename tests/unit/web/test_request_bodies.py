"""What a JSON body of a request may be: of the types that OpenAPI states, without fields that it does not have."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from dampipe.kernel.faces.http import STRICT, JsonBody, StrictJson
from dampipe.web.app import create_app
from tests.unit.web.test_openapi import document


class Color(StrEnum):
    RED = "red"


class Inner(BaseModel):
    model_config = STRICT
    number: int = 0


class Sent(BaseModel):
    model_config = STRICT
    flag: bool = False
    share: float = 1
    texts: tuple[str, ...] = ()
    day: date | None = None
    time: datetime | None = None
    color: Color = Color.RED
    inner: Inner = Inner()


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()

    @app.post("/")
    def endpoint(body: JsonBody[Sent]) -> Sent:
        return body

    @app.post("/optional")
    def optional(body: JsonBody[Sent | None] = None) -> Sent:
        return body or Sent()

    return TestClient(app)


@pytest.mark.parametrize(
    "body",
    [
        {"flag": True},
        {"share": 5},
        {"share": 0.5},
        {"texts": ["a"]},
        {"day": "2024-02-29"},
        {"time": "2024-02-29T01:02:03Z"},
        {"color": "red"},
        {"inner": {"number": 4}},
    ],
)
def test_a_value_of_its_type_is_accepted(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/", json=body)
    assert answer.status_code == 200
    assert answer.json() == {**Sent().model_dump(mode="json"), **body}


@pytest.mark.parametrize(
    "body",
    [
        {"flag": 0},
        {"flag": "true"},
        {"share": "5"},
        {"share": True},
        {"texts": "a"},
        {"texts": [1]},
        {"day": 5},
        {"time": 1709168523},
        {"color": "blue"},
        {"inner": {"number": "4"}},
        {"inner": {"number": True}},
        {"other": None},
    ],
)
def test_a_value_of_another_type_is_refused_where_it_stands(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/", json=body)
    assert answer.status_code == 422
    field, value = next(iter(body.items()))
    assert answer.json()["detail"][0]["loc"][:2] == ["body", field], value


def test_an_optional_body(client: TestClient) -> None:
    assert client.post("/optional").json() == Sent().model_dump(mode="json")
    assert client.post("/optional", json={"flag": True}).json()["flag"] is True
    assert client.post("/optional", json={"flag": 1}).status_code == 422


def test_every_body_is_strict() -> None:
    found = {
        f"{route.methods} {route.path}": parameter.field_info.metadata
        for route in _routes()
        for parameter in route.dependant.body_params
    }
    assert len(found) > 30
    for name, metadata in found.items():
        assert any(isinstance(one, StrictJson) for one in metadata), f"{name}: use JsonBody"


def test_no_body_has_fields_without_a_name() -> None:
    found = document()
    schemas = found["components"]["schemas"]
    waiting = [
        (endpoint["requestBody"], f"{method} {path}")
        for path, methods in found["paths"].items()
        for method, endpoint in methods.items()
        if "requestBody" in endpoint
    ]
    seen: set[str] = set()
    while waiting:
        part, where = waiting.pop()
        for name in set(_references(part)) - seen:
            seen.add(name)
            waiting.append((schemas[name], where))
            if schemas[name].get("type") == "object":
                assert schemas[name].get("additionalProperties") is False, f"{name} of {where}: use STRICT"
    assert len(seen) > 40


def _routes() -> Iterator[Any]:
    """The endpoints, those of included routers too."""
    waiting = list(create_app(None).routes)
    while waiting:
        route = waiting.pop()
        included = getattr(route, "original_router", route)
        waiting += getattr(included, "routes", None) or ()
        if hasattr(route, "dependant"):
            yield route


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for one in part.values():
            yield from _references(one)
    elif isinstance(part, list):
        for one in part:
            yield from _references(one)
