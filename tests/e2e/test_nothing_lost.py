"""No work is lost or done twice, whatever process is killed; with real processes and a real broker."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dampipe.app.load_settings import load_settings
from tests.support.deployment import PATIENCE, Deployment

STAGES = ("hash", "probe", "preview", "embed", "index", "proxy")


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", pipeline="tests.support.stages:PIPELINE", media_workers=2)
    yield made
    made.kill_all()


def footage(folder: Path, count: int, name: str = "clip") -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{name}{number:03}.mp4").write_text(f"{name} {number}")
    return folder


def much(folder: Path, count: int) -> Path:
    """Create slow files, one of which stays in progress until `release`, so that all kills happen during work."""
    footage(folder, count - 1, "slow")
    (folder / "wait.mp4").write_text("wait")
    return folder


def release(folder: Path) -> None:
    (folder / "wait.mp4.go").touch()


def assert_done_once(deployment: Deployment, count: int) -> None:
    events = deployment.done_events()
    assert {stage: sum(1 for (name, _) in events if name == stage) for stage in STAGES} == dict.fromkeys(
        STAGES, count
    )
    assert set(events.values()) == {1}, "a stage was done twice"


def broker(deployment: Deployment, *command: str) -> None:
    """Send a command to the embedded broker."""
    import redis

    socket = load_settings(home=deployment.home).broker_socket
    with redis.Redis(unix_socket_path=str(socket)) as client:
        client.execute_command(*command)


def test_killed_workers(deployment: Deployment, tmp_path: Path) -> None:
    """Workers of all kinds, main processes and children, are killed at random while work goes on."""
    folder = much(tmp_path / "footage", 60)
    # So that no file is parked, even if each kill hits the same one.
    deployment.environment["DAMPIPE_MAX_ATTEMPTS"] = "9"
    deployment.up()
    deployment.run("enqueue", folder)
    deployment.wait_for(deployment.is_working)
    rng = random.Random(9)
    killed = 0
    while killed < 8:
        time.sleep(0.5)
        deployment.wait_for(lambda: deployment.processes("dampipe worker"))
        with suppress(ProcessLookupError, IndexError):  # the process has ended: choose another one
            os.kill(rng.choice(deployment.processes("dampipe worker")), signal.SIGKILL)
            killed += 1
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 60))
    assert_done_once(deployment, 60)


def test_a_broker_that_forgets_everything(deployment: Deployment, tmp_path: Path) -> None:
    folder = much(tmp_path / "footage", 80)
    deployment.combine_workers()
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        deployment.wait_for(deployment.is_working)
        broker(deployment, "FLUSHALL")
        time.sleep(1)
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 80))
    assert_done_once(deployment, 80)


def test_a_broker_that_is_killed_and_restarted(deployment: Deployment, tmp_path: Path) -> None:
    folder = much(tmp_path / "footage", 60)
    deployment.combine_workers()
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        deployment.wait_for(deployment.is_working)
        [server] = deployment.processes("valkey-server")
        os.kill(server, signal.SIGKILL)
        deployment.wait_for(lambda: set(deployment.processes("valkey-server")) - {server})  # noqa: B023
        time.sleep(1)
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 60))
    assert_done_once(deployment, 60)


def test_everything_is_killed_at_once(deployment: Deployment, tmp_path: Path) -> None:
    """Power failure: all processes are killed during work, and the deployment is started again."""
    folder = much(tmp_path / "footage", 40)
    deployment.up()
    deployment.run("enqueue", folder)
    deployment.wait_for(deployment.is_working)
    deployment.kill_all()
    release(folder)
    deployment.up()
    deployment.wait_for(lambda: deployment.finished("proxy", 40))
    assert_done_once(deployment, 40)


def test_a_clean_stop_in_mid_work_costs_no_attempt(deployment: Deployment, tmp_path: Path) -> None:
    folder = much(tmp_path / "footage", 30)
    deployment.combine_workers("proxy")
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        deployment.wait_for(deployment.is_working)
        assert deployment.down() == 0
        assert deployment.processes("") == [], "something was left running"
        deployment.up()
    release(folder)
    deployment.wait_for(lambda: deployment.finished("proxy", 30))
    assert_done_once(deployment, 30)
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{deployment.home}/catalogue.sqlite")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT max(attempts) FROM run")).scalar() == 1
    engine.dispose()


def test_a_file_that_kills_its_worker_is_parked_and_the_others_go_on(
    deployment: Deployment, tmp_path: Path
) -> None:
    folder = footage(tmp_path / "footage", 10)
    (folder / "kill.mp4").write_text("kill")
    (folder / "kill.mp4.armed").touch()
    deployment.combine_workers("proxy")
    deployment.up()
    deployment.run("enqueue", folder)
    deployment.wait_for(lambda: deployment.query("failures"))
    [failure] = deployment.json("failures")
    assert failure["path"] == str(folder / "kill.mp4")
    assert "the worker died 3 times" in failure["reason"]
    deployment.wait_for(lambda: deployment.finished("proxy", 10))
    (folder / "kill.mp4.armed").unlink()
    assert deployment.json("retry") == {"retried": 1}
    deployment.wait_for(lambda: deployment.finished("proxy", 11))
    assert_done_once(deployment, 11)


def test_two_deployments_of_workers_on_the_same_files(deployment: Deployment, tmp_path: Path) -> None:
    """With more workers and duplicate messages each stage still runs once."""
    folder = footage(tmp_path / "footage", 30, "slow")
    deployment.combine_workers()
    deployment.up()
    extra = [deployment.start("worker", "--name", f"extra{number}") for number in range(2)]
    deployment.wait_for(lambda: len(deployment.query("status")["workers"]) == 3)
    deployment.run("enqueue", folder)
    deployment.run("enqueue", folder)
    deployment.wait_for(lambda: deployment.query("status")["locations"] == 30)
    for key in (f"L{number}" for number in range(1, 31)):  # duplicate messages
        send_again(deployment, key)
    deployment.wait_for(lambda: deployment.finished("proxy", 30))
    assert_done_once(deployment, 30)
    for process in extra:
        process.terminate()
        process.wait(PATIENCE)


def send_again(deployment: Deployment, key: str) -> None:
    """Send the message of a whole chain again, like a broker that delivers twice."""
    from celery import Celery, chain

    app = Celery(broker=f"redis+socket://{load_settings(home=deployment.home).broker_socket}")
    queues = {"hash": "io", "probe": "io", "proxy": "proxy"}
    chain(
        *(
            app.signature(f"dampipe.{s}", args=(key, "again"), immutable=True, queue=queues.get(s, s))
            for s in STAGES[:-1]
        ),
        app=app,
    ).apply_async()
    app.close()


def test_a_broker_that_is_down_when_files_are_added(deployment: Deployment, tmp_path: Path) -> None:
    folder = footage(tmp_path / "footage", 5)
    deployment.run("enqueue", folder, code=4)
    assert "the embedded broker is not running" in deployment.errors
    assert "dampipe up" in deployment.errors
    deployment.combine_workers()
    deployment.up()
    deployment.wait_for(lambda: deployment.finished("proxy", 5))
    assert_done_once(deployment, 5)
