"""The HTTP API only grows: nothing of the committed snapshot is removed or changes its type.

After adding to the API: `python -m tests.unit.web.test_openapi > docs/openapi.json`
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dampipe.web.app import create_app

SNAPSHOT = Path(__file__).parents[3] / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """The OpenAPI document of today, without the version of dampipe."""
    found = create_app(None).openapi()
    found["info"].pop("version")
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def promises(found: dict[str, Any]) -> Iterator[str]:
    """What clients may rely on: endpoints, parameters, answers, and the fields of schemas with their types."""
    for path, methods in found["paths"].items():
        for method, endpoint in methods.items():
            yield f"{method} {path}"
            for parameter in endpoint.get("parameters", ()):
                yield f"{method} {path} ?{parameter['name']} in {parameter['in']}"
            for status in endpoint["responses"]:
                yield f"{method} {path} → {status}"
            for field, of in _body(found, endpoint).items():
                yield f"{method} {path} body.{field}: {_type(of)}"
    for name, schema in found["components"]["schemas"].items():
        if name.startswith("Body_"):
            continue  # FastAPI made the name up
        for field, of in schema.get("properties", {}).items():
            yield f"{name}.{field}: {_type(of)}"


def requirements(found: dict[str, Any]) -> Iterator[str]:
    """What clients must send."""
    for path, methods in found["paths"].items():
        for method, endpoint in methods.items():
            for parameter in endpoint.get("parameters", ()):
                if parameter.get("required"):
                    yield f"{method} {path} ?{parameter['name']}"
    for name, schema in found["components"]["schemas"].items():
        if name.endswith("Request"):
            yield from (f"{name}.{field}" for field in schema.get("required", ()))


def _body(found: dict[str, Any], endpoint: dict[str, Any]) -> dict[str, Any]:
    """The fields of the JSON body of an endpoint."""
    content = endpoint.get("requestBody", {}).get("content", {})
    given = content.get("application/json", {}).get("schema", {})
    fields: dict[str, Any] = {}
    for schema in (given, *given.get("anyOf", ())):
        name = schema.get("$ref", "").rpartition("/")[2]
        fields |= found["components"]["schemas"].get(name, schema).get("properties", {})
    return fields


def _type(schema: dict[str, Any]) -> str:
    return json.dumps(_plain(schema), sort_keys=True)


def _plain(schema: Any) -> Any:
    """The types alone: a bound may be added where what it refuses was never answered."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: schema[key] if key in ("type", "$ref") else _plain(schema[key])
        for key in ("type", "$ref", "items", "anyOf", "prefixItems")
        if key in schema
    }


def test_nothing_is_removed_from_the_api() -> None:
    before, now = json.loads(SNAPSHOT.read_text()), document()
    assert set(promises(before)) - set(promises(now)) == set()


def test_clients_need_not_send_more_than_before() -> None:
    before, now = json.loads(SNAPSHOT.read_text()), document()
    known = {promise.partition(" →")[0] for promise in promises(before)}
    new = {name for name in requirements(now) if name.partition(" ?")[0] in known or "." in name}
    assert {
        name
        for name in new - set(requirements(before))
        if name.split(".")[0] in before["components"]["schemas"] or " ?" in name
    } == set()


def test_the_snapshot_is_up_to_date() -> None:
    assert json.loads(SNAPSHOT.read_text()) == document(), (
        "python -m tests.unit.web.test_openapi > docs/openapi.json"
    )


def test_everything_is_below_one_version() -> None:
    assert all(path.startswith("/api/v1/") for path in document()["paths"])


def test_every_reference_leads_to_a_schema() -> None:
    found = document()
    references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(found)))
    assert references <= {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, sort_keys=True))
