"""No partial derivative is ever visible, even if ffmpegs and workers are killed while they write."""

import hashlib
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.support.deployment import PLAIN, Deployment

CLIPS = 3
SECONDS = 12


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", model="tiny", max_attempts=20)
    yield made
    made.kill_all()


class Watcher(threading.Thread):
    """Records the checksum of every derivative when it first appears."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self.seen: dict[Path, str] = {}
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            for folder, folders, names in os.walk(self._folder):
                folders[:] = [name for name in folders if name != ".tmp"]
                for path in (Path(folder, name) for name in names):
                    if path not in self.seen:
                        self.seen[path] = digest(path)


def digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


def kill(deployment: Deployment, times: int) -> None:
    """Kill busy workers and ffmpegs, in turn and at random moments; their runs start again."""
    rng = random.Random(4)
    killed = 0
    while killed < times:
        deployment.wait_for(lambda: retried(deployment) or deployment.processes("-progress"))
        time.sleep(rng.random())
        ffmpegs = deployment.processes("-progress")
        workers = deployment.processes("dampipe worker", "--name proxy")[1:] if ffmpegs else []
        with suppress(ProcessLookupError):
            for victim in rng.sample(ffmpegs if killed % 2 else workers or ffmpegs, min(1, len(ffmpegs))):
                os.kill(victim, signal.SIGKILL)
                killed += 1


def retried(deployment: Deployment) -> int:
    """Retry parked files, since a file is parked when its ffmpeg is killed from outside; returns how many."""
    return int(
        httpx.post(deployment.api("/retry"), json={"what": []}, timeout=60, verify=PLAIN)
        .raise_for_status()
        .json()["retried"]
    )


def test_killed_in_the_middle_of_it(deployment: Deployment, tmp_path: Path) -> None:
    ffmpeg = find_ffmpeg().path
    footage = tmp_path / "footage"
    footage.mkdir()
    for number in range(CLIPS):
        source = f"testsrc2=s=1280x720:r=25:d={SECONDS},hue=h={number * 60},noise=alls=10:allf=t"
        clip = footage / f"clip{number}.mp4"
        subprocess.run(
            [ffmpeg, "-v", "error", "-f", "lavfi", "-i", source, "-preset", "ultrafast", "-g", "25", clip],
            check=True,
        )
    deployment.combine_workers("proxy")
    deployment.up()
    watcher = Watcher(deployment.home / "derivatives")
    watcher.start()
    try:
        deployment.run("enqueue", footage)
        kill(deployment, 4)
        deployment.wait_for(lambda: retried(deployment) == 0 and deployment.finished("proxy", CLIPS))
    finally:
        watcher.stopped.set()
        watcher.join()
    proxies = [path for path in watcher.seen if path.name == "proxy.mp4"]
    assert len(proxies) == CLIPS
    for path, first_seen in watcher.seen.items():
        assert digest(path) == first_seen, f"{path.name} was seen before it was whole"
    for proxy in proxies:
        done = subprocess.run(
            [ffmpeg, "-v", "error", "-xerror", "-i", proxy, "-f", "null", "-"],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert set(deployment.done_events().values()) == {1}
    deployment.down()
    assert deployment.processes("") == []
