"""Who may ask the web server: programs of this machine and its own page, and no page of another server."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dampipe.kernel.container import Services
from dampipe.kernel.faces.hosts import Hosts
from dampipe.web.app import create_app
from dampipe.web.guard import HEADERS

PAGES = (
    "/",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/page/page.js",
    "/page/index.html",
    "/static-offline-docs/favicon.png",
)
OWN = "http://127.0.0.1"


def every_address(app: FastAPI, library: Any) -> list[tuple[str, str]]:
    """Method and path of every endpoint, with values that exist, and of files of the page and the documentation."""
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    values = {"{sha1}": asset, "{name}": "poster", "{scan}": "1"}
    found = [("GET", path) for path in PAGES]
    for path, methods in app.openapi()["paths"].items():
        for placeholder, value in values.items():
            path = path.replace(placeholder, value)
        path += "?seconds=0" if path.endswith("/stream") else ""  # it has no end otherwise
        found += [(method.upper(), path) for method in methods]
    assert len(found) > 30
    return [
        *found,
        ("GET", "/nothing/here"),
        ("PUT", "/api/v1/search"),
        ("HEAD", "/"),
        ("OPTIONS", "/api/v1/scans"),
    ]


FOREIGN: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8700"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "evil.example/127.0.0.1"},
    {"Host": "127.0.0.1, evil.example"},
    {"Host": "192.168.1.5"},
    {"Host": "0.0.0.0"},
    {"Host": "[::2]:8700"},
    {"Host": "[evil.example]"},
    {"Host": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1.evil.example"},
    {"Origin": "http://127.0.0.1:3000"},
    {"Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": "file://"},
    {"Origin": "http://127.0.0.1@evil.example"},
    {"Origin": "http://[evil"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "Cross-Site"},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "embed"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_gets_nothing_from_any_address(
    http: TestClient, app: FastAPI, library: Any, headers: dict[str, str]
) -> None:
    before = http.get("/api/v1/scans").json()
    for method, path in every_address(app, library):
        answer = http.request(method, path, headers=headers)
        assert answer.status_code == 403, (method, path)
        if method != "HEAD":
            assert answer.json()["code"] in ("request.foreign_host", "request.foreign_origin")
            assert answer.json()["hint"]
    assert http.get("/api/v1/scans").json() == before


def test_a_foreign_form_changes_nothing_even_as_a_navigation(http: TestClient) -> None:
    sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    for action in ("pause", "resume", "cancel"):
        assert http.post(f"/api/v1/scans/1/{action}", headers=sent).status_code == 403
    assert http.get("/", headers=sent).status_code == 200, "a link to the page is no attack"
    assert http.get("/", headers={**sent, "Sec-Fetch-Dest": "document"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:8700"},
        {"Host": "LOCALHOST."},
        {"Host": "[::1]:8700"},
        {"Host": "127.0.0.1:9", "Origin": "http://127.0.0.1:9"},
        {"Host": "localhost", "Origin": "http://localhost"},
        {"Host": "localhost", "Origin": "https://localhost:443"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Origin": OWN},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
    ],
    ids=str,
)
def test_the_own_page_and_programs_are_answered(http: TestClient, headers: dict[str, str]) -> None:
    assert http.get("/api/v1/tags", headers=headers).status_code == 200
    assert http.post("/api/v1/retry", json={}, headers=headers).status_code == 200


def test_two_host_headers_are_refused(http: TestClient) -> None:
    assert http.get("/", headers=[("Host", "127.0.0.1"), ("Host", "evil.example")]).status_code == 403  # type: ignore[arg-type]


def test_a_proxys_name_is_answered_once_it_is_allowed(library: Any) -> None:
    services = library.service(Services)
    by_proxy = {"Host": "dam.example", "Origin": "https://dam.example"}
    rewritten = {"Host": "127.0.0.1:8700", "Origin": "https://dam.example"}
    plain = TestClient(create_app(services), OWN)
    allowed = TestClient(create_app(services, Hosts(allowed=["dam.example"])), OWN)
    for headers in (by_proxy, rewritten):
        assert plain.post("/api/v1/retry", json={}, headers=headers).status_code == 403
        assert allowed.post("/api/v1/retry", json={}, headers=headers).status_code == 200
    other = {"Host": "dam.example", "Origin": "https://evil.example"}
    assert allowed.post("/api/v1/retry", json={}, headers=other).status_code == 403


@pytest.mark.parametrize(
    ("listens_on", "host", "answered"),
    [
        ("0.0.0.0", "192.168.1.5:8700", True),
        ("::", "[fe80::1]", True),
        ("0.0.0.0", "evil.example", False),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
        ("nas.local", "NAS.local:8700", True),
        ("nas.local", "nas.local.evil.example", False),
    ],
)
def test_a_server_answers_for_what_it_listens_on(listens_on: str, host: str, answered: bool) -> None:
    """Of all addresses: for any IP address, which DNS cannot rebind, and for no name that is not allowed."""
    assert Hosts(listens_on).answers_for(host) is answered


def test_every_answer_has_the_security_headers(http: TestClient, app: FastAPI, library: Any) -> None:
    asked = [*every_address(app, library), ("GET", "/api/v1/search?since=x"), ("GET", "/api/v1/assets/zz")]
    statuses = set()
    for method, path in asked:
        for headers in ({}, {"Host": "evil.example"}, {"Range": "bytes=999999999-"}, {"Range": "bytes=0-1"}):
            answer = http.request(method, path, headers=headers)
            statuses.add(answer.status_code)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, (method, path)
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], (method, path)
            assert answer.headers["cache-control"], (method, path)
    assert statuses >= {200, 204, 206, 403, 404, 405, 416, 422}


def test_an_internal_error_has_them_too(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from dampipe.features.tagging.service import TagService

    monkeypatch.setattr(TagService, "all", lambda *_: 1 / 0)
    answer = http.get("/api/v1/tags")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_every_address_that_is_read_answers_head_without_a_body(
    http: TestClient, app: FastAPI, library: Any
) -> None:
    for method, path in every_address(app, library):
        if method != "GET" or path == "/nothing/here":
            continue
        whole, head = http.get(path), http.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        assert head.headers.get("content-type") == whole.headers.get("content-type"), path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", "/api/v1/scans", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/search", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/assets/abcd/tags", "POST"),
        ("PATCH", "/api/v1/assets/abcd/tags/x", "DELETE"),
        ("POST", "/", "GET, HEAD"),
        ("POST", "/page/page.js", "GET, HEAD"),
        ("DELETE", "/docs", "GET, HEAD"),
    ],
)
def test_the_allow_header_names_all_methods_of_a_path(
    http: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path)
    if path.endswith("tags"):  # GET is that of a derivative called so
        allowed = "GET, HEAD, POST"
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_json_is_compressed_for_who_takes_it_and_bytes_are_not(http: TestClient, library: Any) -> None:
    compressed = http.get("/api/v1/assets", headers={"Accept-Encoding": "gzip"})
    plain = http.get("/api/v1/assets", headers={"Accept-Encoding": "identity"})
    refused = http.get("/api/v1/assets", headers={"Accept-Encoding": "gzip;q=0"})
    assert compressed.json() == plain.json() == refused.json()
    assert compressed.headers["content-encoding"] == "gzip"
    assert int(compressed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers and "content-encoding" not in refused.headers
    assert "Accept-Encoding" in compressed.headers["vary"]
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    assert "content-encoding" not in http.get(f"/api/v1/assets/{asset}/proxy").headers


def test_files_of_the_page_are_compressed_and_whole(http: TestClient) -> None:
    for path in ("/", "/page/page.css", "/page/vendor/lit.js"):
        compressed = http.get(path, headers={"Accept-Encoding": "gzip"})
        plain = http.get(path, headers={"Accept-Encoding": "identity"})
        assert compressed.headers["content-encoding"] == "gzip" and compressed.content == plain.content
        assert int(compressed.headers["content-length"]) < len(plain.content) * 0.7
        assert "Accept-Encoding" in compressed.headers["vary"]
    part = http.get("/page/page.css", headers={"Accept-Encoding": "gzip", "Range": "bytes=10-1999"})
    assert (part.status_code, part.content) == (200, http.get("/page/page.css").content)


def test_without_the_page_the_api_is_served_alone(library: Any) -> None:
    alone = TestClient(create_app(library.service(Services), has_page=False), OWN)
    assert alone.get("/api/v1/status").status_code == 200
    assert alone.get("/docs").status_code == 200
    for path in (
        "/",
        "/s",
        "/page/page.js",
        "/page/guest/guest.js",
        "/page/panels/webhooks/panel.js",
        "/api/v1/panels",
    ):
        assert alone.get(path).status_code == 404, path
        assert alone.get(path).json()["detail"]


def test_a_derivative_of_a_named_recipe_is_kept_for_good(http: TestClient, library: Any) -> None:
    video = next(video for video in library.videos() if video.derivatives)
    for made in video.derivatives:
        address = f"/api/v1/assets/{video.sha1}/{made.kind}"
        kept = http.get(address, params={"recipe": made.recipe})
        if "immutable" not in kept.headers["cache-control"]:
            assert (
                kept.headers["cache-control"] == "private, no-store"
            )  # for editing programs, not for browsers
            continue
        assert kept.headers["cache-control"] == "private, max-age=31536000, immutable"
        for other in ("", "another"):
            assert (
                http.get(address, params={"recipe": other}).headers["cache-control"] == "private, max-age=600"
            )
    poster = next(made for made in video.derivatives if made.kind == "poster")
    address = f"/api/v1/assets/{video.sha1}/poster"
    assert "immutable" in http.get(address, params={"recipe": poster.recipe}).headers["cache-control"]


def test_a_derivative_is_kept_for_a_while_and_then_revalidated(http: TestClient, library: Any) -> None:
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    first = http.get(f"/api/v1/assets/{asset}/poster")
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, max-age=600"
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = http.get(f"/api/v1/assets/{asset}/poster", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = http.get(f"/api/v1/assets/{asset}/poster", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    for version, status in ((etag, 206), ('"other"', 200)):
        part = http.get(f"/api/v1/assets/{asset}/poster", headers={"Range": "bytes=0-9", "If-Range": version})
        assert (part.status_code, part.content) == (status, first.content[: 10 if status == 206 else None])
