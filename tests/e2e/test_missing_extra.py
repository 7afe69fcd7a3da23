"""A machine with the base install and a model that needs torch: everything else is done, and another machine embeds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.vision import tiny
from tests.support.demo_clips import DemoClips
from tests.support.deployment import ROOT, Deployment

NO_TORCH = ROOT / "tests" / "support" / "no_torch"


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Of three chains at a time, so that what waits for a model would soon fill the window."""
    weights = Path(shutil.copytree(tiny.FOLDER, tmp_path / "model"))
    for graph in ("visual", "textual"):
        shutil.rmtree(weights / graph)
    made = Deployment(tmp_path / "home", model=str(weights), window=3)
    made.combine_workers("embed")
    made.environment["PYTHONPATH"] = f"{NO_TORCH}:{ROOT}"
    yield made
    made.kill_all()


def test_embedding_waits_for_a_worker_that_can_do_it(
    deployment: Deployment, tmp_path: Path, demo_clips: DemoClips
) -> None:
    clips = demo_clips(tmp_path / "footage")
    deployment.up()
    started = deployment.log.read_text()
    assert (
        "embed is not started: the stage embed needs dampipe[torch], which is not installed here" in started
    )
    deployment.run("worker", "--queues", "embed", code=8)
    assert "pip install 'dampipe[torch]'" in deployment.errors
    findings = {finding["what"]: finding for finding in deployment.json("doctor", code=None)}
    assert findings["stages"]["verdict"] == "warning"
    assert "the stage embed needs dampipe[torch]" in findings["stages"]["found"]
    assert "pip install 'dampipe[torch]'" in findings["model"]["hint"]

    deployment.run("enqueue", tmp_path / "footage")
    deployment.wait_for(lambda: stages(deployment)["proxy"]["done"] == len(clips))
    deployment.wait_for(lambda: stages(deployment)["preview"]["done"] == len(clips))
    assert stages(deployment)["embed"] == {
        **dict.fromkeys(stages(deployment)["embed"], 0),
        "waiting": len(clips),
    }
    assert deployment.json("failures") == []

    deployment.environment["PYTHONPATH"] = str(ROOT)
    deployment.start("worker", "--queues", "embed")
    deployment.wait_for(lambda: deployment.finished("index", len(clips)))
    found = deployment.json("search", "a red circle", "-n", "1")["hits"][0]["path"]
    assert found == str(tmp_path / "footage" / "A001_C001.mp4")


def stages(deployment: Deployment) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = deployment.query("status")["stages"]
    return counts
