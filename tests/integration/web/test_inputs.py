"""Whatever is sent is bounded, and refused with a status that the document lists."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dampipe.features.scanning.http import MAX_PATHS
from dampipe.features.scanning.model import Enqueued, EnqueueRequest
from dampipe.features.scanning.queries import PATHS_LISTED
from dampipe.features.scanning.service import ScanService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.faces.http import MAX_PICTURE
from dampipe.web.app import create_app
from dampipe.web.body_limit import MAX_BODY, BodyLimit
from dampipe.web.guard import HEADERS
from dampipe.web.server import MAX_HEADERS, TimedProtocol
from tests.support.serving import serving

BAD_TEXTS = ("\0", "a\0b", "\ud800", "a\udfff", "\udce9")


def texts_in(schema: dict[str, Any], components: dict[str, Any]) -> Iterator[Any]:
    """Values of a JSON schema with one bad text each, at every place where it has a text."""
    if "$ref" in schema:
        yield from texts_in(components[schema["$ref"].rpartition("/")[2]], components)
    for one in schema.get("anyOf", ()):
        yield from texts_in(one, components)
    kind = schema.get("type")
    if kind == "string" and "enum" not in schema:
        yield from BAD_TEXTS
    elif kind == "array":
        for value in texts_in(schema["items"], components):
            yield [value]
    elif kind == "object":
        if schema.get("additionalProperties"):
            keys = schema.get("propertyNames", {"type": "string"})
            for text in BAD_TEXTS if "enum" not in keys else ():
                yield {text: "a"}
            part = schema["additionalProperties"]
            for value in BAD_TEXTS if part is True else texts_in(part, components):
                yield {"a": value}
        required = {
            name: "a" if part.get("type") == "string" else ["/a"]
            for name, part in schema.get("properties", {}).items()
            if name in schema.get("required", ())
        }
        for name, part in schema.get("properties", {}).items():
            for value in texts_in(part, components):
                yield {**required, name: value}


def test_no_text_of_a_body_may_hold_what_no_database_stores(http: TestClient, app: FastAPI) -> None:
    document, tried = app.openapi(), 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for value in texts_in(body["schema"], document["components"]["schemas"]) if body else ():
                answer = http.request(
                    method,
                    path.replace("{sha1}", "abcd").replace("{number}", "1"),
                    content=json.dumps(value),
                    headers={"Content-Type": "application/json"},
                )
                assert answer.status_code == 422, (path, value, answer.text)
                assert answer.json()["code"] == "request.text_invalid", (path, value, answer.text)
                tried += 1
    assert tried >= 5 * len(BAD_TEXTS), "scans, retry (three), vectors, tags"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["a\0", "a\ud800", "\udfffa"])
def test_nor_in_another_encoding_or_as_a_key_at_any_depth(http: TestClient, encoding: str, text: str) -> None:
    for ascii_only in (True, False):
        for value in ({"name": text}, {"name": "a", "x": [[{"y": {text: 1}}]]}):
            body = json.dumps(value, ensure_ascii=ascii_only).encode(encoding, "surrogatepass")
            answer = http.post(
                "/api/v1/assets/abcd/tags", content=body, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "request.text_invalid")


def test_whole_pairs_and_escaped_backslashes_are_stored(http: TestClient, library: Any) -> None:
    asset = next(iter(library.videos())).sha1
    for body in (b'{"name": "\\ud83c\\udfac"}', b'{"name": "a\\\\u0000"}'):
        headers = {"Content-Type": "application/json"}
        answer = http.post(f"/api/v1/assets/{asset}/tags", content=body, headers=headers)
        assert answer.status_code in (200, 201, 204), answer.text
        name = json.loads(body)["name"]
        assert name in [one["name"] for one in http.get("/api/v1/tags").json()]
        http.request("DELETE", f"/api/v1/assets/{asset}/tags/{quote(name)}")


def test_no_parameter_may_hold_nul(http: TestClient, app: FastAPI) -> None:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    answer = http.request(method, f"{path}?{parameter['name']}=a%00b")
                    assert answer.status_code == 422, (method, path, parameter["name"])
                elif parameter["in"] == "path":
                    place = "{" + parameter["name"] + "}"
                    answer = http.request(method, path.replace(place, "a%00b"))
                    assert answer.status_code == 422, (method, path)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"paths": ["/a"]',
        b"\xff\xfe",
        b'"\xff"',
        b"nul",
        b'{"paths": ' + b"1" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_no_json_is_refused(http: TestClient, body: bytes) -> None:
    for path in ("/scans", "/retry", "/vectors", "/assets/abcd/tags"):
        answer = http.post(f"/api/v1{path}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422) and answer.json()["detail"], (path, answer.text)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"]
)
def test_a_body_has_a_largest_size_announced_or_not(http: TestClient, content_type: str) -> None:
    sent = 0

    def without_end() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100_000
            yield b"[" + b" " * 99_999

    headers = {"Content-Type": content_type}
    for path in ("/scans", "/retry", "/vectors", "/assets/abcd/tags"):
        announced = http.post(f"/api/v1{path}", content=b" " * (MAX_BODY + 1), headers=headers)
        sent = 0
        streamed = http.post(f"/api/v1{path}", content=without_end(), headers=headers)
        for answer in (announced, streamed):
            assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
            assert answer.headers["connection"] == "close"
    largest = http.post(
        "/api/v1/retry", content=b"{}".ljust(MAX_BODY), headers={"Content-Type": "application/json"}
    )
    assert largest.status_code == 200


def test_a_picture_has_a_larger_one(http: TestClient) -> None:
    answer = http.post("/api/v1/search", content=b"x" * (MAX_PICTURE + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "picture.too_large")
    answer = http.post("/api/v1/search", content=b"x" * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "picture.unreadable")
    assert http.get("/api/v1/tags").status_code == 200, "the place of the picture is free again"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/scans", {"paths": ["/a"] * (MAX_PATHS + 1)}),
        ("/scans", {"paths": ["/" + "a" * 5000]}),
        ("/scans", {"paths": []}),
        ("/scans", {"paths": ["/a"], "priority": 10**30}),
        ("/retry", {"what": ["abcd"] * 1001}),
        ("/retry", {"kinds": ["a"] * 101}),
        ("/retry", {"stage": "a" * 5000}),
        ("/vectors", {"texts": ["a"] * 101}),
        ("/vectors", {"texts": ["a" * 1001]}),
        ("/assets/abcd/tags", {"name": "a" * 101}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_lists_texts_and_numbers_have_bounds(http: TestClient, path: str, body: Any) -> None:
    assert http.post(f"/api/v1{path}", json=body).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "/search?limit=1001", "/search?limit=0", "/search?offset=100001", "/search?moments=101",
        "/search?q=" + "a" * 1001, "/search?" + "&".join(["tag=a"] * 101), "/search?" + "&".join(["like=abcd"] * 101),
        "/search?without=" + "a" * 4097, "/search?limit=" + "9" * 5000, "/search?since=0001", "/search?until=9999-12-31",
        "/search/export?format=csv&limit=1001", "/assets?limit=1001", "/assets?after=" + "a" * 41, "/assets?after=x",
        "/failures?limit=10001", "/scans?limit=1001", "/scans/" + "9" * 5000, "/assets/" + "a" * 41,
        "/duplicates?similarity=2",
    ],
    ids=lambda query: query[:30],
)  # fmt: skip
def test_parameters_have_bounds(http: TestClient, query: str) -> None:
    answer = http.get(f"/api/v1{query}")
    assert answer.status_code == 422, answer.text
    assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("bytes=0-" + "9" * 5000, 206),
        ("bytes=" + "9" * 5000 + "-", 416),
        ("bytes=-" + "9" * 5000, 206),
        ("bytes=" + "0" * 5000 + "-9", 206),
        ("bytes=" + "9" * 5000 + "-" + "9" * 5001, 416),
        ("bytes=" + "1-2," * 2000, 200),
        ("bytes=²-", 200),
        ("x" * 10_000, 200),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_range_of_any_length_is_answered(http: TestClient, library: Any, value: str, status: int) -> None:
    asset = next(video.sha1 for video in library.videos() if video.derivatives)
    headers = {"Range": value.encode("latin-1")}
    answer = http.get(f"/api/v1/assets/{asset}/poster", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == status


def test_many_paths_take_no_longer_than_each_and_fill_no_status(
    http: TestClient, footage: Path, tmp_path: Path
) -> None:
    clip = next(path for path in footage.iterdir() if path.is_file())
    paths = [str(clip)] + [f"{footage}/absent{number}" for number in range(MAX_PATHS - 1)]
    before = time.process_time()
    answer = http.post("/api/v1/scans", json={"paths": paths})
    assert time.process_time() - before < 2.0
    assert (answer.status_code, len(answer.json()["absent"])) == (202, MAX_PATHS - 1)


def test_a_scan_of_thousands_of_files_takes_linear_time_and_is_listed_by_its_first(
    library: Any, http: TestClient, tmp_path: Path
) -> None:
    """By the command line, which takes any number of paths."""
    scans: ScanService = library.service(ScanService)

    def submit(count: int) -> tuple[Enqueued, float]:
        existing = [tmp_path / f"{number}.mp4" for number in range(count)]
        for path in existing:
            path.touch()
        paths = [str(path) for path in existing] + [f"{path}.absent" for path in existing]
        before = time.process_time()
        submitted = scans.enqueue(LOCAL, EnqueueRequest(paths=tuple(paths), process=False))
        return submitted, time.process_time() - before

    _, quick = submit(500)
    submitted, seconds = submit(4000)
    assert seconds < 25 * quick, (
        "8 times as many take 8 times as long; 64 times when each is compared with each"
    )
    assert len(submitted.absent) == 4000
    for shown in (http.get("/api/v1/scans").json(), http.get("/api/v1/status").json()["scans"]):
        [scan] = [one for one in shown if one["scan"] == submitted.scan]
        assert (len(scan["paths"]), scan["path_count"]) == (PATHS_LISTED, 4000)
    assert len(http.get("/api/v1/status").content) < 20_000
    whole = http.get(f"/api/v1/scans/{submitted.scan}").json()
    assert (len(whole["paths"]), whole["path_count"]) == (4000, 4000)


# On the wire


def send(url: str, data: bytes, seconds: float = 100.0) -> tuple[bytes, float]:
    """What a server answers to these bytes, and when it closes the connection. Fails after `seconds`."""
    host, _, port = url.removeprefix("http://").partition(":")
    started = time.monotonic()
    received = b""
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data)
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
    return received, time.monotonic() - started


def test_headers_have_a_largest_size(app: FastAPI) -> None:
    with serving(app) as url:
        for sent in (
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * (2 * MAX_HEADERS),
            b"GET /?" + b"a" * (2 * MAX_HEADERS),
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * MAX_HEADERS,
        ):
            answer, _ = send(url, sent)
            assert answer.startswith(b"HTTP/1.1 400 ") or answer == b""  # reset before it was read
        answer, _ = send(url, b"nonsense\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert json.loads(body)["code"] == "request.malformed"
    assert all(f"{name}: {value}".encode() in head for name, value in HEADERS.items())


def test_a_request_that_does_not_arrive_is_not_waited_for(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimedProtocol, "headers_within", 0.5)
    app = create_app(library.service(Services))
    for middleware in app.user_middleware:
        if middleware.cls is BodyLimit:
            middleware.kwargs["patience"] = 0.5
    head = b"POST /api/v1/retry HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with serving(app) as url:
        for sent, expected in (
            (b"", b""),
            (b"GET / HT", b""),
            (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b""),
            (head + b"Content-Length: 100\r\n\r\n{", b"HTTP/1.1 408 "),
            (head + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"HTTP/1.1 408 "),
            (
                b"POST /api/v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx",
                b"HTTP/1.1 408 ",
            ),
        ):
            answer, seconds = send(url, sent)
            assert answer.startswith(expected) and (expected or not answer), sent
            assert seconds < 14.0
        answer, _ = send(url, b"GET /api/v1/tags HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_half_a_request_after_a_whole_one_is_not_waited_for_either(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimedProtocol, "headers_within", 0.5)
    whole = b"GET /api/v1/tags HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with serving(app) as url:
        answer, seconds = send(url, whole + whole + b"GET / HT")
    assert answer.count(b"HTTP/1.1 200 ") == 2 and seconds < 14.0


def test_a_request_with_two_lengths_is_refused_and_what_follows_is_not_read(app: FastAPI) -> None:
    """A reverse proxy that goes by the other length would take what follows for another client's request."""
    head = b"POST /api/v1/retry HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    hidden = b"GET /api/v1/tags HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with serving(app) as url:
        for lengths in (
            b"Content-Length: 61\r\nTransfer-Encoding: chunked",
            b"Transfer-Encoding: chunked\r\nContent-Length: 2",
            b"Content-Length: 2\r\nContent-Length: 61",
            b"Content-Length: 2\r\nTransfer-Encoding: identity",
        ):
            answer, seconds = send(url, head + lengths + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + hidden)
            assert answer.startswith(b"HTTP/1.1 400 "), lengths
            assert answer.count(b"HTTP/1.1 ") == 1 and seconds < 14.0, lengths
