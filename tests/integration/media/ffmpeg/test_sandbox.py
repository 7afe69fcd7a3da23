"""The sandbox, where this system allows one: nothing else is read, written or connected to; otherwise a reason."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.kernel.errors import BadMedia, CannotStart, Transient
from dampipe.media.ffmpeg import sandbox
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.ffmpeg.sandbox import Sandbox, exit_status, find_sandbox
from dampipe.media.probe.prober import Prober
from tests.hostile.judging import Judge
from tests.hostile.watch import children

NULL = ["-f", "null", "-"]
LIMITS = Limits(seconds=60)


@pytest.fixture(scope="module")
def found(ffmpeg: Ffmpeg) -> Sandbox:
    return find_sandbox("auto", ffmpeg.path)


@pytest.fixture
def sandboxed(ffmpeg: Ffmpeg, found: Sandbox) -> Ffmpeg:
    return replace(ffmpeg, sandbox=found)


def test_the_reason_is_given(found: Sandbox) -> None:
    assert found.active == ("works: no network" in found.reason)
    assert found.reason


def test_off_is_off_and_on_is_on_or_nothing(
    ffmpeg: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not find_sandbox("off", ffmpeg.path).active
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho no namespaces for you >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if sys.platform.startswith("linux"):
        assert "no namespaces for you" in find_sandbox("auto", ffmpeg.path).reason
    with pytest.raises(CannotStart, match="setting sandbox is on, but"):
        find_sandbox("on", ffmpeg.path)
    broken.unlink()
    assert not find_sandbox("auto", ffmpeg.path).active


def test_every_kind_of_footage_works_in_the_sandbox(
    sandboxed: Ffmpeg, found: Sandbox, matrix: dict[str, Path], tmp_path: Path
) -> None:
    prober = Prober(sandbox=found)
    odd = tmp_path / os.fsdecode(b"-i caf\xe9 %03d.mp4")
    odd.write_bytes(matrix["h264.mp4"].read_bytes())
    link = tmp_path / "link.mov"
    link.symlink_to(matrix["prores.mov"])
    folder = tmp_path / "work"
    folder.mkdir()
    try:
        judge = Judge(sandboxed, prober, 60)
        for path in (odd, link, matrix["still.jpg"], matrix["audio-only.m4a"]):
            assert judge.judge(path, folder).state == "done"
    finally:
        prober.close()


def test_other_files_cannot_be_read(
    sandboxed: Ffmpeg, found: Sandbox, matrix: dict[str, Path], tmp_path: Path
) -> None:
    """The graph itself opens another file, which no allow-list would detect."""
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(matrix["h264.mp4"].read_bytes())
    folder = tmp_path / "work"
    folder.mkdir()
    ended = run_ffmpeg(sandboxed, ["-f", "lavfi", "-i", f"movie={secret}", *NULL], LIMITS, folder=folder)
    assert ended.ok != found.active
    ended = run_ffmpeg(sandboxed, ["-i", f"file:{secret}", *NULL], LIMITS, folder=folder)
    assert ended.ok
    ended = run_ffmpeg(
        sandboxed, ["-i", f"file:{secret}", "-c", "copy", f"file:{tmp_path}/o.mp4"], LIMITS, folder=folder
    )
    assert (tmp_path / "o.mp4").exists() != found.active
    gone = run_ffmpeg(sandboxed, ["-i", f"file:{tmp_path}/gone.mp4", *NULL], LIMITS, folder=folder)
    assert isinstance(gone.error, Transient)


def test_no_connection_is_made(sandboxed: Ffmpeg, found: Sandbox, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}?timeout=1000000"
        assert not run_ffmpeg(sandboxed, ["-i", address, *NULL], Limits(seconds=20), folder=tmp_path).ok
        if found.active:
            with pytest.raises(BlockingIOError):
                listener.accept()
        else:
            listener.accept()[0].close()


def test_a_program_has_its_socket_and_nothing_else(found: Sandbox, tmp_path: Path) -> None:
    """What reads the index of a remote file: neither files, nor the network, nor other sockets of this machine."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        listener.setblocking(False)
        unix.bind(str(tmp_path / "unix"))
        unix.listen()
        program = f"""
import os, socket
def works(use):
    try:
        use()
    except OSError:
        return 0
    return 1
def connect(family, address):
    with socket.socket(family) as one:
        one.settimeout(5)
        one.connect(address)
answer = [
    works(lambda: open({str(secret)!r}).read()),
    works(lambda: open({str(tmp_path / "written")!r}, "w")),
    works(lambda: open("/etc/passwd").read()),
    works(lambda: os.listdir({str(Path(__file__).parent)!r})),
    works(lambda: connect(socket.AF_INET, ("127.0.0.1", {listener.getsockname()[1]}))),
    works(lambda: connect(socket.AF_UNIX, {str(tmp_path / "unix")!r})),
]
socket.socket(fileno={theirs.fileno()}).sendall(bytes(answer))
"""
        python = os.path.realpath(sys.executable)
        command = found.wrap_program([python, "-I", "-S", "-c", program], [sys.base_prefix])
        ended = subprocess.run(command, pass_fds=(theirs.fileno(),), timeout=60)
        assert ended.returncode == 0
        ours.settimeout(45)
        assert ours.recv(10) == (bytes(6) if found.active else b"\1\1\1\1\1\1")
    assert (tmp_path / "written").exists() != found.active


def test_limits_hold_inside_and_nothing_is_left(sandboxed: Ffmpeg, tmp_path: Path) -> None:
    before = children(os.getpid())
    endless = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25"]
    ended = run_ffmpeg(sandboxed, [*endless, *NULL], Limits(seconds=1.0), folder=tmp_path)
    assert ended.outcome == "timeout"
    assert children(os.getpid(), apart_from=before) == set()
    large = run_ffmpeg(
        sandboxed, [*endless[1:], "-f", "rawvideo", "o.raw"], Limits(file_size=100_000), folder=tmp_path
    )
    assert isinstance(large.error, BadMedia)
    assert "larger than allowed" in str(large.error)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's life")
def test_nothing_survives_a_worker_that_is_killed(sandboxed: Ffmpeg, tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.sandbox import Sandbox
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
ffmpeg = Ffmpeg({sandboxed.path!r}, "", (), "", {sandboxed.sandbox!r})
run_ffmpeg(ffmpeg, ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-f", "null", "-"], Limits(),
    folder=Path({str(tmp_path)!r}), on_progress=lambda p: print(p, flush=True))
"""
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        started = children(worker.pid)
        worker.kill()
    assert started
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/exe").exists() for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in started if Path(f"/proc/{pid}/exe").exists()] == []


def test_signals_are_recognised() -> None:
    assert [exit_status(code) for code in (0, 1, 139, 183, -9)] == [0, 1, -11, 183, -9]


def test_system_paths_are_unique() -> None:
    assert len(set(sandbox._SYSTEM_PATHS)) == len(sandbox._SYSTEM_PATHS)
