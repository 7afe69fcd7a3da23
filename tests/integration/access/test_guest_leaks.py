"""What a guest of a link, or a user to whom a collection was granted, must not see leaves no trace in any answer."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dampipe.features.access.queries import AccessRepository
from dampipe.features.collections.grants import CollectionGrantService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, NewCollection, Right
from dampipe.features.collections.service import CollectionService
from dampipe.features.sharing.model import Allow, ShareRequest
from dampipe.features.sharing.service import ShareService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.guests import guest_endpoints
from tests.integration.access.test_matrix import BODIES, QUERIES, operations
from tests.integration.access.test_rights import Planted, hidden_words, requests_of
from tests.integration.access.test_rights import planted as planted  # a fixture

ALL = (Allow.COMMENT, Allow.DOWNLOAD, Allow.ORIGINALS)


class Visitor:
    """A browser that sees one asset, shared.mp4, by a link or a grant; the footage lies where it sees no folder."""

    def __init__(self, planted: Planted, http: TestClient, collection: int, *, is_guest: bool) -> None:
        self.planted = planted
        self.http = http
        self.collection = collection
        self.is_guest = is_guest

    def traces(self, text: str) -> list[str]:
        """Those of the texts that must be in no answer, which one has: also of what those see who shared."""
        seen = self.planted.shown["seen.mp4"]
        outside = [
            "seen.mp4",
            seen,
            seen[:12],
            str(self.planted.footage),
            "plain/",
            "top project",
            "beside it",
        ]
        return self.planted.find_traces(text) + [one for one in outside if one in text.lower()]


def actor(planted: Planted, name: str) -> Actor:
    user = planted.library.service(AccessRepository).user(name)
    return Actor(ActorKind.USER, name, user.role, user=user.id)


@pytest.fixture(scope="module")
def gathered(planted: Planted) -> Mapping[str, int]:
    """Collections in which people put what emil sees and what he does not, and a saved search for everything."""
    collections = planted.library.service(CollectionService)
    items = planted.library.service(CollectionItemService)
    everything = (*planted.hidden.values(), planted.shown["shared.mp4"])
    top = collections.create(LOCAL, NewCollection(name="top project", private=True)).id
    collections.create(LOCAL, NewCollection(name="beside it", parent=str(top)))
    found = {}
    for name in ("asked",):
        made = collections.create(LOCAL, NewCollection(name=name, parent=str(top)))
        items.add(LOCAL, made.id, Chosen(assets=everything))
        found[name] = made.id
    planted.add("gina", Role.EDITOR, sees=())
    return found


@pytest.fixture(scope="module", params=["asset", "asked", "user"])
def visitor(
    request: pytest.FixtureRequest, planted: Planted, gathered: Mapping[str, int]
) -> Iterator[Visitor]:
    emil = actor(planted, "emil")
    collection = gathered["asked"]
    if request.param == "user":
        own = planted.library.service(CollectionService).create(emil, NewCollection(name="of emil"))
        both = (planted.shown["shared.mp4"],)
        items = planted.library.service(CollectionItemService)
        items.add(emil, own.id, Chosen(assets=both))
        items.add(LOCAL, own.id, Chosen(assets=tuple(planted.hidden.values())))
        grants = planted.library.service(CollectionGrantService)
        grants.grant(emil, own.id, "user:gina", Right.EDIT)
        yield Visitor(planted, planted.logged_in("gina"), own.id, is_guest=False)
        return
    shares = planted.library.service(ShareService)
    if request.param == "asset":
        wanted = ShareRequest(asset=planted.shown["shared.mp4"], allow=ALL)
    else:
        wanted = ShareRequest(collection=collection, allow=ALL)
    if request.param == "asked":  # emil has no right on what lies in a collection of others without one
        planted.library.service(CollectionGrantService).grant(LOCAL, collection, "user:emil", Right.EDIT)
    made = shares.create(emil, wanted)
    http = planted.client()
    entered = http.post("/api/v1/share-sessions", json={"token": made.token, "guest": "Maria"})
    assert entered.status_code == 201
    yield Visitor(planted, http, collection, is_guest=True)


def asked(visitor: Visitor) -> Iterator[tuple[str, str, str, Any]]:
    """A request for each operation of the API and each asset, collection, comment and name that one may try."""
    planted = visitor.planted
    assets = [planted.shown["shared.mp4"], planted.shown["seen.mp4"], planted.hidden["hush_a.mp4"], "0" * 40]
    numbers = [visitor.collection, planted.remark, 1, 2, 3, 999999]
    names = ["poster", "proxy", "sprite_vtt", "tags", "both", "classified", "shared-licence", "hush-licence"]
    choices: dict[str, list[Any]] = {"sha1": assets, "name": names}
    schema = visitor.http.app.openapi()["paths"]  # type: ignore[attr-defined]
    for path, methods in schema.items():
        for method in methods:
            name = f"{method.upper()} {path}"
            if name.startswith(("DELETE /api/v1/session", "DELETE /api/v1/share-sessions")):
                continue
            wanted = re.findall(r"{(\w+)}", path)
            choices_of = [
                names if one in ("vocabulary", "term", "key", "source") else choices.get(one, numbers)
                for one in wanted
            ]
            for values in itertools.product(*choices_of):
                url = path
                for one, value in zip(wanted, values, strict=True):
                    url = url.replace(f"{{{one}}}", str(value))
                yield name, method.upper(), url + QUERIES.get(name, ""), BODIES.get(name)


def test_the_visitor_sees_one_asset(visitor: Visitor) -> None:
    listed = visitor.http.get("/api/v1/assets").json()
    assert [(one["name"], one["paths"]) for one in listed] == [("shared.mp4", [])]
    own = visitor.planted.shown["shared.mp4"]
    assert visitor.http.get(f"/api/v1/assets/{own}/poster").status_code == 200


def test_no_operation_of_the_api_answers_with_a_trace(visitor: Visitor) -> None:
    """Whatever is named in a request; what an answer only repeats of it does not count."""
    counted = 0
    for name, method, url, body in asked(visitor):
        if method != "GET" and not visitor.is_guest:
            continue  # it would change the library for the tests that follow
        if name == "GET /api/v1/assets/{sha1}/metadata/history" and not visitor.is_guest:
            continue  # the asset itself had a value with one of the words
        answer = visitor.http.request(method, url, json=body)
        counted += 1
        text = (
            answer.text + str(answer.headers) if "image" not in answer.headers.get("content-type", "") else ""
        )
        for value in re.findall(r"[\w.-]{4,}", url):
            text = text.replace(value, "")
        assert answer.status_code != 500, (name, url, answer.text)
        assert visitor.traces(text) == [], (name, url, answer.text[:1000])
        hidden = [visitor.planted.shown["seen.mp4"], *visitor.planted.hidden.values()]
        if any(one in url for one in hidden):
            assert answer.status_code in (401, 403, 404, 409, 422), (name, url, answer.status_code)
    assert counted > 300


def test_guests_reach_no_other_endpoints_than_those_that_are_listed(visitor: Visitor) -> None:
    if not visitor.is_guest:
        return  # a user with a right on a collection may ask all endpoints
    listed = {one.replace(" ", " /api/v1", 1) for one in guest_endpoints()}
    described = operations(visitor.http)
    assert listed <= set(described), "each exists"
    tried: set[str] = set()
    for name, method, url, body in asked(visitor):
        if name in listed or name in tried or not described[name]["security"]:
            continue
        tried.add(name)  # the scope is checked before what is named, and the test above asks for every name
        answer = visitor.http.request(method, url, json=body)
        assert answer.status_code == 403 and answer.json()["code"] == "share.not_for_guests", (
            name,
            answer.text,
        )


def test_requests_of_the_page_hold_no_trace(visitor: Visitor) -> None:
    for method, path, body in requests_of(visitor.planted):
        answer = visitor.http.request(method, f"/api/v1/{path}", json=body)
        named = visitor.planted.shown["seen.mp4"]
        is_named = "like=" in path or named in str(body)  # then the answer repeats the request
        text = answer.text.replace(named, "") if is_named else answer.text
        assert answer.status_code in (200, 403, 404), (path, answer.status_code, answer.text)
        if f"assets/{visitor.planted.shown['seen.mp4']}" in path:
            assert answer.status_code in (403, 404)
            continue
        assert visitor.traces(text + str(answer.headers)) == [], (path, text[:1500])


def test_what_is_hidden_is_answered_as_what_does_not_exist(visitor: Visitor) -> None:
    for path, real, invented in hidden_words(visitor.planted):
        first, second = (visitor.http.get(f"/api/v1/{path(one)}") for one in (real, invented))
        texts = [one.text.replace(word, "X") for word, one in ((real, first), (invented, second))]
        assert (first.status_code, texts[0]) == (second.status_code, texts[1]), path(real)


def test_counts_are_those_of_the_one_asset(visitor: Visitor) -> None:
    http = visitor.http
    collections = http.get("/api/v1/collections").json()
    own = [one for one in collections if one["id"] == visitor.collection]
    if own:
        assert own[0]["items"] == 1
        items = http.get(f"/api/v1/collections/{visitor.collection}/items").json()
        assert [one["name"] for one in items["items"]] == ["shared.mp4"]
    comments = http.get(f"/api/v1/assets/{visitor.planted.shown['shared.mp4']}/comments").json()
    own_asset = f"/api/v1/assets/{visitor.planted.shown['shared.mp4']}/comments"
    everything = visitor.planted.logged_in("root").get(own_asset).json()
    assert (comments["total"], comments["open"]) == (everything["total"], everything["open"])
    if visitor.is_guest:
        assert len(collections) == len(own)
        assert {tuple(one["mentions"]) for one in comments["comments"]} == {()}
        return
    status = http.get("/api/v1/status").json()
    assert (status["assets"], status["locations"], status["scans"], status["running"]) == (1, 0, [], [])
    assert {one["name"]: one["assets"] for one in http.get("/api/v1/tags").json()} == {"both": 1}
    facets = http.get("/api/v1/facets?facet=city").json()
    assert facets["assets"] == 1
    assert http.get("/api/v1/sources").json() == [] and http.get("/api/v1/duplicates").json()["exact"] == []
    assert http.get("/api/v1/filters/source/values").json() == []
    found = http.get("/api/v1/search?q=shared&only=names").json()["hits"]
    assert [(one["name"], one["path"]) for one in found] == [("shared.mp4", "shared.mp4")]
    events = http.get("/api/v1/events?limit=1000").json()["events"]
    assert {one["sha1"] for one in events if one["sha1"]} <= {visitor.planted.shown["shared.mp4"]}
    assert not visitor.traces(json.dumps(events))


def test_the_original_that_is_sent_is_that_which_the_one_who_shared_sees(visitor: Visitor) -> None:
    """Another copy of it lies where he does not see it, under a name that says something."""
    answer = visitor.http.get(f"/api/v1/assets/{visitor.planted.shown['shared.mp4']}/original")
    assert answer.status_code == 200 and "shared.mp4" in answer.headers["content-disposition"]
    assert visitor.traces(str(answer.headers)) == []
