"""Nothing is lost and nothing is done twice, whatever is killed: real processes, a real broker."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.settings import load_settings
from tests.e2e.deployment import Deployment

STAGES = ("hash", "probe", "preview", "embed", "index", "proxy")


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "home", pipeline="tests.e2e.stages:PIPELINE")
    yield made
    made.kill_all()


def footage(folder: Path, count: int, name: str = "clip") -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{name}{number:03}.mp4").write_text(f"{name} {number}")
    return folder


def assert_done_once(deployment: Deployment, count: int) -> None:
    events = deployment.done_events()
    assert {stage: sum(1 for (name, _) in events if name == stage) for stage in STAGES} == dict.fromkeys(
        STAGES, count
    )
    assert set(events.values()) == {1}, "a stage was done twice"


def broker(deployment: Deployment, *command: str) -> None:
    """Speak to the embedded broker."""
    import redis

    socket = load_settings(home=deployment.home).broker_socket
    with redis.Redis(unix_socket_path=str(socket)) as client:
        client.execute_command(*command)


def test_killed_workers(deployment: Deployment, tmp_path: Path) -> None:
    """Workers of all kinds, main processes and children, are killed at random while work goes on."""
    folder = footage(tmp_path / "footage", 60, "slow")
    deployment.up()
    deployment.run("enqueue", folder)
    rng = random.Random(9)
    for _ in range(8):
        time.sleep(0.5)
        victims = deployment.processes("dampipe worker")
        os.kill(rng.choice(victims), signal.SIGKILL)
    deployment.wait_for(lambda: deployment.finished("proxy", 60), 150)
    assert_done_once(deployment, 60)


def test_a_broker_that_forgets_everything(deployment: Deployment, tmp_path: Path) -> None:
    folder = footage(tmp_path / "footage", 80, "slow")
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        time.sleep(1)
        broker(deployment, "FLUSHALL")
    deployment.wait_for(lambda: deployment.finished("proxy", 80), 120)
    assert_done_once(deployment, 80)


def test_a_broker_that_is_killed_and_restarted(deployment: Deployment, tmp_path: Path) -> None:
    folder = footage(tmp_path / "footage", 60, "slow")
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        time.sleep(1)
        [server] = deployment.processes("valkey-server")
        os.kill(server, signal.SIGKILL)
        deployment.wait_for(lambda: set(deployment.processes("valkey-server")) - {server})  # noqa: B023
    deployment.wait_for(lambda: deployment.finished("proxy", 60), 120)
    assert_done_once(deployment, 60)


def test_everything_is_killed_at_once(deployment: Deployment, tmp_path: Path) -> None:
    """The power goes: `up` and all it started are gone in mid-work, and it all starts again."""
    folder = footage(tmp_path / "footage", 40, "slow")
    deployment.up()
    deployment.run("enqueue", folder)
    time.sleep(2)
    deployment.kill_all()
    deployment.wait_for(lambda: not deployment.processes(""))
    deployment.up()
    deployment.wait_for(lambda: deployment.finished("proxy", 40), 120)
    assert_done_once(deployment, 40)


def test_a_clean_stop_in_mid_work_costs_no_attempt(deployment: Deployment, tmp_path: Path) -> None:
    folder = footage(tmp_path / "footage", 30, "slow")
    deployment.up()
    deployment.run("enqueue", folder)
    for _ in range(3):
        time.sleep(1)
        began = time.monotonic()
        assert deployment.down() == 0
        assert time.monotonic() - began < 20
        assert deployment.processes("") == [], "something was left running"
        deployment.up()
    deployment.wait_for(lambda: deployment.finished("proxy", 30), 120)
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
    deployment.up()
    deployment.run("enqueue", folder)
    deployment.wait_for(lambda: deployment.asked("failures"), 90)
    [failure] = deployment.json("failures")
    assert failure["path"] == str(folder / "kill.mp4")
    assert "the worker died 3 times" in failure["reason"]
    deployment.wait_for(lambda: deployment.finished("proxy", 10))
    (folder / "kill.mp4.armed").unlink()
    assert deployment.json("retry") == {"retried": 1}
    deployment.wait_for(lambda: deployment.finished("proxy", 11))
    assert_done_once(deployment, 11)


def test_two_deployments_of_workers_on_the_same_files(deployment: Deployment, tmp_path: Path) -> None:
    """Twice the workers, the same messages sent twice: still once."""
    folder = footage(tmp_path / "footage", 30, "slow")
    deployment.up()
    extra = [
        subprocess.Popen(
            [os.sys.executable, "-m", "dampipe", "worker", "--name", f"extra{number}"],  # type: ignore[attr-defined]
            env=deployment.environment, cwd=deployment.home, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )
        for number in range(2)
    ]  # fmt: skip
    deployment.wait_for(lambda: len(deployment.asked("status")["workers"]) == 7)
    deployment.run("enqueue", folder)
    deployment.run("enqueue", folder)
    time.sleep(1)
    for key in (f"L{number}" for number in range(1, 31)):  # the same work asked for once more by hand
        send_again(deployment, key)
    deployment.wait_for(lambda: deployment.finished("proxy", 30), 120)
    assert_done_once(deployment, 30)
    for process in extra:
        process.terminate()
        assert process.wait(20) is not None


def send_again(deployment: Deployment, key: str) -> None:
    """A message for a whole chain, as a broker that delivers twice would bring it."""
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


def test_a_broker_that_is_down_when_asked(deployment: Deployment, tmp_path: Path) -> None:
    folder = footage(tmp_path / "footage", 5)
    deployment.run("enqueue", folder, code=4)
    assert "the embedded broker is not running" in deployment.errors
    assert "dampipe up" in deployment.errors
    deployment.up()
    deployment.wait_for(lambda: deployment.finished("proxy", 5))
    assert_done_once(deployment, 5)
