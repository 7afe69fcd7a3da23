"""No torn file is ever seen: real ffmpegs and workers are killed while derivatives are being made."""

import hashlib
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dampipe.media.ffmpeg import find_ffmpeg
from tests.e2e.deployment import Deployment

CLIPS = 3
SECONDS = 12


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", model="tiny", max_attempts=20)
    yield made
    made.kill_all()


class Watcher(threading.Thread):
    """Takes down what every derivative holds when it is first seen."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self.seen: dict[Path, str] = {}
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            for path in self._folder.rglob("*.*"):
                if ".tmp" not in path.parts and path.is_file() and path not in self.seen:
                    self.seen[path] = digest(path)


def digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


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
    deployment.up()
    watcher = Watcher(deployment.home / "derivatives")
    watcher.start()
    deployment.run("enqueue", footage)
    rng = random.Random(4)
    killed = 0
    for _ in range(300):
        ffmpegs = deployment.processes("-progress")
        if ffmpegs and rng.random() < 0.5:
            workers = deployment.processes("dampipe worker", "--name proxy")
            with suppress(ProcessLookupError):
                os.kill(rng.choice(ffmpegs if killed % 2 else workers[1:] or ffmpegs), signal.SIGKILL)
                killed += 1
        if killed == 4:
            break
        watcher.over.wait(0.3)
    assert killed == 4
    deployment.run("retry", code=None)  # an ffmpeg that was killed from outside parks its file
    deployment.wait_for(lambda: deployment.finished("proxy", CLIPS), 120)
    watcher.over.set()
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
