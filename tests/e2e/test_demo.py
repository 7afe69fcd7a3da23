"""The demo ends by itself when told to, and leaves nothing running however it is ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, free_port


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", model="tiny", flower_port=free_port())
    yield made
    made.kill_all()


def test_it_finds_what_it_says_and_ends_by_itself(deployment: Deployment) -> None:
    printed = deployment.run("demo", "--once")
    assert "5 done, 0 failed" in printed
    for query, clip in (("a red circle", "A001_C001"), ("a yellow star", "A001_C002")):
        answer = printed.split(f'dampipe search "{query}"')[1].splitlines()
        assert clip in answer[2], answer[:4]
    assert f"page     http://127.0.0.1:{deployment.port}/ (the API is described at /docs)" in printed
    assert deployment.processes("") == []


@pytest.mark.parametrize(
    ("number", "after"), [(signal.SIGINT, 4.0), (signal.SIGTERM, 8.0), (signal.SIGKILL, 8.0)]
)
def test_nothing_is_left_running(deployment: Deployment, number: signal.Signals, after: float) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "dampipe", "demo"],
        env=deployment.environment, cwd=deployment.home, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    assert len(deployment.processes("")) > 1, "it had not started anything yet"
    os.kill(demo.pid, number)
    demo.wait(30)
    deployment.wait_for(lambda: not deployment.processes(""), 30)
