"""Progress of real work: from ffmpeg through the stage and the lease into the catalogue, and fenced on the way."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.scanner import Scanner
from dampipe.jobs import lease
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.lease import LeaseRenewer, ProgressInterval
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.model import Outcome, Running, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.stage import Stage, stage
from dampipe.jobs.toolbox import Tools
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import RunId, VersionId
from dampipe.kernel.progress import Progress, Reporter
from dampipe.kernel.stage_io import StageOutput, VersionRef
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import SOFTWARE
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.tasks.hash import hash
from dampipe.tasks.preview import preview
from dampipe.tasks.probe import probe
from dampipe.tasks.proxy import proxy
from tests.support.catalog import Catalog
from tests.support.pipeline import NO_WORK, make_runner


class Here:
    """A catalogue, a runner and one scanned folder."""

    def __init__(self, url: str, folder: Path, stages: list[Stage], tools: dict[type, object]) -> None:
        self.catalog = Catalog(Database(url))
        self.catalog.set_up()
        toolbox = Tools(tools)
        self.plan = Plan(stages, toolbox)
        self.transport = MemoryTransport(self.plan)
        dispatcher = Dispatcher(self.catalog.backlog, self.plan, self.transport, NO_WORK, 100)
        at_once = ProgressInterval(first=0.0)
        policy = RunPolicy(60.0, 3)
        self.runner = make_runner(self.catalog, self.plan, toolbox, dispatcher, policy, progress=at_once)
        policy = ScanPolicy(lambda name: name.endswith((".mp4", ".mov")), 0.0)
        catalog, leases = self.catalog, LeaseRenewer()
        database, sources = catalog.database, catalog.sources
        scanner = Scanner(database, catalog.scans, sources, self.plan, dispatcher, policy, leases, 60.0)
        assert scanner.scan(self.catalog.scans.create([str(folder)]))

    def running(self) -> list[Running]:
        return self.catalog.results.running([one.name for one in self.plan.stages], 20)


class Waiting:
    """A tool that a stage waits for."""

    def __init__(self) -> None:
        self.go = threading.Event()


@stage(queue="io", version=1, batch=4)
def ponder(assets: list[VersionRef], waiting: Waiting, report: Reporter) -> list[StageOutput]:
    report(1, len(assets), "files")
    assert waiting.go.wait(120)
    return [StageOutput() for _ in assets]


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Here]:
    folder = tmp_path / "footage"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.mp4").write_text(name)
    made = Here(catalogue_url, folder, [hash, ponder], {Waiting: Waiting()})
    yield made
    made.catalog.close()


def until(condition: Any) -> None:
    for _ in range(600):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("waited in vain")


def test_a_batch_says_how_far_it_is_and_is_through(here: Here) -> None:
    here.transport.work(here.runner, 2)
    waiting: Any = here.runner.toolbox.get(Waiting)
    heard: list[Progress] = []
    at_work = threading.Thread(target=here.runner.run, args=("ponder", Subject(version=1), heard.append))
    at_work.start()
    try:
        until(lambda: any(one.progress for one in here.running()))
        first, second = here.running()
    finally:
        waiting.go.set()
        at_work.join()
    assert (first.stage, first.asset, first.attempts) == ("ponder", here.catalog.assets.refs([1])[1].sha1, 1)
    assert {first.name, second.name} == {"a.mp4", "b.mp4"}
    assert first.machine == lease.owner().partition(":")[0]
    assert first.progress == heard[0] == Progress(done=1, total=2, unit="files")
    assert second.progress is None, "the batch speaks for its first file"
    assert here.running() == []
    row = here.catalog.runs.find(here.plan.key(ponder), Subject(version=1))
    assert row is not None and row.progress is None


def test_who_lost_its_lease_says_nothing_more(here: Here) -> None:
    here.transport.work(here.runner, 2)
    which = here.plan.key(ponder), Subject(version=1)
    told = Progress(done=1, total=2).model_dump_json()
    mine = here.catalog.runs.claim(*which, "me", -1.0)
    assert mine is not None
    here.catalog.runs.renew([mine], "me", -1.0, told)
    [running] = here.running()
    assert running.progress == Progress(done=1, total=2)
    theirs = here.catalog.runs.claim(*which, "them", -1.0)
    assert theirs is not None
    assert here.running()[0].progress is None, "who takes over begins at the beginning"
    here.catalog.runs.renew([mine], "me", 60.0, told)
    assert here.running()[0].progress is None
    assert here.catalog.runs.claim(*which, "me", -1.0) is not None, "its lease was not renewed either"
    here.catalog.runs.renew([mine], "me", 60.0, told)
    assert here.running()[0].progress is None, "an attempt of before is as lost as another worker's"


def test_neither_telling_nor_listing_walks_through_all_runs(tmp_path: Path) -> None:
    """Both happen every few seconds, and a catalogue may hold millions of runs."""
    catalog = Catalog(Database(f"sqlite:///{tmp_path / 'c.sqlite'}"))
    catalog.set_up()
    asked: list[tuple[str, Any]] = []

    @event.listens_for(catalog.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            asked.append((statement, values))

    claims = [ClaimedRun(RunId(number), Subject(version=VersionId(number)), 1, True) for number in (1, 2)]
    catalog.runs.renew(claims, "me", 60.0, "{}")
    catalog.results.running(["hash", "proxy"], 20)
    assert len(asked) == 2
    with catalog.database.read() as connection:
        for statement, values in [*asked]:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert [step.detail for step in plan if step.detail.startswith("SCAN run")] == [], plan
    catalog.close()


def test_progress_is_written_now_and_then_and_the_latest_wins() -> None:
    written: list[Progress | None] = []
    with LeaseRenewer(ProgressInterval(first=0.3)).hold(written.append, 3600) as held:
        for number in range(50):
            held.on_progress(Progress(done=number))
        until(lambda: written)
        assert written == [Progress(done=49)]
    held.on_progress(Progress(done=50))
    assert written == [Progress(done=49)]


def test_a_renewal_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []

    def renew(_: Progress | None) -> None:
        tries.append(1)
        raise ValueError("no such column")

    with LeaseRenewer().hold(renew, 0.15):
        until(lambda: len(tries) > 1)
    assert "a lease could not be renewed, which is a bug" in caplog.text
    assert "no such column" in caplog.text


def test_ffmpegs_progress_comes_to_the_catalogue(tmp_path: Path) -> None:
    """A clip of 4 s that is read at twice its speed: every pass takes 2 s on whatever machine."""
    ffmpeg = find_ffmpeg()
    folder = tmp_path / "footage"
    folder.mkdir()
    clip = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4", "-c:v", "mjpeg"]
    assert run_ffmpeg(ffmpeg, [*clip, f"file:{folder / 'clip.mov'}"], Limits()).ok
    slow = tmp_path / "ffmpeg"
    slow.write_text(f'#!/bin/sh\nexec "{ffmpeg.path}" -readrate 2 "$@"\n')
    slow.chmod(0o755)
    slowed = replace(ffmpeg, path=str(slow))
    prober = Prober()
    soft = [Acceleration(SOFTWARE, True, "for the test")]
    here = Here(
        f"sqlite:///{tmp_path / 'c.sqlite'}",
        folder,
        [hash, probe, preview, proxy],
        {
            Prober: prober,
            Passes: Passes(PreviewMaker(slowed, PreviewRecipe(), lambda _, times: [(0, 0)])),
            ProxyMaker: ProxyMaker(slowed, ProxyRecipe(), soft),
            DerivativeStore: DerivativeStore(MemoryBlobs()),
        },
    )
    here.transport.work(here.runner, 3)
    seen: list[Running] = []
    heard: list[Progress] = []
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(here.runner.run("proxy", Subject(version=1), heard.append).outcome)

    at_work = threading.Thread(target=work)
    at_work.start()
    while at_work.is_alive():
        seen += here.running()
        at_work.join(0.05)
    assert outcomes == [Outcome.DONE]
    told = [one.progress for one in seen if one.progress is not None]
    assert told and all(one.total == pytest.approx(4.0, abs=0.05) and one.unit == "s" for one in told)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert any(0 < one.done < 4 for one in told)
    assert set(told) <= set(heard)
    details = {one.stage: one for one in here.catalog.assets.runs(1)}
    assert details["proxy"].plan == details["preview"].plan == SOFTWARE
    assert details["proxy"].speed
    assert details["proxy"].size and details["preview"].size and not details["probe"].plan
    prober.close()
    here.catalog.close()
