"""Several machines: PostgreSQL, an external broker, and workers that share only these and the blob store."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo_clips import DemoClips
from tests.support.deployment import PATIENCE, Deployment
from tests.support.valkey import Valkey


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, valkey_server: Valkey) -> Iterator[list[Deployment]]:
    """A server that runs everything except embedding, and a workstation with its own home folder."""
    shared = {
        "model": "tiny",
        "database_url": postgres_url,
        "broker_url": valkey_server.celery_url,
        "blobs_url": tmp_path / "blobs",
    }
    made = [Deployment(tmp_path / name, **shared) for name in ("front", "workstation")]
    yield made
    for machine in made:
        machine.kill_all()


def test_a_workstation_joins_and_embeds(
    machines: list[Deployment], tmp_path: Path, valkey_server: Valkey, demo_clips: DemoClips
) -> None:
    front, workstation = machines
    procfile = tmp_path / "Procfile"
    checkout = Path(__file__).parents[2] / "Procfile"
    lines = [line for line in checkout.read_text().splitlines() if not line.startswith(("embed:", "flower:"))]
    procfile.write_text("\n".join(lines))
    front.arguments = ["--procfile", str(procfile)]
    footage = tmp_path / "footage"
    demo_clips(footage)
    front.up()
    assert front.processes("valkey-server") == [], "with an external broker the embedded one must not run"
    front.run("enqueue", footage)
    front.wait_for(lambda: front.query("status")["stages"]["proxy"]["done"] == 5)
    stages = front.json("status")["stages"]
    assert (stages["embed"]["waiting"], stages["index"]["done"]) == (5, 0)
    for path in footage.iterdir():
        path.rename(path.with_suffix(".hidden"))  # the workstation needs no footage
    joined = workstation.start("worker", "--queues", "embed", "--name", "gpu")
    front.wait_for(lambda: front.finished("index", 5))
    names = [w["name"].partition("@")[0] for w in front.json("status")["workers"]]
    assert "gpu" in names
    [hit] = front.json("search", "a red circle", "-n", "1")["hits"]
    assert hit["path"] == str(footage / "A001_C001.mp4")
    joined.send_signal(signal.SIGINT)
    assert joined.wait(PATIENCE) == 0, "Ctrl-C must end it cleanly"
    front.wait_for(lambda: "gpu" not in str(front.query("status")["workers"]))
    assert set(front.done_events().values()) == {1}


def test_workers_on_many_machines_do_everything_once(machines: list[Deployment], tmp_path: Path) -> None:
    """Two workers that serve all queues, and a scheduler; claims in PostgreSQL distribute the runs."""
    for machine in machines:
        machine.environment["DAMPIPE_PIPELINE"] = "tests.support.stages:PIPELINE"
    folder = tmp_path / "footage"
    folder.mkdir()
    for number in range(60):
        (folder / f"clip{number}.mp4").write_text(str(number))
    machines[0].run("status")
    workers = [machine.start("worker", "--name", "all", "--concurrency", "3") for machine in machines]
    beat = machines[0].start("beat")
    answer = machines[1].json("enqueue", "--wait", folder)
    assert (answer["done"], answer["failed"]) == (60, 0)
    events = machines[0].done_events()
    assert len(events) == 6 * 60 and set(events.values()) == {1}
    for process in [*workers, beat]:
        process.terminate()
        process.wait(PATIENCE)
