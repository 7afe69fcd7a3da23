"""Re-runs on remote footage that is hashed already fetch parts of it, over a real server, whatever the server does."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from dampipe.app import tools
from dampipe.jobs.model import RunState
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.ffmpeg.sandbox import Sandbox, find_sandbox
from dampipe.media.preview import parts as preview_parts
from dampipe.storage.files import parts as storage_parts
from dampipe.storage.files import reading, s3_stream
from tests.support.fault_proxy import FaultProxy
from tests.support.parts import NoWalls
from tests.support.remote_library import NEW_POSTER, RemoteLibrary

NAME = "take.mov"


def a_sandbox(mode: Any, ffmpeg: str) -> Sandbox:
    """The sandbox of this machine, if it allows one."""
    found = find_sandbox(mode, ffmpeg)
    return found if found.active or mode == "off" else NoWalls()


@pytest.fixture(autouse=True)
def small_and_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_sandbox", a_sandbox)
    monkeypatch.setattr(preview_parts, "MIN_SIZE", 1 << 20)
    monkeypatch.setattr(storage_parts, "BLOCK", 16 << 10)
    monkeypatch.setattr(reading, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(s3_stream, "_PAUSE", 0.01)


@pytest.fixture(scope="module")
def moto() -> Iterator[tuple[str, int]]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 s of intra-only footage."""
    made = tmp_path_factory.mktemp("clip") / NAME
    picture = ["-f", "lavfi", "-i", "testsrc2=size=480x272:rate=25:duration=20", "-c:v", "mjpeg", "-q:v", "2"]
    ended = run_ffmpeg(find_ffmpeg(), [*picture, f"file:{made}"], Limits())
    assert ended.ok, ended.stderr
    return made


@pytest.fixture(scope="module")
def first(
    moto: tuple[str, int], clip: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RemoteLibrary, int]:
    """A library that has processed one clip, and how many bytes the server has sent for it."""
    host, port = moto
    with FaultProxy(host, port) as proxy:
        library = RemoteLibrary(host, port, proxy, tmp_path_factory.mktemp("first") / "home")
        library.put(NAME, clip)
        with library.open() as opened:
            opened.add(library.root)
        return library, library.process()


@pytest.fixture
def with_copy(
    first: tuple[RemoteLibrary, int], moto: tuple[str, int], clip: Path, tmp_path: Path
) -> Iterator[RemoteLibrary]:
    """A library like the first one, on the same machine."""
    shutil.copytree(first[0].home, tmp_path / "home")
    with FaultProxy(*moto) as proxy:
        library = RemoteLibrary(*moto, proxy, tmp_path / "home", first[0].bucket)
        library.put(NAME, clip)
        yield library


@pytest.fixture
def remote(with_copy: RemoteLibrary) -> RemoteLibrary:
    """The same on a machine that has no copy of the clip."""
    with_copy.forget_copies()
    return with_copy


def test_what_hash_probe_preview_and_proxy_want_is_fetched_once(
    first: tuple[RemoteLibrary, int], with_copy: RemoteLibrary, clip: Path
) -> None:
    size, sent = clip.stat().st_size, first[1]
    runs = with_copy.runs()
    assert {name: runs[name].state for name in runs} == dict.fromkeys(runs, RunState.DONE)
    fetched = {name: runs[name].fetched for name in ("hash", "probe", "preview", "proxy")}
    assert fetched == {"hash": size, "probe": 0, "preview": 0, "proxy": 0}
    assert size <= sent < 1.01 * size + 20_000


def test_a_new_preview_recipe_fetches_a_part(remote: RemoteLibrary, clip: Path) -> None:
    size = clip.stat().st_size
    proxy = remote.runs()["proxy"]
    sent = remote.process(**NEW_POSTER)
    runs = remote.runs()
    assert runs["preview"].state == RunState.DONE
    assert runs["proxy"] == proxy
    assert runs["preview"].fetched < 0.12 * size
    assert sent < 0.12 * size + 50_000, "no more left the server than is counted"
    assert list((remote.home / "cache" / "footage" / "parts").iterdir()) == []
    assert not (remote.home / "cache" / "footage" / "copies").exists()


def test_the_copy_is_used_where_there_is_one(with_copy: RemoteLibrary) -> None:
    with with_copy.proxy.away():
        with_copy.process(**NEW_POSTER)
    preview = with_copy.runs()["preview"]
    assert (preview.state, preview.fetched) == (RunState.DONE, 0)


@pytest.mark.parametrize("why", ["no sandbox", "one pass", "the proxy is wanted, too"])
def test_it_is_fetched_whole_and_once(why: str, remote: RemoteLibrary, clip: Path) -> None:
    size = clip.stat().st_size
    both: dict[str, Any] = {"base": "review", "poster": {"height": 240}, "proxy": {"height": 240}}
    settings: dict[str, dict[str, Any]] = {
        "no sandbox": {**NEW_POSTER, "sandbox": "off"},
        "one pass": {**NEW_POSTER, "one_pass": True},
        "the proxy is wanted, too": {"recipe": "house", "recipes": {"house": both}},
    }
    sent = remote.process(**settings[why])
    runs = remote.runs()
    assert (runs["preview"].state, runs["proxy"].state) == (RunState.DONE, RunState.DONE)
    assert runs["preview"].fetched == size
    assert size <= sent < 1.01 * size + 50_000


Fault = Callable[[RemoteLibrary], object]
CONTENT = rf"GET /\w+/footage/{NAME}"


def _slow_down(remote: RemoteLibrary) -> None:
    remote.proxy.answer(
        "503 Slow Down", "<Error><Code>SlowDown</Code></Error>", times=3, where=CONTENT, skip=2
    )


def _cut(remote: RemoteLibrary) -> None:
    remote.proxy.cut(after=3000, times=4, where=CONTENT, skip=1)


@pytest.mark.parametrize("fault", [_slow_down, _cut])
def test_passing_faults_of_the_server_are_outlasted(fault: Fault, remote: RemoteLibrary, clip: Path) -> None:
    fault(remote)
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.attempts) == (RunState.DONE, 1)
    assert all(not fault.times for fault in remote.proxy.faults)
    assert preview.fetched < 0.2 * clip.stat().st_size


def test_a_server_that_goes_away_in_mid_file_is_tried_again_later(remote: RemoteLibrary) -> None:
    remote.proxy.answer("503 Slow Down", times=-1, where=CONTENT, skip=3)
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.error_kind) == (RunState.PENDING, "transient")
    assert "source.unreachable" in preview.error
    assert preview.fetched > 0
    remote.proxy.faults.clear()
    remote.end_back_offs()
    remote.process(**NEW_POSTER)
    assert remote.runs()["preview"].state == RunState.DONE


def test_a_file_that_was_replaced_since_it_was_hashed_is_not_read(
    remote: RemoteLibrary, clip: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.mov"
    other.write_bytes(clip.read_bytes()[:-100] + bytes(100))
    remote.put(NAME, other)
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.error_kind) == (RunState.PENDING, "transient")
    assert "file.changed" in preview.error
    assert preview.fetched == 0


def test_a_file_that_is_replaced_while_it_is_read(
    remote: RemoteLibrary, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.mov"
    other.write_bytes(clip.read_bytes()[:-100] + bytes(100))
    fetch = storage_parts.FootageParts.fetch

    def replaced(self: storage_parts.FootageParts, spans: Any) -> None:
        remote.put(NAME, other)
        fetch(self, spans)

    monkeypatch.setattr(storage_parts.FootageParts, "fetch", replaced)
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.error_kind) == (RunState.PENDING, "transient")
    assert "file.changed" in preview.error


def test_expired_credentials_park_the_run(remote: RemoteLibrary) -> None:
    expired = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
    remote.proxy.answer("400 Bad Request", expired, times=-1, where=CONTENT, skip=2)
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.error_kind) == (RunState.FAILED, "permanent")
    assert "source.credentials_expired" in preview.error


def test_a_file_that_has_gone_is_away(remote: RemoteLibrary) -> None:
    remote.direct.delete_object(Bucket=remote.bucket, Key=f"footage/{NAME}")
    remote.process(**NEW_POSTER)
    preview = remote.runs()["preview"]
    assert (preview.state, preview.error_kind) == (RunState.PENDING, "transient")
    assert "stage.file_away" in preview.error
