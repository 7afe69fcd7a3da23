"""Adding a stage is one file and one line: the example of CONTRIBUTING.md runs in a real deployment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo_clips import DemoClips
from tests.support.deployment import ROOT, Deployment
from tests.support.examples import python_examples

STAGE, _ = python_examples("Add a stage")
PROXY, LINE = '    "dampipe.tasks.proxy:proxy",\n', '    "own_tasks.count:count",\n'


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A checkout of its own: tasks/ with one more file, and one more line in the list."""
    tasks = tmp_path / "checkout" / "own_tasks"
    tasks.mkdir(parents=True)
    (tasks / "count.py").write_text(STAGE)
    table = (ROOT / "tasks" / "__init__.py").read_text()
    assert PROXY in table
    (tasks / "__init__.py").write_text(table.replace(PROXY, f"{PROXY}{LINE}"))
    made = Deployment(tmp_path / "home", model="tiny", pipeline="dampipe.tasks:PIPELINE")
    made.environment["PYTHONPATH"] += f":{tmp_path / 'checkout'}"
    made.combine_workers("embed")
    yield made
    made.kill_all()


def test_a_stage_is_added_and_catches_up_with_what_is_there(
    deployment: Deployment, tmp_path: Path, demo_clips: DemoClips
) -> None:
    footage = tmp_path / "footage"
    clips = demo_clips(footage)
    for clip in clips[2:]:
        clip.unlink()
    deployment.up()
    deployment.run("enqueue", "--wait", footage)
    before = deployment.done_events()
    deployment.down()

    deployment.environment["DAMPIPE_PIPELINE"] = "own_tasks:PIPELINE"
    deployment.up()
    deployment.wait_for(lambda: deployment.finished("count", 2))
    after = deployment.done_events()
    assert {key: n for key, n in after.items() if key[0] != "count"} == before, "only the new stage ran"
    runs = {run["stage"]: run for run in deployment.json("show", clips[0])["runs"]}
    assert runs["count"]["state"] == "done"
    assert runs["count"]["warnings"] == [f"{clips[0].name} was counted"]


def test_a_missing_model_skips_embedding_and_is_caught_up(
    deployment: Deployment, tmp_path: Path, demo_clips: DemoClips
) -> None:
    """Everything but search works without weights; once they are there, nothing is decoded again."""
    from dampipe.vision import tiny

    weights = tmp_path / "model"
    weights.mkdir()
    there = Path(tiny.__file__).parent / "weights"
    config = "open_clip_config.json"
    (weights / config).write_bytes((there / config).read_bytes())
    deployment.environment["DAMPIPE_MODEL"] = str(weights)
    footage = tmp_path / "footage"
    for clip in demo_clips(footage)[2:]:
        clip.unlink()
    deployment.up()
    answer = deployment.json("enqueue", "--wait", footage)
    assert (answer["done"], answer["failed"]) == (2, 0)
    assert deployment.json("status")["stages"]["embed"]["skipped"] == 2
    assert deployment.json("failures") == []
    deployment.run("search", "a red circle", code=6)
    assert f"pictures cannot be searched: the weights of the model are not in {weights}" in deployment.errors
    deployment.run("embed", "--missing", code=None)
    findings = {finding["what"]: finding for finding in deployment.json("doctor")}
    assert findings["model"]["verdict"] == "warning"
    deployment.down()

    for file in there.glob("open_clip*"):
        (weights / file.name).write_bytes(file.read_bytes())
    deployment.up()
    deployment.run("embed", "--missing", code=None)
    deployment.wait_for(lambda: deployment.finished("index", 2))
    assert deployment.json("search", "a red circle", "-n", "1")["hits"][0]["path"] == str(
        footage / "A001_C001.mp4"
    )
