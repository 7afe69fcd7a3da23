"""How runs and work items are planned, sent and recovered."""

from dampipe.app.capabilities import Capabilities
from dampipe.app.features import features
from dampipe.app.pipeline import load_named, load_pipeline
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.subjects import AssetSubjects
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.nightly import NightlyJobs
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy, SweepPolicy
from dampipe.jobs.queue import RunQueue
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.savers import SaverRegistry
from dampipe.jobs.stage import StageNames
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.toolbox import Toolbox
from dampipe.jobs.unserved import UnservedQueues
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.settings.settings import Settings


def plan(services: Services) -> Plan:
    """The stages of the pipeline."""
    return Plan(load_pipeline(services.get(Settings)), services.get(Toolbox))


def capabilities(services: Services) -> Capabilities:
    """Which stages this machine can run."""
    return Capabilities(services.get(Plan), services.get(Toolbox))


def task_transport(services: Services) -> TaskTransport:
    """How messages get to workers."""
    settings = services.get(Settings)
    transport: TaskTransport = load_named("transport", settings.transport)(settings)
    return transport


def dispatcher(services: Services) -> Dispatcher:
    """What sends messages, a bounded number at a time."""
    return Dispatcher(
        services.get(RunQueue),
        services.get(Plan),
        services.get(TaskTransport),
        services.get(WorkRegistry),
        services.get(Settings).window,
        services.get(UnservedQueues).find,
        services.get(MachineQueues),
    )


def saver_registry(services: Services) -> SaverRegistry:
    """Who saves which output of a stage."""
    return SaverRegistry.of(features())


def work_registry(services: Services) -> WorkRegistry:
    """The kinds of work items."""
    return WorkRegistry.of(features(), services.get(StageNames), services.get)


def run_policy(services: Services) -> RunPolicy:
    """How long a run is leased, and how often it is tried."""
    settings = services.get(Settings)
    return RunPolicy(settings.lease, settings.max_attempts)


def subjects(services: Services) -> AssetSubjects:
    """What runs are about."""
    postponed = [load_dotted(name)() for feature in features() for name in feature.postponed]
    known = [load_dotted(name) for feature in features() for name in feature.known_contents]
    return AssetSubjects(services.get(Database), services.get(AssetRepository), postponed, known)


def unserved_queues(services: Services) -> UnservedQueues:
    """Which queues no worker serves."""
    work = services.get(WorkRegistry)
    queues = dict.fromkeys([*services.get(Plan).queues, *(work[kind].queue for kind in work)])
    return UnservedQueues(services.get(WorkerRepository), list(queues))


def machine_queues(services: Services) -> MachineQueues:
    """Where chains go on whose files were fetched. The embedded broker serves one machine."""
    settings = services.get(Settings)
    here = None if settings.embedded_broker else settings.machine_name
    return MachineQueues(services.get(WorkerRepository), here)


def nightly_jobs(services: Services) -> NightlyJobs:
    """What a sync does besides its scan."""
    jobs = [services.get(load_dotted(name)) for feature in features() for name in feature.nightly]
    return NightlyJobs(
        services.get(Database),
        jobs,
        services.get(WorkRepository),
        services.get(WorkRegistry),
        services.get(WorkerRepository),
        lambda: services.get(TaskTransport),
    )


def sweep(services: Services) -> Sweep:
    """What recovers lost runs and messages, with the parts of all features."""
    parts = [services.get(load_dotted(name)) for feature in features() for name in feature.sweeps]
    return Sweep(
        database=services.get(Database),
        recovery=services.get(RunRecovery),
        queue=services.get(RunQueue),
        plan=services.get(Plan),
        dispatcher=services.get(Dispatcher),
        transport=services.get(TaskTransport),
        work=services.get(WorkRegistry),
        parts=parts,
        policy=SweepPolicy(
            max_attempts=services.get(Settings).max_attempts,
            machine_patience=services.get(Settings).staging_patience,
        ),
        machines=services.get(MachineQueues),
    )
