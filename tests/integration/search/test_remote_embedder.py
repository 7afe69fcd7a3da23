"""Words become vectors on the page's server where one runs, and here where none does."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
import uvicorn
from fastapi.testclient import TestClient

from dampipe.kernel.settings.settings import Settings
from dampipe.vision.base import Vectors
from dampipe.vision.fake import FakeEmbedder
from dampipe.vision.remote_embedder import RemoteEmbedder
from tests.ports import free_port
from tests.support.searching import Searching


class Counting(FakeEmbedder):
    """Counts the texts that it is asked for."""

    asked = 0

    def words(self, texts: list[str]) -> Vectors:
        self.asked += len(texts)
        return super().words(texts)


@contextmanager
def serving(http: TestClient) -> Iterator[str]:
    """The URL of the endpoint for texts of the page's server, on a port of its own."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(http.app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/api/v1/vectors"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that has this to say, whatever it is asked."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/vectors"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_server_with_the_same_model_spares_ours(http: TestClient, here: Searching) -> None:
    own = Counting()
    with serving(http) as url:
        rows = RemoteEmbedder(own, url).words(["a red circle", "night", "Straße"])
    assert own.asked == 0
    assert (rows == here.embedder.words(["a red circle", "night", "Straße"])).all()
    assert rows.dtype == np.float32


def test_what_was_asked_is_known_afterwards(http: TestClient, here: Searching) -> None:
    http.post("/api/v1/vectors", json={"texts": ["a red circle"]})
    known = here.catalog.asked.vectors(here.embedder.fingerprint, ["a red circle"])
    assert list(known) == ["a red circle"]


def test_a_server_with_another_model_is_of_no_use(http: TestClient) -> None:
    own = Counting(dimension=16)
    with serving(http) as url:
        assert RemoteEmbedder(own, url).words(["red"]).shape == (1, 16)
    assert own.asked == 1


def test_without_a_server_our_own_model_answers() -> None:
    own = Counting()
    assert RemoteEmbedder(own, f"http://127.0.0.1:{free_port()}").words(["red"]).shape == (1, 8)
    assert own.asked == 1


_ROW = [1.0] + [0.0] * 7


@pytest.mark.parametrize(
    "said",
    [
        "this is another program",
        {"detail": "no such thing"},
        [1, 2],
        {"model": FakeEmbedder().fingerprint, "vectors": []},
        {"model": FakeEmbedder().fingerprint, "vectors": [_ROW, _ROW]},
        {"model": FakeEmbedder().fingerprint, "vectors": [["a"]]},
        {"model": FakeEmbedder().fingerprint, "vectors": [[float("nan")] * 8]},
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(said: object) -> None:
    own = Counting()
    with answering(json.dumps(said).encode()) as url:
        assert np.isfinite(RemoteEmbedder(own, url).words(["red"])).all()
    assert own.asked == 1


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:8700"),
        ("0.0.0.0", "http://127.0.0.1:8700"),
        ("::", "http://[::1]:8700"),
        ("nas.local", "http://nas.local:8700"),
    ],
)
def test_the_page_is_found_where_it_listens(host: str, page: str) -> None:
    assert Settings(host=host).page == page


def test_texts_that_are_none_are_refused(http: TestClient) -> None:
    for texts in ([], [""], ["x" * 1001], ["x"] * 101):
        assert http.post("/api/v1/vectors", json={"texts": texts}).status_code == 422
