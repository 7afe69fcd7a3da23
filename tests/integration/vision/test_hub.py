"""Weights from a hub: downloaded once, used without a network from then on, and missed quickly.

The hub is a small server on this machine that answers as the real one does. The hub's client reads its
address when it is imported, so each case is a process of its own.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import onnx
import pytest

from dampipe.kernel.settings.default_model import ONNX_MODEL
from dampipe.vision import tiny
from dampipe.vision.model_catalog import ONNX_EXPORTS
from dampipe.vision.onnx.layout import LAYOUTS, OPEN_CLIP, Layout
from tests.support.commands import run_program
from tests.support.onnx_models import Weights, visual, write_model

MODEL = "hf-hub:owner/small"
COMMIT = "0" * 40


class Hub(ThreadingHTTPServer):
    """Serves folders as repositories, the tiny model as "owner/small", and counts what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.repositories = {"owner/small": tiny.FOLDER}
        self.commit = COMMIT
        """What `main` is now."""
        self.earlier: dict[str, dict[str, Path]] = {}
        """By other commits: the repositories as they were then."""
        self.corrupt = ""
        """End of the name of a file that is sent with a wrong byte."""

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
        found = self._content()
        content = found or b""
        self.send_response(404 if found is None else 200)
        if found is None and any(f"/{name}/" in self.path for name in self.server.repositories):
            self.send_header("X-Error-Code", "EntryNotFound")
        if found is not None:
            self.send_header("X-Repo-Commit", self._commit())
            large = len(content) > 10_000  # as with Git LFS
            digest = hashlib.sha256(content) if large else hashlib.sha1(b"blob %d\0" % len(content) + content)
            self.send_header("ETag", f'"{digest.hexdigest()}"')
            if self.server.corrupt and self.path.endswith(self.server.corrupt):
                content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _commit(self) -> str:
        """What the revision of the request stands for."""
        marks = ("/resolve/", "/revision/", "/tree/")
        mark = next((mark for mark in marks if mark in self.path), "")
        revision = self.path.partition(mark)[2].split("/")[0].partition("?")[0] if mark else "main"
        return {"main": self.server.commit, "v1": "1" * 40}.get(revision, revision)

    def _content(self) -> bytes | None:
        repositories = self.server.repositories
        if self._commit() != self.server.commit:
            repositories = self.server.earlier.get(self._commit(), {})
        for name, folder in repositories.items():
            files = [path for path in folder.rglob("*") if path.is_file()]
            names = {path: path.relative_to(folder).as_posix() for path in files}
            if self.path.startswith(f"/api/models/{name}/revision/"):
                siblings = [{"rfilename": names[path]} for path in files]
                return json.dumps({"id": name, "sha": self._commit(), "siblings": siblings}).encode()
            if self.path.startswith(f"/api/models/{name}/tree/"):
                kind = {"type": "file", "oid": COMMIT}
                return json.dumps(
                    [{**kind, "path": names[path], "size": path.stat().st_size} for path in files]
                ).encode()
            if self.path.startswith(f"/{name}/resolve/"):
                file = folder / unquote(self.path.split("/", 5)[5])
                return file.read_bytes() if file.is_file() else None
        return None

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
    done = run_program(
        "import json, sys\nassert 'huggingface_hub' not in sys.modules, 'it has read its address'\n"
        f"said = {{}}\n{code}\nprint(json.dumps(said))",
        environment={
            **{name: value for name, value in os.environ.items() if not name.startswith("DAMPIPE_")},
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "DAMPIPE_HOME": str(home),
        },
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
from dampipe.kernel.settings.default_model import TORCH_MODEL
from dampipe.vision.torchvision_compat import import_open_clip
import_open_clip()  # takes long, and is not what is measured
asked = []
class Counted(socket.socket):
    def connect(self, address):
        asked.append(address)
        super().connect(address)
socket.socket = Counted
embedder = ClipEmbedder(TORCH_MODEL)
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


PUBLISHED = """
import sys
{before}
from dampipe.vision.models import resolve
from dampipe.vision.open_model import open_model
model = {model!r}
embedder = open_model(model, "cpu")
said['kind'] = type(embedder).__name__
said['fingerprint'] = embedder.fingerprint
said['here before'] = resolve(model).weights_available()
embedder.check()
said['vector'] = embedder.words(["red circle"])[0].tolist()
said['here'] = resolve(model).weights_available()
"""
NO_TORCH = "sys.modules.update(dict.fromkeys(('torch', 'torchvision', 'open_clip')))"


@pytest.mark.parametrize("layout", LAYOUTS, ids=["open_clip", "transformers"])
def test_a_published_model_is_downloaded_once_and_then_needs_no_hub(
    hub: Hub, tmp_path: Path, layout: Layout
) -> None:
    weights = Weights.random()
    folder = hub.repositories["owner/published"] = write_model(tmp_path / "repository", layout, weights)
    (folder / "visual").mkdir(exist_ok=True)
    (folder / "visual" / "model.armnn").write_text("of another runtime")
    code = PUBLISHED.format(model="hf-hub:owner/published", before="")
    first = python(code, tmp_path / "cache", hub.address)
    assert first["kind"] == "OnnxEmbedder"
    assert first["fingerprint"].startswith("hf-hub:owner/published@")
    assert (first["here before"], first["here"]) == (False, True)
    assert first["vector"] == pytest.approx(weights.words(["red", "circle"])[0].tolist(), abs=1e-5)
    assert not any("armnn" in line for line in hub.asked)
    hub.asked.clear()
    assert python(code, tmp_path / "cache", hub.address) == first | {"here before": True}
    assert hub.asked == []


def test_without_torch_a_model_of_open_clip_comes_from_where_it_is_published(
    hub: Hub, tmp_path: Path
) -> None:
    """The name, and so the vectors' key, are those of the model by torch."""
    weights = Weights.random()
    folder = write_model(tmp_path / "repository", OPEN_CLIP, weights)
    preprocessing = folder / OPEN_CLIP.preprocessing
    told = json.loads(preprocessing.read_text()) | {"size": 224, "resize_mode": "shortest"}
    preprocessing.write_text(json.dumps(told | {"interpolation": "bicubic"}))
    onnx.save(visual(weights, OPEN_CLIP, size=224), folder / OPEN_CLIP.visual)
    hub.repositories[ONNX_EXPORTS[ONNX_MODEL]] = folder
    code = PUBLISHED.format(model=ONNX_MODEL, before=NO_TORCH)
    said = python(code, tmp_path / "cache", hub.address)
    assert (said["kind"], said["fingerprint"]) == ("OnnxEmbedder", ONNX_MODEL)
    assert said["vector"] == pytest.approx(weights.words(["red", "circle"])[0].tolist(), abs=1e-5)
    repository = f"hf-hub:{ONNX_EXPORTS[ONNX_MODEL]}"
    by_repository = python(PUBLISHED.format(model=repository, before=""), tmp_path / "cache", hub.address)
    assert by_repository["fingerprint"] == ONNX_MODEL


def test_without_torch_graphs_beside_weights_of_open_clip_are_found(hub: Hub, tmp_path: Path) -> None:
    """The fingerprint does not depend on what is installed."""
    by_torch = python(PUBLISHED.format(model=MODEL, before=""), tmp_path / "a", hub.address)
    by_onnx = python(PUBLISHED.format(model=MODEL, before=NO_TORCH), tmp_path / "b", hub.address)
    assert (by_torch["kind"], by_onnx["kind"]) == ("ClipEmbedder", "OnnxEmbedder")
    assert by_torch["fingerprint"] == by_onnx["fingerprint"]
    assert by_torch["vector"] == pytest.approx(by_onnx["vector"], abs=1e-3)


def test_half_a_published_model_is_unavailable(hub: Hub, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "repository", OPEN_CLIP, Weights.random())
    (folder / OPEN_CLIP.textual).unlink()
    hub.repositories["owner/half"] = folder
    code = """
from dampipe.kernel.errors import Unavailable
from dampipe.vision.open_model import open_model
try:
    open_model("hf-hub:owner/half", "cpu").words(["red"])
except Unavailable as error:
    said['message'], said['hint'] = str(error), error.hint
"""
    said = python(code, tmp_path / "cache", hub.address)
    assert "has no textual/model.onnx of owner/half" in said["message"]
    assert said["hint"]


FETCH = """
import logging
from dampipe.kernel.errors import Unavailable
from dampipe.vision import hub
said['warned'] = []
class Kept(logging.Handler):
    def emit(self, record):
        said['warned'].append(record.getMessage())
logging.getLogger('dampipe').addHandler(Kept())
try:
    path = hub.fetch({address!r})
    said['commit'], said['name'] = hub._snapshot(path).name, path.name
except Unavailable as error:
    said['code'], said['message'] = error.code, str(error)
"""


@pytest.fixture
def changed(hub: Hub, tmp_path: Path) -> Path:
    """Other weights, to be published by the same name."""
    folder = tmp_path / "changed"
    shutil.copytree(tiny.FOLDER, folder)
    weights = folder / "open_clip_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.unlink()
    weights.write_bytes(content)
    return folder


def publish(hub: Hub, folder: Path) -> None:
    """Make the folder what `main` is now, as a commit of its own."""
    hub.earlier[COMMIT] = {"owner/small": tiny.FOLDER}
    hub.repositories["owner/small"], hub.commit = folder, "2" * 40


def test_the_commit_of_the_first_use_is_used_from_then_on(hub: Hub, tmp_path: Path, changed: Path) -> None:
    code = FETCH.format(address="owner/small")
    home = tmp_path / "home"
    first = python(code, home, hub.address)
    assert first["commit"] == COMMIT
    assert "from now on" in first["warned"][0] and COMMIT in first["warned"][0]
    record = json.loads((home / "models.json").read_text())["owner/small"]
    weights = (tiny.FOLDER / first["name"]).read_bytes()
    assert record["files"][first["name"]]["sha256"] == hashlib.sha256(weights).hexdigest()
    assert (home / "models.json").stat().st_mode & 0o077 == 0
    publish(hub, changed)
    assert python(code, home, hub.address) == first | {"warned": []}
    shutil.rmtree(home / "hub")
    assert python(code, home, hub.address) == first | {"warned": []}
    assert python(code, tmp_path / "another", hub.address)["commit"] == hub.commit


def test_a_revision_is_the_one_that_is_fetched(hub: Hub, tmp_path: Path, changed: Path) -> None:
    publish(hub, changed)
    hub.earlier["1" * 40] = {"owner/small": tiny.FOLDER}
    for revision, commit in (("v1", "1" * 40), (COMMIT, COMMIT), ("2" * 40, "2" * 40)):
        said = python(FETCH.format(address=f"owner/small@{revision}"), tmp_path / "home", hub.address)
        assert said["commit"] == commit
    code = (
        "from dampipe.vision.clip import ClipEmbedder\n"
        f"embedder = ClipEmbedder({MODEL + '@v1'!r}, device='cpu')\n"
        "said['fingerprint'] = embedder.fingerprint\n"
        "said['shape'] = embedder.words(['a red circle']).shape\n"
    )
    said = python(code, tmp_path / "home", hub.address)
    assert said["shape"] == [1, 64] and said["fingerprint"].startswith(f"{MODEL}@v1@")
    assert "code" in python(FETCH.format(address="owner/small@v9"), tmp_path / "home", hub.address)


def test_a_download_that_is_not_what_was_published_is_refused_and_deleted(hub: Hub, tmp_path: Path) -> None:
    hub.corrupt = ".safetensors"
    code = FETCH.format(address="owner/small")
    said = python(code, tmp_path / "home", hub.address)
    assert said["code"] == "model.weights_not_as_published"
    assert not list((tmp_path / "home" / "hub").rglob("*.safetensors"))
    hub.corrupt = ""
    assert python(code, tmp_path / "home", hub.address)["commit"] == COMMIT


def test_weights_that_change_in_the_cache_are_noticed(hub: Hub, tmp_path: Path) -> None:
    code = FETCH.format(address="owner/small")
    python(code, tmp_path / "home", hub.address)
    (cached,) = (tmp_path / "home" / "hub").rglob("*.safetensors")
    content = bytearray(cached.read_bytes())
    content[-1] ^= 1
    plain = cached.parent / "plain"  # a cache without links, as on some file systems, has no checksums
    plain.write_bytes(content)
    plain.replace(cached)
    assert python(code, tmp_path / "home", hub.address)["code"] == "model.weights_changed"


def test_a_published_model_with_one_changed_file_is_refused(hub: Hub, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "repository", OPEN_CLIP, Weights.random())
    hub.repositories["owner/published"] = folder
    hub.corrupt = "textual/model.onnx"
    code = """
from dampipe.kernel.errors import Unavailable
from dampipe.vision.open_model import open_model
try:
    open_model("hf-hub:owner/published", "cpu").words(["red"])
except Unavailable as error:
    said['code'] = error.code
"""
    assert python(code, tmp_path / "home", hub.address)["code"] == "model.weights_not_as_published"
