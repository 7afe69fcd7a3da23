"""The demo: `--once` exits, no process is left however it ends, and its clips enter no other library."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.support.demo_clips import DemoClips
from tests.support.deployment import PATIENCE, Deployment


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    elsewhere = "postgresql+psycopg://nobody@127.0.0.1:1/library"
    made = Deployment(tmp_path / "home", database_url=elsewhere, model="no/model", flower_port=free_port())
    made.home = tmp_path / "home" / "demo" / "home"
    made.home.mkdir(parents=True)
    yield made
    made.kill_all()


def test_it_finds_the_right_clips_and_exits(deployment: Deployment) -> None:
    library = deployment.home.parents[1]
    printed = deployment.run("demo", "--once")
    assert "5 done, 0 failed" in printed
    for query, clip in (("a red circle", "A001_C001"), ("a yellow star", "A001_C002")):
        answer = printed.split(f'dampipe search "{query}"')[1].splitlines()
        assert clip in answer[2], answer[:4]
    assert f"page     http://127.0.0.1:{deployment.port}/ (the API is described at /docs)" in printed
    program = f"{sys.executable} -m dampipe"
    next_step = f"to continue: export DAMPIPE_HOME={deployment.home} DAMPIPE_MODEL=tiny  and  {program} up"
    assert next_step in printed, "another model would embed all footage again"
    assert deployment.processes("") == []
    assert [entry.name for entry in library.iterdir()] == ["demo"], "the clips must not enter the library"


@pytest.mark.parametrize(
    ("number", "far_enough"),
    [
        (signal.SIGINT, lambda deployment: deployment.processes("valkey-server")),
        (signal.SIGTERM, lambda deployment: deployment.processes("dampipe worker")),
        (signal.SIGKILL, lambda deployment: list(deployment.home.glob("derivatives/*/**/*.*"))),
    ],
    ids=["while it starts", "while workers start", "while it makes derivatives"],
)
def test_nothing_is_left_running(
    deployment: Deployment,
    number: signal.Signals,
    far_enough: Callable[[Deployment], object],
    demo_clips: DemoClips,
) -> None:
    demo_clips(deployment.home.with_name("footage"))
    demo = deployment.start("demo")
    deployment.wait_for(lambda: far_enough(deployment) or demo.poll() is not None)
    assert demo.poll() is None, "the demo ended early"
    os.kill(demo.pid, number)
    demo.wait(PATIENCE)
    deployment.wait_for(lambda: not deployment.processes(""))
