"""ffmpeg under limits: every outcome, and no process left behind."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dampipe.kernel.errors import BadMedia, Permanent, Transient
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-f", "null", "-"]
SHORT = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=2"]


def children() -> set[int]:
    """Living processes whose parent is this one."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and fields[0] != "Z":
                found.add(int(entry.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_output_and_progress_arrive(ffmpeg: Ffmpeg) -> None:
    pieces: list[bytes] = []
    seen: list[Progress] = []
    ended = run_ffmpeg(
        ffmpeg,
        [*SHORT, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
        Limits(),
        on_output=pieces.append,
        on_progress=seen.append,
    )
    assert ended.ok
    assert sum(map(len, pieces)) == 50 * 64 * 64 * 3
    assert seen[-1].frames == 50
    assert ended.progress.seconds == pytest.approx(2.0, abs=0.05)


def test_the_time_limit_ends_it(ffmpeg: Ffmpeg) -> None:
    before = children()
    ended = run_ffmpeg(ffmpeg, ENDLESS, Limits(seconds=1.0))
    assert (ended.outcome, ended.ok) == ("timeout", False)
    assert isinstance(ended.error, BadMedia)
    assert "longer than 1 s" in str(ended.error)
    assert children() == before


def test_a_source_without_data_stalls(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    pipe = tmp_path / "silent.mp4"
    os.mkfifo(pipe)
    ended = run_ffmpeg(ffmpeg, ["-i", f"file:{pipe}", "-f", "null", "-"], Limits(seconds=30, stall=1.5))
    assert ended.outcome == "stall"
    assert isinstance(ended.error, Transient)


def test_slow_progress_is_not_a_stall(ffmpeg: Ffmpeg) -> None:
    source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=5"]
    ended = run_ffmpeg(ffmpeg, [*source, "-f", "null", "-"], Limits(seconds=60, stall=4))
    assert ended.ok and ended.wall > 4


def test_the_file_size_limit(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    arguments = [*SHORT, "-f", "rawvideo", "-pix_fmt", "rgb24", "big.raw"]
    ended = run_ffmpeg(ffmpeg, arguments, Limits(file_size=100_000), folder=tmp_path)
    assert not ended.ok
    assert isinstance(ended.error, BadMedia)
    assert "larger than allowed" in str(ended.error)
    assert (tmp_path / "big.raw").stat().st_size <= 100_000


def test_the_memory_limit(ffmpeg: Ffmpeg) -> None:
    huge = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=4000x4000:rate=25:duration=2",
        "-vf",
        "reverse",
        "-f",
        "null",
        "-",
    ]
    ended = run_ffmpeg(ffmpeg, huge, Limits(memory=600 << 20, seconds=60))
    assert not ended.ok
    assert isinstance(ended.error, BadMedia | Transient)


def test_a_full_disk_is_tried_again_later(ffmpeg: Ffmpeg) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    ended = run_ffmpeg(ffmpeg, [*SHORT, "-f", "rawvideo", "/dev/full"], Limits())
    assert not ended.ok
    assert isinstance(ended.error, Transient)
    assert ended.error.delay == 300


def test_an_option_of_ours_that_does_not_exist_is_our_fault(ffmpeg: Ffmpeg) -> None:
    ended = run_ffmpeg(ffmpeg, [*SHORT, "-nosuchoption", "1", "-f", "null", "-"], Limits())
    assert isinstance(ended.error, Permanent)
    ended = run_ffmpeg(ffmpeg, [*SHORT, "-c:v", "nosuchencoder", "-f", "null", "-"], Limits())
    assert isinstance(ended.error, Permanent)


def test_an_exception_in_a_callback_leaves_no_child(ffmpeg: Ffmpeg) -> None:
    before = children()

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ffmpeg(ffmpeg, ENDLESS, Limits(), on_progress=interrupt)
    assert children() == before


def test_many_lines_of_errors_are_kept_bounded(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(os.urandom(1 << 20))
    ended = run_ffmpeg(ffmpeg, ["-f", "mp3", "-i", f"file:{noise}", "-f", "null", "-"], Limits())
    assert len(ended.stderr) < 70_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's life")
def test_no_ffmpeg_survives_a_worker_that_is_killed(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    code = f"""
import sys
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
run_ffmpeg(Ffmpeg({ffmpeg.path!r}, "", (), ""), {ENDLESS!r}, Limits(), on_progress=lambda p: print(p, flush=True))
"""
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root) as worker:
        try:
            assert worker.stdout is not None
            worker.stdout.readline()
            tasks = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
            child = int(tasks[0])
            assert alive(child)
        finally:
            worker.kill()
    deadline = time.monotonic() + 60
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)


def test_several_threads_run_ffmpeg_at_once(ffmpeg: Ffmpeg) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(run_ffmpeg(ffmpeg, [*SHORT, "-f", "null", "-"], Limits()).ok)
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 3
