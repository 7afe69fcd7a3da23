"""Weights from a hub: downloaded once, used without a network from then on, and missed quickly.

The hub is a small server on this machine that answers as the real one does. The hub's client reads its
address when it is imported, so each case is a process of its own.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import dampipe
from dampipe.vision import tiny

MODEL = "hf-hub:somebody/small"


class Hub(ThreadingHTTPServer):
    """Serves the tiny model as "somebody/small" and counts what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        file = tiny.FOLDER / self.path.rsplit("/", 1)[-1]
        there = self.path.startswith("/somebody/small/resolve/") and file.is_file()
        content = file.read_bytes() if there else b""
        self.send_response(200 if there else 404)
        if there:
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def python(code: str, home: Path, endpoint: str) -> dict[str, Any]:
    """Run it beside that hub and that cache; what it puts in `said` comes back."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json\nsaid = {{}}\n{code}\nprint(json.dumps(said))"],
        env={**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"},
        cwd=Path(dampipe.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_a_model_is_downloaded_once_and_then_needs_no_hub(hub: Hub, tmp_path: Path) -> None:
    code = (
        "from dampipe.vision.clip import ClipEmbedder\n"
        f"embedder = ClipEmbedder({MODEL!r}, device='cpu')\n"
        "embedder.check()\n"
        "said['fingerprint'] = embedder.fingerprint\n"
        "said['shape'] = embedder.words(['a red circle']).shape\n"
    )
    first = python(code, tmp_path, hub.address)
    assert first["shape"] == [1, 64]
    assert first["fingerprint"].startswith(f"{MODEL}@")
    assert any(line.startswith("GET") and line.endswith(".safetensors") for line in hub.asked)
    hub.asked.clear()
    assert python(code, tmp_path, hub.address) == first
    assert hub.asked == []


MISSED = """
import socket
from time import monotonic
from dampipe.kernel.errors import Unavailable
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.models import DEFAULT_MODEL
from dampipe.vision.torchvision_compat import import_open_clip
import_open_clip()  # takes long, and is not what is measured
asked = []
class Counted(socket.socket):
    def connect(self, address):
        asked.append(address)
        super().connect(address)
socket.socket = Counted
embedder = ClipEmbedder(DEFAULT_MODEL)
said['seconds'], said['asked'] = [], []
for attempt in (embedder.check, embedder.check, lambda: embedder.words(['red'])):
    started = monotonic()
    try:
        attempt()
    except Unavailable as error:
        said['message'], said['hint'] = str(error), error.hint
        said['seconds'].append(monotonic() - started)
        said['asked'].append(len(asked))
"""


def test_without_a_network_it_says_so_quickly_and_remembers(tmp_path: Path) -> None:
    said = python(MISSED, tmp_path, "http://127.0.0.1:1")
    assert len(said["seconds"]) == 3
    assert said["seconds"][0] < 15
    first, *later = said["asked"]
    assert first > 0 and later == [first, first], "the network is not asked again"
    assert "are not here and cannot be downloaded: " in said["message"]
    assert "local-dir:" in said["hint"]


def test_a_hub_without_the_model_is_asked_once(hub: Hub, tmp_path: Path) -> None:
    said = python(MISSED, tmp_path, hub.address)
    assert "404" in said["message"]
    assert "\n" not in said["message"]
    assert len(hub.asked) == 1
