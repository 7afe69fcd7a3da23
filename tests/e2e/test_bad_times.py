"""Failures of the environment: a clear line and an exit code for each; other files continue, and nothing is lost."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo_clips import DemoClips
from tests.support.deployment import PATIENCE, Deployment


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", pipeline="tests.support.stages:PIPELINE")
    yield made
    made.kill_all()


def test_a_locked_database(deployment: Deployment, tmp_path: Path) -> None:
    deployment.environment["DAMPIPE_DATABASE_TIMEOUT"] = "0.3"
    deployment.run("status")
    holder = sqlite3.connect(deployment.home / "catalogue.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        deployment.run("enqueue", tmp_path, code=5)
    finally:
        holder.close()
    assert "stays locked by another process" in deployment.errors
    assert len(deployment.errors.splitlines()) == 2


def test_a_database_that_cannot_be_reached(deployment: Deployment) -> None:
    deployment.environment["DAMPIPE_DATABASE_URL"] = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    deployment.run("status", code=5)
    assert "127.0.0.1:9 cannot be reached" in deployment.errors and "Traceback" not in deployment.errors


def test_a_broker_on_another_machine_that_is_down(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("a")
    deployment.environment["DAMPIPE_BROKER_URL"] = "redis://:secret@127.0.0.1:9/0"
    deployment.run("enqueue", tmp_path / "a.mp4", code=4)
    assert "the broker at redis://:***@127.0.0.1:9/0 cannot be reached" in deployment.errors
    assert "secret" not in deployment.errors


def test_a_wrong_setting(deployment: Deployment) -> None:
    deployment.environment["DAMPIPE_WINDOW"] = "none"
    deployment.run("status", code=2)
    assert "setting 'window'" in deployment.errors


def test_a_home_that_cannot_be_written(deployment: Deployment) -> None:
    deployment.environment["DAMPIPE_HOME"] = "/proc/dampipe"
    deployment.run("status", code=5)
    assert "the folder /proc/dampipe cannot be written" in deployment.errors
    assert "DAMPIPE_HOME" in deployment.errors
    deployment.run("up", code=8)


def test_a_port_that_is_taken(deployment: Deployment) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", deployment.port))
        taken.listen()
        deployment.run("up", code=8)
    assert f"127.0.0.1:{deployment.port} for web cannot be used" in deployment.errors
    assert "DAMPIPE_PORT" in deployment.errors
    assert deployment.processes("") == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL, signal.SIGTERM])
def test_no_process_is_left_when_the_terminal_is_closed(
    deployment: Deployment, number: signal.Signals
) -> None:
    deployment.combine_workers("embed")
    up = subprocess.Popen(
        [sys.executable, "-m", "dampipe", "up", *deployment.arguments],
        env=deployment.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert up.stdout is not None
    assert any(b"ready: " in line for line in up.stdout)
    up.stdout.close()
    deployment.run("status")
    assert len(deployment.processes("dampipe worker")) >= 4
    os.kill(up.pid, number)
    code = up.wait(PATIENCE)
    assert code == (-number if number == signal.SIGKILL else 0)
    deployment.wait_for(lambda: not deployment.processes(""))


def test_a_pipeline_that_cannot_be_imported(deployment: Deployment) -> None:
    deployment.environment["DAMPIPE_PIPELINE"] = "tests.support.stages:NOTHING"
    deployment.run("up", code=8)
    assert "tests.support.stages:NOTHING cannot be imported" in deployment.errors
    assert "DAMPIPE_PIPELINE" in deployment.errors and "Traceback" not in deployment.errors


def test_a_full_disk(tmp_path: Path, demo_clips: DemoClips) -> None:
    """Derivatives are on a disk of 200 kB: what does not fit is retried later, and no partial file is visible."""
    if subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("mounting a small disk takes user namespaces")
    deployment = Deployment(tmp_path / "home", model="tiny")
    small = deployment.home / "derivatives"
    small.mkdir()
    mount = f'mount -t tmpfs -o size=200k none "{small}" && exec "$0" "$@"'
    deployment.command_prefix = ["unshare", "-rm", "sh", "-c", mount]
    folder = tmp_path / "footage"
    demo_clips(folder)
    deployment.combine_workers("embed")
    try:
        deployment.up()
        answer = deployment.json("enqueue", "--wait", folder, code=3)
        assert answer["deferred"] > 0 and answer["failed"] == 0, [
            f"{f['kind']} {f['stage']} {f['reason']}" for f in deployment.json("failures")
        ]
        waiting = deployment.json("failures")
        assert {failure["kind"] for failure in waiting} == {"transient"}
        assert all("no space left" in f["reason"].lower() and f["again_at"] for f in waiting)
        assert "no space left" in deployment.run("failures").lower()
    finally:
        deployment.kill_all()


def test_files_and_folders_that_may_not_be_read(deployment: Deployment, tmp_path: Path) -> None:
    """The file is parked with its reason, the folder is reported, and the other files are processed."""
    folder = tmp_path / "footage"
    (folder / "closed").mkdir(parents=True)
    (folder / "closed" / "unseen.mp4").write_text("unseen")
    (folder / "open.mp4").write_text("open")
    (folder / "secret.mp4").write_text("secret")
    (folder / "secret.mp4").chmod(0)
    (folder / "closed").chmod(0)
    if os.getuid() == 0:  # root may read everything, unless it drops these capabilities
        deployment.command_prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    deployment.combine_workers()
    try:
        deployment.up()
        answer = deployment.json("enqueue", "--wait", folder, code=3)
        assert (answer["found"], answer["done"], answer["failed"]) == (2, 1, 1)
        assert answer["warnings"] == [f"{folder / 'closed'} cannot be read: Permission denied"]
        [failure] = deployment.json("failures")
        assert failure["path"] == str(folder / "secret.mp4") and failure["kind"] == "bad_media"
        assert failure["reason"].startswith("the file cannot be read: permission denied")
        (folder / "secret.mp4").chmod(0o600)
        deployment.run("retry", folder / "secret.mp4")
        deployment.wait_for(lambda: deployment.finished("proxy", 2))
    finally:
        (folder / "closed").chmod(0o700)
