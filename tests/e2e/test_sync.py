"""The nightly sync of a real deployment: it processes only changes, and fails loudly when a source is suspect."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from tests.support.deployment import Deployment

PIPELINE = {"pipeline": "tests.support.stages:PIPELINE"}


@pytest.fixture
def footage_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    (folder / "day1").mkdir(parents=True)
    for number in range(30):
        (folder / "day1" / f"c{number}.mp4").write_bytes(b"clip %d" % number)
    return folder


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", **PIPELINE)
    made.combine_workers()
    yield made
    made.kill_all()


def test_the_nights_of_a_library(deployment: Deployment, footage_folder: Path) -> None:
    deployment.run("sync", code=2)
    assert "no sources yet" in deployment.errors
    deployment.run("source", "add", "archive", footage_folder)
    deployment.run("sync", code=4)  # the broker does not run yet
    deployment.up()

    first = deployment.json("sync")
    assert (first["sources"], first["scans"][0]["new"], first["scans"][0]["done"]) == (["archive"], 30, 30)
    events = deployment.done_events()
    assert deployment.run("sync", "--quiet") == "" and deployment.errors == ""

    later = footage_folder / "later.mp4"
    later.write_bytes(b"later")
    [looked] = deployment.json("sync", "--no-process")["scans"]
    assert (looked["new"], looked["on_hold"], looked["active"]) == (1, 1, 0)
    number = str(looked["scan"])
    assert [scan["scan"] for scan in deployment.json("scan", "list", "-n", "1")] == [looked["scan"]]
    assert deployment.json("scan", "pause", number)["state"] == "paused"
    url = deployment.api("/scans")
    with urlopen(Request(f"{url}/{number}/resume", method="POST"), timeout=60) as answer:
        assert json.load(answer)["state"] == "walked"
    assert "cancelled, 1 file on hold" in deployment.run("scan", "cancel", number)
    with urlopen(f"{url}?limit=1", timeout=60) as answer:
        assert json.load(answer)[0]["state"] == "cancelled"
    deployment.run("scan", "pause", number, code=2)
    later.unlink()
    assert deployment.json("sync")["scans"][0]["missing"] == 1
    assert deployment.json("prune")["locations"] == 1

    (footage_folder / "day1").rename(footage_folder / "first day")
    assert deployment.json("sync", "archive")["scans"][0]["moved"] == 30
    assert deployment.done_events() == events, "not a single task"

    clips = sorted(footage_folder.rglob("*.mp4"))
    for clip in clips[:20]:
        clip.unlink()
    assert deployment.run("sync", "--quiet", code=11) == ""
    assert "archive: warning" in deployment.errors and "lacks 20 of 30" in deployment.errors
    assert deployment.json("sync", "--accept-missing")["scans"][0]["missing"] == 20

    planned = deployment.json("prune", "--dry-run")
    assert (planned["locations"], planned["assets"]) == (20, 20)
    assert deployment.json("prune") == planned
    [source] = deployment.json("source", "list")
    assert (source["name"], source["present"], source["missing"]) == ("archive", 10, 0)

    deployment.run("sync", "nowhere", code=7)
    deployment.run("source", "remove", "archive", code=130)  # the question gets no answer
    deployment.run("source", "remove", "--yes", "archive")
    assert deployment.json("prune")["assets"] == 10
    assert deployment.json("status")["assets"] == 0
    assert deployment.down() == 0


def test_a_second_sync_steps_aside(deployment: Deployment, footage_folder: Path) -> None:
    deployment.run("source", "add", "archive", footage_folder)
    database = Database(f"sqlite:///{deployment.home}/catalogue.sqlite")
    with advisory_lock(database, "sync-1"):
        assert deployment.run("sync", "--quiet", code=12) == ""
    assert "another sync of archive is already running" in deployment.errors
    database.close()


def test_a_sync_without_workers_ends_and_leaves_one_scan(
    deployment: Deployment, footage_folder: Path
) -> None:
    procfile = deployment.home / "Procfile"
    procfile.write_text("broker: dampipe broker\n")
    deployment.arguments = ["--procfile", str(procfile)]
    deployment.run("source", "add", "archive", footage_folder)
    deployment.up()
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", IMPATIENT], env=deployment.environment, capture_output=True, text=True
        )
        assert done.returncode == 8 and "no worker for the queue scan has reported" in done.stderr
    assert [scan["state"] for scan in deployment.json("status")["scans"]] == ["waiting"]


IMPATIENT = """
from dampipe.app.container import process_container
from dampipe.cli import main
from dampipe.features.scanning.sync import NightlyPolicy
process_container().provide(NightlyPolicy, lambda: NightlyPolicy(patience=1.0))
main(["sync"])
"""


def test_the_clock_begins_a_sync_and_the_watch_takes_a_new_file(
    deployment: Deployment, footage_folder: Path
) -> None:
    """A night that the clock has missed is made up for; a file that comes later needs no command; rot is loud."""
    deployment.environment["DAMPIPE_SYNC_SCHEDULE"] = "30 2 * * *"
    deployment.run("source", "add", "archive", footage_folder)
    (deployment.home / "broker").mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-c", A_NIGHT_AGO], env=deployment.environment, check=True)
    deployment.arguments.append("--watch-folder")
    deployment.up()
    deployment.wait_for(lambda: "sync began: scans" in deployment.log.read_text(errors="replace"))
    deployment.wait_for(lambda: "is watched" in deployment.log.read_text(errors="replace"))
    deployment.wait_for(lambda: deployment.finished("proxy", 30))
    (footage_folder / "new.part").write_bytes(b"new")
    (footage_folder / "new.part").rename(footage_folder / "new.mp4")
    deployment.wait_for(lambda: deployment.finished("proxy", 31))
    rotten = footage_folder / "day1" / "c7.mp4"
    facts = rotten.stat()
    rotten.write_bytes(b"cliP 7")
    os.utime(rotten, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    found = deployment.json("verify", "archive", code=13)
    assert (found["wanted"], found["same"], found["mismatch"]) == (31, 30, [str(rotten)])
    assert deployment.run("sync", "--quiet", code=13) == "", "said again until it is well"
    assert f"MISMATCH: {rotten}" in deployment.errors
    rotten.write_bytes(b"clip 7")
    os.utime(rotten, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert deployment.run("sync", "--quiet") == "" and deployment.errors == ""
    assert deployment.down() == 0


A_NIGHT_AGO = """
from datetime import timedelta
from celery.beat import PersistentScheduler
from dampipe.workers.app import app
clock = PersistentScheduler(app=app, schedule_filename=app.conf.beat_schedule_filename)
clock.schedule["sync"].last_run_at -= timedelta(days=1)
clock.close()
"""
