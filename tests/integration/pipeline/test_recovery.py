"""What is lost on the way, by a worker, the broker or a lease, is found again, and nothing is done twice."""

import os
import threading
from pathlib import Path

from dampipe.jobs import lease
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.plan import MAIN_LANE
from dampipe.kernel.errors import Transient
from tests.support.pipeline import Deployment, hash


def test_a_broker_that_forgets_everything_loses_nothing(catalogue_url: str, folder: Path) -> None:
    here = Deployment(catalogue_url, grace=0.0)
    here.scan(folder)
    while here.transport.waiting():
        here.drain(3)
        here.transport.lose_everything()
        here.sweep.run()
    assert here.everything_done_once(5)
    here.catalog.close()


def test_a_broker_that_is_down_at_the_scan_loses_nothing(here: Deployment, folder: Path) -> None:
    here.transport.down = True
    here.scan(folder)
    assert here.sweep.run()["started"] == 0
    here.transport.down = False
    here.transport.lose_everything()
    here.catalog.recovery.unqueue([stage.name for stage in here.plan.stages], None, seconds=0.0)
    here.sweep.run()
    here.drain()
    assert here.everything_done_once(5)


def test_a_run_that_another_worker_holds_is_left_alone(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    location = Subject(location=1)
    entered, leave = threading.Event(), threading.Event()
    original = here.diary.note

    def slow(stage: str, name: str) -> None:
        if stage == "hash" and not entered.is_set():
            entered.set()
            assert leave.wait(60)
        original(stage, name)

    here.diary.note = slow  # type: ignore[method-assign]
    first = threading.Thread(target=here.runner.run, args=("hash", location))
    first.start()
    assert entered.wait(60)
    assert here.runner.run("hash", location).outcome is Outcome.HELD
    leave.set()
    first.join()
    assert here.runner.run("hash", location).outcome is Outcome.ALREADY
    assert here.diary.calls["hash", "clip0.mp4"] == 1


def test_a_file_that_goes_while_it_is_hashed_leaves_nothing_to_do(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    last: list[int] = []

    def go() -> Exception:
        (folder / "clip2.mp4").unlink(missing_ok=True)
        last.append(here.scan(folder))  # which finds it to be missing while its run is under way
        return Transient("the file is gone")

    here.diary.raises["clip2.mp4"] = go
    here.drain()
    progress = here.catalog.scans.progress(last[0])
    assert (len(last), progress.missing, progress.active, progress.deferred) == (1, 1, 0, 0)
    assert here.counts("hash") == {"done": 4}


def test_the_run_of_a_worker_that_died_is_recovered_and_the_attempt_counted(
    here: Deployment, folder: Path
) -> None:
    here.scan(folder)
    which = here.plan.key(hash), Subject(location=1)
    for attempt in (1, 2, 3):
        claimed = here.catalog.runs.claim(*which, f"elsewhere/{attempt}/1", lease=-1.0)
        assert claimed is not None and claimed.attempts == attempt
        here.sweep.run()
    [failure] = here.catalog.assets.failures(10)
    assert "the worker died 3 times" in failure.reason


def test_a_result_is_not_kept_when_the_lease_was_lost(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    original = here.diary.note

    def robbed(stage: str, name: str) -> None:
        original(stage, name)
        with here.catalog.database.write() as connection:
            connection.exec_driver_sql("UPDATE run SET owner = 'thief', attempts = attempts + 1")

    here.diary.note = robbed  # type: ignore[method-assign]
    report = here.runner.run("hash", Subject(location=1))
    assert report.outcome is Outcome.HELD
    assert here.catalog.totals.of()[0] == 0


def test_the_window_bounds_what_is_in_flight(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"c{number:02}.mp4").write_bytes(str(number).encode())
    here = Deployment(f"sqlite:///{tmp_path / 'c.sqlite'}", window=8)
    here.scan(folder)
    most = 0
    while here.drain(1):
        most = max(most, here.catalog.backlog.in_flight(MAIN_LANE))
    assert most <= 8
    assert here.everything_done_once(60)
    here.catalog.close()


def test_the_owner_of_a_lease_is_known_to_be_dead_when_its_process_is() -> None:
    assert not lease.is_dead(lease.owner())
    assert not lease.is_dead("another-machine:1:2/1/1")
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    host = lease.owner().rsplit("/", 2)[0]
    assert lease.is_dead(f"{host}/{child}/123")
