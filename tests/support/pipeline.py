"""A deployment in one process: a real catalogue, a transport in memory, and stages that note their calls."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from time import time

from dampipe.app.features import features
from dampipe.features.assets.queries import assets_of
from dampipe.features.fixity.sweep import FixitySweep
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.sweep import ScanSweep
from dampipe.features.search.sweep import TextIndexSweep
from dampipe.jobs.complete import RunCompleter
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.inputs import StageInputs
from dampipe.jobs.lease import LeaseRenewer, ProgressInterval
from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy, SweepPolicy
from dampipe.jobs.record import RunRecorder
from dampipe.jobs.runner import Runner
from dampipe.jobs.savers import SaverRegistry
from dampipe.jobs.stage import Stage, stage
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.toolbox import Toolbox, Tools
from dampipe.jobs.unserved import UnservedQueues, UnservedSweep
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import Work
from dampipe.kernel.ids import VersionId
from dampipe.kernel.stage_io import ContentHash, SourceFile, StageOutput, VersionRef
from dampipe.kernel.staging import Staging
from dampipe.storage.files.stores import FileStores
from tests.support.catalog import Catalog

POLICY = RunPolicy(lease=5.0, max_attempts=3)
NO_WORK = WorkRegistry({}, lambda kind: kind())


class Length(StageOutput):
    bytes: int


class Half(StageOutput):
    value: float


class Quarter(StageOutput):
    value: float


class Diary:
    """A tool that counts every call, and raises what a test asks for."""

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
def measure(asset: VersionRef, diary: Diary) -> Length:
    diary.note("measure", asset.name)
    return Length(bytes=asset.size)


@stage(queue="batch", version=1, batch=10)
def halve(assets: list[VersionRef], lengths: list[Length], diary: Diary) -> list[Half]:
    diary.batches.append(len(assets))
    for asset in assets:
        diary.note("halve", asset.name)
    return [Half(value=length.bytes / 2) for length in lengths]


@stage(queue="batch", version=1, batch=10)
def quarter(assets: list[VersionRef], lengths: list[Length], diary: Diary) -> Iterator[Quarter]:
    for asset, length in zip(assets, lengths, strict=True):
        diary.note("quarter", asset.name)
        yield Quarter(value=length.bytes / 4)


@stage(queue="slow", version=1, own_chain=True, after=("measure",))
def polish(asset: VersionRef, length: Length, diary: Diary) -> StageOutput:
    diary.note("polish", asset.name)
    return StageOutput(warnings=("a little dull",) if length.bytes < 3 else ())


def make_runner(
    catalog: Catalog,
    plan: Plan,
    toolbox: Toolbox,
    dispatcher: Dispatcher,
    policy: RunPolicy = POLICY,
    savers: SaverRegistry | None = None,
    progress: ProgressInterval | None = None,
    staging: Staging | None = None,
    machines: MachineQueues | None = None,
) -> Runner:
    """A runner over a catalogue, as the container wires it."""
    machines = machines or MachineQueues(catalog.workers, None)
    completer = RunCompleter(catalog.database, catalog.subjects, savers or SaverRegistry.of(features()))
    return Runner(
        runs=catalog.runs,
        inputs=StageInputs(catalog.results, catalog.subjects, plan, staging or NoStaging()),
        recorder=RunRecorder(catalog.runs, completer, plan, policy, machines),
        dispatcher=dispatcher,
        plan=plan,
        toolbox=toolbox,
        leases=LeaseRenewer(progress),
        policy=policy,
        machines=machines,
    )


def make_sweep(
    catalog: Catalog,
    plan: Plan,
    dispatcher: Dispatcher,
    transport: TaskTransport,
    worker: FixityWorker,
    policy: SweepPolicy | None = None,
    work: WorkRegistry = NO_WORK,
    unserved: UnservedQueues | None = None,
    machines: MachineQueues | None = None,
) -> Sweep:
    """A sweep with the parts of all features, as the container wires it."""
    return Sweep(
        database=catalog.database,
        recovery=catalog.recovery,
        queue=catalog.backlog,
        plan=plan,
        dispatcher=dispatcher,
        transport=transport,
        work=work,
        parts=[
            ScanSweep(catalog.scans, catalog.holding, plan, transport),
            TextIndexSweep(catalog.words),
            FixitySweep(worker),
            UnservedSweep(unserved or UnservedQueues(catalog.workers, plan.queues), transport),
        ],
        policy=policy or SweepPolicy(max_attempts=POLICY.max_attempts),
        machines=machines or MachineQueues(catalog.workers, None),
    )


def save_output(catalog: Catalog, asset: int, output: StageOutput) -> None:
    """Save what a stage returned for an asset, as the completion of its run does."""
    savers = SaverRegistry.of(features())
    with catalog.database.write() as connection:
        assets = assets_of(connection, [asset])
        outputs = [(VersionId(asset), output)]
        savers.save(connection, catalog.database, outputs, time(), assets=assets)


class NoStaging:
    """There are no remote files."""

    def hold(self, *_: object, **__: object) -> AbstractContextManager[SourceFile]:
        """Never called."""
        raise AssertionError("a local file is not staged")


class Deployment:
    """Everything wired, in one process."""

    def __init__(
        self,
        catalogue: str | Catalog,
        window: int = 100,
        settle: float = 0.0,
        stages: Sequence[Stage] = (),
        policy: RunPolicy = POLICY,
        grace: float = 5.0,
        work: dict[str, Work] | None = None,
        diary: Diary | None = None,
        staging: Staging | None = None,
    ) -> None:
        """catalogue: one that is set up, or the URL of one that may be empty. grace: as SweepPolicy has it.

        work: kinds of work items besides stages. staging: of remote files; None: there are none.
        """
        if isinstance(catalogue, str):
            self.catalog = Catalog(Database(catalogue))
            self.catalog.set_up()
        else:
            self.catalog = catalogue
        self.diary = diary or Diary()
        self.tools = Tools({Diary: self.diary})
        self.plan = Plan(list(stages) or [hash, measure, halve, polish], self.tools)
        self.kinds = WorkRegistry(work or {}, lambda kind: kind())
        self.transport = MemoryTransport(self.plan, self.kinds)
        self.unserved = UnservedQueues(self.catalog.workers, self.plan.queues, checked_every=0.0)
        self.dispatcher = Dispatcher(
            self.catalog.backlog, self.plan, self.transport, self.kinds, window, self.unserved.find
        )
        self.leases = LeaseRenewer()
        self.runner = make_runner(
            self.catalog, self.plan, self.tools, self.dispatcher, policy, staging=staging
        )
        self.work = WorkRepository(self.catalog.database)
        self.work_runner = WorkRunner(
            self.work, self.catalog.runs, self.kinds, self.dispatcher, self.leases, policy
        )
        checks, workers = self.catalog.verifications, self.catalog.workers
        self.verifier = FixityWorker(checks, workers, self.transport, "io", self.leases, 5.0, FileStores().of)
        sweeping = SweepPolicy(max_attempts=policy.max_attempts, grace=grace)
        self.sweep = make_sweep(
            self.catalog,
            self.plan,
            self.dispatcher,
            self.transport,
            self.verifier,
            sweeping,
            self.kinds,
            self.unserved,
        )
        self.scanner = self.make_scanner(ScanPolicy(lambda name: name.endswith(".mp4"), settle))

    def with_stages(self, *stages: Stage, policy: RunPolicy = POLICY) -> "Deployment":
        """Another pipeline over the same catalogue, with the same diary."""
        return Deployment(self.catalog, stages=stages, policy=policy, diary=self.diary)

    def make_scanner(self, policy: ScanPolicy) -> Scanner:
        catalog = self.catalog
        return Scanner(
            catalog.database,
            catalog.scans,
            catalog.sources,
            self.plan,
            self.dispatcher,
            policy,
            self.leases,
            5.0,
        )

    def scan(self, *paths: Path) -> int:
        scan = self.catalog.scans.create([str(path) for path in paths])
        assert self.scanner.scan(scan)
        return scan

    def drain(self, steps: int | None = None, served: Collection[str] | None = None) -> int:
        """Do what workers would with the messages that wait. served: their queues; None for all."""
        return self.transport.work(self.runner, steps, self.work_runner, served)

    def counts(self, stage: str) -> dict[str, int]:
        return self.catalog.results.counts().get(stage, {})

    def everything_done_once(self, files: int) -> bool:
        done = all(self.counts(stage.name) == {"done": files} for stage in self.plan.stages)
        return done and set(self.diary.calls.values()) == {1}
