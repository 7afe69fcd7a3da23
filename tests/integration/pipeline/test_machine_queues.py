"""Chains go on at the machine that has fetched the file, and on any other one where that is gone, busy or slow."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.machine_queues import MAX_NAME, MachineQueues, machine_queue
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.policy import RunPolicy, SweepPolicy
from dampipe.jobs.stage import stage
from dampipe.jobs.tables import RUN, WORKER
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.errors import Transient
from dampipe.kernel.ids import LocationId
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.memory import Bucket
from dampipe.storage.files.staging import FootageStaging
from tests.support.memory_stores import MemoryStores, memory_bucket, scan_remote
from tests.support.pipeline import POLICY, Deployment, Diary, make_runner, make_sweep

ROOT = "memory-files://machines/footage"
QUEUES = ("io", "batch", "slow", "cheap")
FILES = 4
DATA = {f"c{number}.mp4": bytes([65 + number]) * (3000 + number) for number in range(FILES)}
SIZE = sum(map(len, DATA.values()))


class Facts(StageOutput):
    first: str


class Thought(StageOutput):
    of: int


class Look(StageOutput):
    last: str


class Copied(StageOutput):
    size: int


@stage(queue="io", version=1)
def hash(file: SourceFile, diary: Diary) -> ContentHash:
    diary.note("hash", file.name)
    return ContentHash(sha1=file.sha1, size=file.size)


@stage(queue="io", version=1)
def facts(file: SourceFile, diary: Diary) -> Facts:
    diary.note("facts", file.name)
    return Facts(first=Path(file.path).read_bytes()[:4].hex())


@stage(queue="cheap", version=1)
def think(asset: VersionRef, facts: Facts, diary: Diary) -> Thought:
    """Opens no file, between two that do."""
    diary.note("think", asset.name)
    return Thought(of=len(facts.first))


@stage(queue="batch", version=1, batch=3)
def look(files: list[SourceFile], thoughts: list[Thought], diary: Diary) -> list[Look]:
    for file in files:
        diary.note("look", file.name)
    return [Look(last=Path(file.path).read_bytes()[-4:].hex()) for file in files]


@stage(queue="slow", version=1, own_chain=True, after=("facts",))
def copied(file: SourceFile, diary: Diary) -> Copied:
    diary.note("copied", file.name)
    return Copied(size=len(Path(file.path).read_bytes()))


STAGES = [hash, facts, think, look, copied]


class Machine:
    """A worker on a machine with a cache of its own."""

    def __init__(self, here: "Machines", name: str, queues: tuple[str, ...] = QUEUES) -> None:
        self.here, self.name = here, name
        deployment, catalog = here.deployment, here.catalog
        self.machines = MachineQueues(catalog.workers, name, checked_every=0.0)
        self.dispatcher = Dispatcher(
            catalog.backlog,
            deployment.plan,
            deployment.transport,
            deployment.kinds,
            100,
            machines=self.machines,
        )
        cache = FootageCache(here.folder / name, disk_reserve=0)
        staging = FootageStaging(MemoryStores().of, cache, pause=lambda _: here.pause())
        self.runner = make_runner(
            catalog,
            deployment.plan,
            deployment.tools,
            self.dispatcher,
            RunPolicy(lease=POLICY.lease, max_attempts=3),
            staging=staging,
            machines=self.machines,
        )
        self.sweep = make_sweep(
            catalog,
            deployment.plan,
            self.dispatcher,
            deployment.transport,
            deployment.verifier,
            machines=self.machines,
        )
        files = {one.queue for one in deployment.plan.stages if one.reads_footage}
        self.served = [*queues, *(machine_queue(queue, name) for queue in queues if queue in files)]
        self.report()

    def report(self) -> None:
        """Send a heartbeat."""
        self.here.catalog.workers.report(self.name, self.served, {}, 60.0)

    def work(self, steps: int | None = None, *served: str) -> int:
        return self.here.deployment.transport.work(self.runner, steps, served=served or self.served)


class Machines:
    """A bucket, a catalogue and a broker for several machines."""

    def __init__(self, url: str, folder: Path, bucket: Bucket) -> None:
        self.bucket, self.folder = bucket, folder
        self.deployment = Deployment(url, stages=STAGES)
        self.catalog = self.deployment.catalog
        self.catalog.sources.add("bucket", ROOT)
        self.a, self.b = Machine(self, "a"), Machine(self, "b")
        for name, data in DATA.items():
            bucket.write(f"footage/card/{name}", data)

    def pause(self) -> None:
        """What is done between two attempts of a transfer."""

    def scan(self) -> None:
        plan = self.deployment.plan
        scan_remote(self.catalog, plan.key(plan.first), self.deployment.scanner._policy, ROOT)
        self.a.dispatcher.top_up_all()

    def runs(self, *columns: Any) -> list[Any]:
        with self.catalog.database.read() as connection:
            return list(connection.execute(select(*(columns or (RUN,))).order_by(RUN.c.id)).all())

    def later(self, seconds: float) -> None:
        """Let messages have waited for some time."""
        with self.catalog.database.write() as connection:
            connection.execute(update(RUN).values(queued_at=RUN.c.queued_at - seconds))

    def is_done(self) -> bool:
        counts = {one.name: self.deployment.counts(one.name) for one in STAGES}
        return counts == {one.name: {"done": FILES} for one in STAGES}

    def is_done_once(self) -> bool:
        return self.is_done() and set(self.deployment.diary.calls.values()) == {1}


@pytest.fixture
def machines(catalogue_url: str, tmp_path: Path) -> Iterator[Machines]:
    with memory_bucket("machines") as bucket:
        made = Machines(catalogue_url, tmp_path, bucket)
        yield made
        made.catalog.close()


def test_every_stage_of_a_file_runs_where_it_was_fetched(machines: Machines) -> None:
    machines.scan()
    assert machines.a.work(1) == machines.b.work(1) == 1
    while machines.a.work(1) + machines.b.work(1):  # in turn, so that both take what they may
        pass
    assert machines.is_done_once()
    assert machines.bucket.bytes_read == SIZE
    both = [{path.name for path in (machines.folder / name / "copies").iterdir()} for name in "ab"]
    assert all(both) and not both[0] & both[1], "each has some, and none is on both"


def test_what_one_machine_has_is_left_to_it_while_it_waits_for_its_turn(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    waiting = machines.deployment.transport.chains()
    assert {chain.queue for chain in waiting} == {"io@a"}
    assert machines.b.work() == 0
    machines.a.work(FILES, "io@a")  # facts; those of `copied` are dispatched
    queues = {chain.queue for chain in machines.deployment.transport.chains() if chain.stages == ("copied",)}
    assert queues == {"slow@a"}
    machines.b.work()  # what opens no file may run anywhere
    assert machines.deployment.counts("think") == {"done": FILES}
    assert "look" not in {stage for stage, _ in machines.deployment.diary.calls}, "a batch leaves them, too"
    machines.a.work()
    assert machines.is_done_once() and machines.bucket.bytes_read == SIZE


def test_a_message_that_is_lost_is_sent_again_to_the_machine_that_has_the_file(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    machines.deployment.transport.lose_everything()
    machines.later(10)
    assert machines.b.sweep.run()["lost"] == FILES
    assert {chain.queue for chain in machines.deployment.transport.chains()} == {"io@a"}
    machines.a.work()
    assert machines.is_done_once() and machines.bucket.bytes_read == SIZE


def test_what_waits_too_long_for_a_busy_machine_is_done_by_another(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    machines.later(SweepPolicy.machine_patience - 5)
    assert machines.b.sweep.run()["lost"] == 0
    machines.later(10)
    assert machines.b.sweep.run()["lost"] == FILES
    machines.b.work()
    assert machines.is_done_once() and machines.bucket.bytes_read == 2 * SIZE
    machines.a.work()  # the messages that still wait there do nothing more
    assert machines.is_done_once()


@pytest.mark.parametrize("how", ["ended", "silent"])
def test_a_machine_that_has_gone_keeps_nothing(machines: Machines, how: str) -> None:
    machines.scan()
    machines.a.work(FILES + 1)
    if how == "ended":
        machines.catalog.workers.gone("a")
    else:
        with machines.catalog.database.write() as connection:
            connection.execute(update(WORKER).where(WORKER.c.name == "a").values(seen_at=NOW - 45))
    machines.later(6)
    machines.b.sweep.run()
    assert all(chain.queue is None for chain in machines.deployment.transport.chains())
    machines.b.work()
    assert machines.is_done_once()
    assert machines.bucket.bytes_read == 2 * SIZE
    assert {chain.queue for chain in machines.deployment.transport.chains()} == set()


def test_a_worker_that_is_killed_with_a_run_loses_nothing(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    key = machines.deployment.plan.key(facts)
    [first] = machines.runs(RUN.c.version_id)[-1:]
    assert (
        machines.catalog.runs.claim(key, Subject(version=first.version_id), "elsewhere/1/1", -1.0) is not None
    )
    machines.catalog.workers.gone("a")
    machines.later(6)
    machines.b.sweep.run()
    machines.b.work()
    assert machines.is_done_once()


def test_what_fails_for_a_while_is_tried_by_any_machine(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    machines.deployment.diary.raises["c0.mp4"] = lambda: Transient("this machine lacks something")
    machines.a.work(FILES, "io@a")
    [failed] = [run for run in machines.runs() if run.error_kind == "transient"]
    assert (failed.stage, failed.machine) == ("facts", None)
    machines.deployment.diary.raises.clear()
    with machines.catalog.database.write() as connection:
        connection.execute(update(RUN).values(not_before=0.0))
    machines.b.dispatcher.top_up_all()
    machines.b.work()
    machines.a.work()
    assert machines.is_done()


def test_a_transfer_that_breaks_off_is_continued_where_it_did_and_at_last_by_any(machines: Machines) -> None:
    data = bytes(range(256)) * 20_000
    for name in DATA:
        machines.bucket.remove(f"footage/card/{name}")
    machines.bucket.write("footage/card/long.mp4", data)
    machines.scan()
    machines.pause = lambda: setattr(machines.bucket.faults, "away", "refused")  # type: ignore[method-assign]
    found = []
    for _ in range(2):
        machines.bucket.faults.away, machines.bucket.faults.breaks_after = "", 1 << 20
        machines.a.work(1)
        [run] = machines.runs()
        found.append((run.state, run.machine))
        with machines.catalog.database.write() as connection:
            connection.execute(update(RUN).values(not_before=0.0))
        machines.a.dispatcher.top_up_all()
    assert found == [("pending", "a"), ("pending", None)]
    assert machines.runs()[0].fetched == 2 << 20, "the second began where the first had ended"
    machines.bucket.faults.away, machines.bucket.faults.breaks_after = "", None
    machines.a.work()
    assert machines.bucket.bytes_read == len(data)
    [digest] = [run.output for run in machines.runs() if run.stage == "hash"]
    assert hashlib.sha1(data).hexdigest() in digest


def test_a_worker_that_lacks_a_package_leaves_the_run_to_others(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines.scan()
    machines.a.work(FILES)
    with monkeypatch.context() as patch:
        patch.setattr(machines.deployment.tools, "missing_packages", lambda _: "everything", raising=False)
        machines.a.work()
    assert {run.machine for run in machines.runs() if run.stage == "facts"} == {None}
    machines.later(6)
    machines.b.sweep.run()
    machines.b.work()
    assert machines.is_done_once()


def test_a_machine_that_does_not_serve_a_queue_gets_none_of_it(machines: Machines) -> None:
    machines.a.served = ["io", "cheap", "io@a"]
    machines.a.report()
    machines.scan()
    machines.a.work()
    assert {chain.queue for chain in machines.deployment.transport.chains()} == {None}
    machines.b.work()
    assert machines.is_done_once() and machines.bucket.bytes_read == 2 * SIZE


def test_one_machine_alone_records_and_asks_nothing(machines: Machines) -> None:
    machines.a.machines.here = None
    machines.scan()
    machines.a.work()
    assert machines.is_done_once() and machines.bucket.bytes_read == SIZE
    assert {run.machine for run in machines.runs()} == {None}
    assert machines.a.machines._until == 0.0, "the workers were not asked for"


def test_a_run_whose_copy_is_elsewhere_may_be_claimed_by_any(machines: Machines) -> None:
    machines.scan()
    machines.a.work(FILES)
    [run] = machines.runs()[-1:]
    assert run.machine == "a"
    report = machines.b.runner.run("facts", Subject(version=run.version_id))
    assert (report.outcome, report.machine) == (Outcome.DONE, "b")
    first = machines.runs()[0]
    again = machines.b.runner.run("hash", Subject(location=LocationId(first.location_id)))
    assert again.outcome is Outcome.ALREADY


def test_names_of_queues_are_no_longer_than_brokers_allow() -> None:
    assert machine_queue("io", "nas") == "io@nas"
    long = {machine_queue("io", "ü" * 200), machine_queue("io", "ü" * 201)}
    assert len(long) == 2 and all(len(name.encode()) <= MAX_NAME and name.startswith("io@") for name in long)
