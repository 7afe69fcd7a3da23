"""The runner, over a real catalogue and a carrier in memory: done once, whatever is lost or fails."""

import hashlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.features.assets.catalog import Catalog
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.scanner import Scanner
from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.plan import MAIN_LANE, Plan
from dampipe.jobs.retry import retry_skipped
from dampipe.jobs.runner import Runner, RunPolicy
from dampipe.jobs.stage import Stage, stage
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.toolbox import Tools
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import BadMedia, Transient, Unavailable
from dampipe.kernel.stage_io import AssetRef, ContentHash, SourceFile, StageOutput


class Length(StageOutput):
    bytes: int


class Half(StageOutput):
    value: float


class Diary:
    """A tool that notes every call and may be told to raise."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.batches: list[int] = []
        self.raises: dict[str, Callable[[], Exception]] = {}

    def note(self, stage: str, name: str) -> None:
        self.calls[stage, name] += 1
        if name in self.raises:
            raise self.raises[name]()


@stage(queue="io", version=1)
def hash(file: SourceFile, diary: Diary) -> ContentHash:
    diary.note("hash", file.name)
    data = Path(file.path).read_bytes()
    return ContentHash(sha1=hashlib.sha1(data).hexdigest(), size=len(data))


@stage(queue="io", version=1)
def measure(asset: AssetRef, diary: Diary) -> Length:
    diary.note("measure", asset.name)
    return Length(bytes=asset.size)


@stage(queue="batch", version=1, batch=10)
def halve(assets: list[AssetRef], lengths: list[Length], diary: Diary) -> list[Half]:
    diary.batches.append(len(assets))
    for asset in assets:
        diary.note("halve", asset.name)
    return [Half(value=length.bytes / 2) for length in lengths]


class Quarter(StageOutput):
    value: float


@stage(queue="batch", version=1, batch=10)
def quarter(assets: list[AssetRef], lengths: list[Length], diary: Diary) -> Iterator[Quarter]:
    for asset, length in zip(assets, lengths, strict=True):
        diary.note("quarter", asset.name)
        yield Quarter(value=length.bytes / 4)


@stage(queue="slow", version=1, beside=True, after=("measure",))
def polish(asset: AssetRef, length: Length, diary: Diary) -> StageOutput:
    diary.note("polish", asset.name)
    return StageOutput(warnings=("a little dull",) if length.bytes < 3 else ())


class Deployment:
    """Everything wired, in one process."""

    def __init__(
        self, url: str, window: int = 100, settle: float = 0.0, stages: Sequence[Stage] = ()
    ) -> None:
        self.catalog = Catalog(Database(url))
        self.catalog.set_up()
        self.diary = Diary()
        self.tools = Tools({Diary: self.diary})
        self.plan = Plan(list(stages) or [hash, measure, halve, polish], self.tools)
        self.carrier = MemoryTransport(self.plan)
        self.dispatcher = Dispatcher(self.catalog.backlog, self.plan, self.carrier, window)
        self.runner = Runner(self.catalog, self.plan, self.tools, self.dispatcher, RunPolicy(5.0, 3))
        self.verifier = FixityWorker(self.catalog, self.carrier, "io", 5.0)
        self.sweep = Sweep(self.catalog, self.plan, self.dispatcher, self.carrier, self.verifier, 3)
        self.scanner = Scanner(
            self.catalog, self.plan, self.dispatcher, ScanPolicy(lambda n: n.endswith(".mp4"), settle), 5.0
        )

    def scan(self, *paths: Path) -> int:
        scan = self.catalog.scans.create([str(path) for path in paths])
        assert self.scanner.scan(scan)
        return scan

    def counts(self, stage: str) -> dict[str, int]:
        return self.catalog.results.counts().get(stage, {})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    for number in range(5):
        (folder / f"clip{number}.mp4").write_bytes(b"x" * (number + 1))
    return folder


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Deployment]:
    deployment = Deployment(catalogue_url)
    yield deployment
    deployment.catalog.close()


def everything_done_once(here: Deployment, files: int) -> bool:
    done = all(here.counts(stage.name) == {"done": files} for stage in here.plan.stages)
    return done and set(here.diary.calls.values()) == {1}


def test_every_file_goes_through_every_stage_once(here: Deployment, folder: Path) -> None:
    scan = here.scan(folder)
    here.carrier.work(here.runner)
    progress = here.catalog.scans.progress(scan)
    assert (progress.found, progress.new, progress.done, progress.failed) == (5, 5, 5, 0)
    assert everything_done_once(here, 5)
    assert max(here.diary.batches) > 1, "the batch stage took several files at once"


def test_a_second_scan_queues_nothing(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.carrier.work(here.runner)
    before = here.carrier.published
    again = here.catalog.scans.progress(here.scan(folder))
    assert (again.found, again.new, again.unchanged) == (5, 0, 5)
    assert here.carrier.published == before


def test_the_same_content_at_two_paths_is_one_asset_processed_once(here: Deployment, folder: Path) -> None:
    (folder / "copy.mp4").write_bytes((folder / "clip1.mp4").read_bytes())
    here.scan(folder)
    here.carrier.work(here.runner)
    assert here.catalog.assets.totals() == (5, 6)
    assert here.counts("measure") == {"done": 5}


def test_a_changed_file_becomes_a_new_asset_at_the_same_place(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.carrier.work(here.runner)
    (folder / "clip0.mp4").write_bytes(b"another content")
    progress = here.catalog.scans.progress(here.scan(folder))
    here.carrier.work(here.runner)
    assert (progress.changed, progress.new) == (1, 0)
    assert here.catalog.assets.totals() == (6, 5)


def test_bad_media_is_parked_with_its_reason_and_the_others_go_on(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("the file is empty")
    scan = here.scan(folder)
    here.carrier.work(here.runner)
    progress = here.catalog.scans.progress(scan)
    assert (progress.done, progress.failed, progress.over) == (4, 1, True)
    [failure] = here.catalog.assets.failures(10)
    assert (failure.path, failure.stage, failure.kind) == (str(folder / "clip2.mp4"), "hash", "bad_media")
    assert failure.reason == "the file is empty"


def test_one_bad_file_does_not_spoil_its_batch(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    for _ in range(10):  # everything up to the batch stage
        here.carrier.work(here.runner, 1)
    here.diary.raises["clip3.mp4"] = lambda: BadMedia("no picture")
    here.carrier.work(here.runner)
    assert here.counts("halve") == {"done": 4, "failed": 1}


@pytest.fixture
def trickling(catalogue_url: str, folder: Path) -> Iterator[Deployment]:
    """Five files before a batch stage that gives its outputs one by one."""
    deployment = Deployment(catalogue_url, stages=[hash, measure, quarter])
    deployment.scan(folder)
    for _ in range(10):
        deployment.carrier.work(deployment.runner, 1)
    assert deployment.counts("measure") == {"done": 5}
    yield deployment
    deployment.catalog.close()


def test_what_a_batch_gave_before_it_failed_is_kept_and_only_the_rest_is_tried_alone(
    trickling: Deployment,
) -> None:
    trickling.diary.raises["clip2.mp4"] = lambda: BadMedia("no picture")
    trickling.carrier.work(trickling.runner)
    assert trickling.counts("quarter") == {"done": 4, "failed": 1}
    calls = {f"clip{n}.mp4": trickling.diary.calls["quarter", f"clip{n}.mp4"] for n in range(5)}
    assert calls == {**dict.fromkeys(calls, 1), "clip2.mp4": 2}


def test_outputs_are_saved_while_the_stage_goes_on(
    trickling: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.jobs.runner.SAVED_TOGETHER", 1)
    plain, called = trickling.diary.note, list[str]()

    def note(stage: str, name: str) -> None:
        called.append(name)
        end = time.monotonic() + 60
        while len(called) > 1 and not trickling.counts("quarter").get("done"):
            assert time.monotonic() < end, "the first output was never saved"
        plain(stage, name)

    monkeypatch.setattr(trickling.diary, "note", note)
    trickling.carrier.work(trickling.runner)
    assert trickling.counts("quarter") == {"done": 5}
    assert len(called) == 5


def test_a_batch_stage_that_gives_too_little_is_to_blame(trickling: Deployment) -> None:
    def few(assets: list[AssetRef], lengths: list[Length], diary: Diary) -> Iterator[Quarter]:
        yield from ()

    stages = [hash, measure, replace(quarter, function=few)]
    trickling.plan = Plan(stages, trickling.tools)
    runner = Runner(
        trickling.catalog, trickling.plan, trickling.tools, trickling.dispatcher, RunPolicy(5.0, 3)
    )
    trickling.carrier.work(runner)
    assert trickling.counts("quarter") == {"failed": 5}
    assert "gave 0 results" in trickling.catalog.assets.failures(1)[0].reason


def test_transient_failures_wait_and_are_given_up_in_the_end(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: Transient("the share is away", delay=0.0)
    scan = here.scan(folder)
    for _ in range(5):
        here.carrier.work(here.runner)
        here.sweep.run()
    assert here.diary.calls["hash", "clip2.mp4"] == 3
    [failure] = here.catalog.assets.failures(10)
    assert (failure.kind, failure.attempts) == ("transient", 3)
    assert here.catalog.scans.progress(scan).over


def test_a_transient_failure_with_a_long_delay_is_deferred(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: Transient("no space left", delay=300.0)
    scan = here.scan(folder)
    here.carrier.work(here.runner)
    progress = here.catalog.scans.progress(scan)
    assert (progress.active, progress.deferred, progress.over) == (1, 1, True)


def test_retry_lets_a_parked_file_start_afresh(here: Deployment, folder: Path) -> None:
    here.diary.raises["clip2.mp4"] = lambda: BadMedia("cannot be read")
    here.scan(folder)
    here.carrier.work(here.runner)
    here.diary.raises.clear()
    assert here.catalog.backlog.retry(None, None, None) == 1
    here.sweep.run()
    here.carrier.work(here.runner)
    assert here.counts("polish") == {"done": 5}
    assert here.catalog.assets.failures(10) == []


def test_a_skipped_stage_is_no_failure_and_can_be_caught_up(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.carrier.work(here.runner, 10)
    here.diary.raises = {f"clip{n}.mp4": lambda: Unavailable("no weights") for n in range(5)}
    here.carrier.work(here.runner)
    assert here.counts("halve") == {"skipped": 5}
    assert here.catalog.assets.failures(10) == []
    here.diary.raises = {}
    assert here.catalog.backlog.retry(None, ["unavailable"], "halve") == 5
    here.sweep.run()
    here.carrier.work(here.runner)
    assert here.counts("halve") == {"done": 5}


def test_a_broker_that_forgets_everything_loses_nothing(
    here: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.jobs.sweep.GRACE", 0.0)
    here.scan(folder)
    while here.carrier.waiting():
        here.carrier.work(here.runner, 3)
        here.carrier.lose_everything()
        here.sweep.run()
    assert everything_done_once(here, 5)


def test_a_broker_that_is_down_at_the_scan_loses_nothing(here: Deployment, folder: Path) -> None:
    here.carrier.down = True
    here.scan(folder)
    assert here.sweep.run()["started"] == 0
    here.carrier.down = False
    here.carrier.lose_everything()
    here.catalog.recovery.unqueue([s.name for s in here.plan.stages], float("inf"))
    here.sweep.run()
    here.carrier.work(here.runner)
    assert everything_done_once(here, 5)


def test_a_run_that_is_held_is_left_alone_and_rings(here: Deployment, folder: Path) -> None:
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
    here.carrier.work(here.runner)
    progress = here.catalog.scans.progress(last[0])
    assert (len(last), progress.missing, progress.active, progress.deferred) == (1, 1, 0, 0)
    assert here.counts("hash") == {"done": 4}


def test_a_worker_that_died_is_taken_over_and_counted(
    here: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch
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
    assert here.catalog.assets.totals()[0] == 0


def test_the_window_bounds_what_is_in_flight(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"c{number:02}.mp4").write_bytes(str(number).encode())
    here = Deployment(f"sqlite:///{tmp_path / 'c.sqlite'}", window=8)
    here.scan(folder)
    most = 0
    while here.carrier.work(here.runner, 1):
        most = max(most, here.catalog.backlog.in_flight(MAIN_LANE))
    assert most <= 8
    assert everything_done_once(here, 60)
    here.catalog.close()


def test_a_new_version_runs_again_with_what_depends_on_it(here: Deployment, folder: Path) -> None:
    here.scan(folder)
    here.carrier.work(here.runner)

    @stage(queue="batch", version=2, batch=10)
    def halve(assets: list[AssetRef], lengths: list[Length], diary: Diary) -> list[Half]:
        for asset in assets:
            diary.note("halve", asset.name)
        return [Half(value=0) for _ in lengths]

    newer = Plan([hash, measure, halve, polish], here.tools)
    carrier = MemoryTransport(newer)
    dispatcher = Dispatcher(here.catalog.backlog, newer, carrier, 100)
    sweep = Sweep(here.catalog, newer, dispatcher, carrier, here.verifier, 3)
    assert sweep.plan_missing() == 5
    assert sweep.plan_missing() == 0
    sweep.run()
    carrier.work(Runner(here.catalog, newer, here.tools, dispatcher, RunPolicy()))
    assert here.diary.calls["halve", "clip0.mp4"] == 2
    assert here.diary.calls["measure", "clip0.mp4"] == 1
    assert here.counts("halve") == {"done": 5}, "the old version's runs are gone"


def test_the_owner_of_a_lease_is_known_to_be_dead_when_its_process_is() -> None:
    assert not lease.is_dead(lease.owner())
    assert not lease.is_dead("another-machine:1:2/1/1")
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    host = lease.owner().rsplit("/", 2)[0]
    assert lease.is_dead(f"{host}/{child}/123")


def test_a_file_in_motion_is_taken_once_it_holds_still(
    here: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.features.scanning.scanner.MOTION", 0.0)
    growing = folder / "clip0.mp4"
    rules = ScanPolicy(lambda n: n.endswith(".mp4"), settle=1.0)
    here.scanner = Scanner(here.catalog, here.plan, here.dispatcher, rules, 5.0)
    over, written = threading.Event(), threading.Event()

    def grow() -> None:
        while not over.is_set():
            with growing.open("ab") as file:
                file.write(b"more")
            written.set()

    writer = threading.Thread(target=grow)
    writer.start()
    written.wait()
    try:
        first = here.scan(folder)
        [later] = here.catalog.scans.due()
        assert here.scanner.scan(later)
        assert here.catalog.scans.due() == [later], "put off again, no third scan"
    finally:
        over.set()
        writer.join()
    found = here.catalog.scans.progress(first)
    assert found.new == 4 and "clip0.mp4: still being written" in found.warnings[0]
    assert here.scanner.scan(later)
    assert here.catalog.scans.progress(later).new == 1
    assert here.catalog.scans.due() == []


def test_what_was_skipped_starts_again_once_one_of_it_was_done(here: Deployment, folder: Path) -> None:
    for number in range(5):
        here.diary.raises[f"clip{number}.mp4"] = lambda: Unavailable("no model")
    here.scan(folder)
    here.carrier.work(here.runner)
    skipped = here.counts("hash")["skipped"]
    assert skipped == 5
    assert retry_skipped(here.catalog.database) == 1, "one, to find out"
    here.dispatcher.top_up_all()
    here.carrier.work(here.runner)
    assert here.counts("hash") == {"skipped": 5}, "still not there"
    here.diary.raises.clear()
    assert retry_skipped(here.catalog.database) == 1
    here.dispatcher.top_up_all()
    here.carrier.work(here.runner)
    assert here.counts("hash") == {"skipped": 4, "done": 1}
    assert retry_skipped(here.catalog.database) == 4
    here.dispatcher.top_up_all()
    here.carrier.work(here.runner)
    assert here.counts("polish") == {"done": 5}
    assert retry_skipped(here.catalog.database) == 0
