"""The Celery app: one task for each stage and kind of work, and those of scans, sweeps and fixity checks."""

import logging
from collections.abc import Callable
from time import monotonic

from celery import Celery, Task

from dampipe.app.container import Container, process_container
from dampipe.app.tasks import feature_tasks
from dampipe.jobs.errors import BROKER_URL_INVALID
from dampipe.jobs.model import Outcome, Report, Subject
from dampipe.jobs.plan import Plan
from dampipe.jobs.queue import parse_work_item_key
from dampipe.jobs.runner import Runner
from dampipe.jobs.stage import Stage
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.work import WorkRegistry
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.errors import (
    BrokerDown,
    Busy,
    CatalogueDown,
    DampipeError,
    InvalidInput,
    StorageFull,
    Transient,
)
from dampipe.kernel.feature import Task as FeatureTask
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.masking import mask_url
from dampipe.kernel.progress import Progress
from dampipe.workers import brokers, heartbeat, machine_queues
from dampipe.workers.machine_queues import queue_of_machine
from dampipe.workers.progress_events import ProgressEvents, ProgressSender

log = logging.getLogger(__name__)

app = Celery("dampipe")
app.config_from_object("dampipe.celeryconfig")
_problem = brokers.url_problem(app.conf.broker_url)
try:
    app.connection_for_write()  # reads the URL; connects when first used
except brokers.URL_ERRORS:  # their texts may quote parts of a password
    _problem = _problem or brokers.PARAMETER_UNKNOWN
if _problem:
    raise InvalidInput(BROKER_URL_INVALID, url=mask_url(app.conf.broker_url), problem=_problem)

progress_sender = ProgressSender(app)


INFRASTRUCTURE = (CatalogueDown, BrokerDown, StorageFull, Busy, Transient)
"""Errors of what dampipe stands on, which pass: one line in the log, and the sweep does the work again."""


def _left_to_the_sweep(what: str, error: DampipeError) -> str:
    """Log one line, without the traceback that Celery would give for what a task raises."""
    log.warning("%s: %s; the sweep tries it again", what, error)
    return f"left to the sweep: {error}"


class StageFailed(Exception):
    """A run was parked; Flower shows its reason in red."""


STAGING_LIMIT = 24 * 3600.0
"""Seconds for fetching a remote file, in addition to the limit of the stage that reads it."""


def _stage_task(stage: Stage) -> None:
    staging = STAGING_LIMIT if stage.reads_footage else 0.0

    @app.task(  # type: ignore[untyped-decorator]
        name=f"dampipe.{stage.name}", bind=True, throws=(StageFailed,), time_limit=stage.time_limit + staging
    )
    def run(self: Task, key: str, name: str) -> str:
        return _run(
            self,
            stage.name,
            name,
            lambda on_progress: (
                process_container().get(Runner).run(stage.name, Subject.parse(key), on_progress)
            ),
        )


def _work_task(kind: str, time_limit: float) -> None:
    @app.task(  # type: ignore[untyped-decorator]
        name=f"dampipe.{kind}", bind=True, throws=(StageFailed,), time_limit=time_limit
    )
    def run(self: Task, key: str, name: str) -> str:
        return _run(
            self,
            kind,
            name,
            lambda on_progress: (
                process_container().get(WorkRunner).run(kind, parse_work_item_key(key), on_progress)
            ),
        )


def _run(task: Task, kind: str, name: str, call: Callable[[Callable[[Progress], None]], Report]) -> str:
    """Run one stage or work item, log one line about it, and end the chain where it may not continue."""
    began = monotonic()
    events = ProgressEvents(progress_sender, task.request)
    try:
        report = call(events.on_progress)
    except INFRASTRUCTURE as error:
        task.request.chain = None
        return _left_to_the_sweep(f"{kind:<8} {name}", error)
    finally:
        events.close()
    batched = f" (and {report.batched} more in one batch)" if report.batched else ""
    reason = f": {report.reason}" if report.reason else ""
    result = f"{report.outcome}{reason}{batched}"
    level = logging.WARNING if report.outcome is Outcome.FAILED else logging.INFO
    log.log(level, "%-8s %s %s, %.2f s", kind, name, result, monotonic() - began)
    if report.outcome is Outcome.FAILED:
        raise StageFailed(f"{name}: {report.reason}")
    if not report.outcome.chain_continues:
        task.request.chain = None
    elif report.next_queue and task.request.chain:
        task.request.chain[-1]["options"]["queue"] = queue_of_machine(report.next_queue)
    return f"{name} {result}"


@app.task(name="dampipe.sweep")  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int]:
    """Recover lost runs and messages, and dispatch what is due."""
    try:
        return process_container().get(Sweep).run()
    except INFRASTRUCTURE as error:
        _left_to_the_sweep("sweep", error)
        return {}


def _feature_task(name: str, task: FeatureTask) -> None:
    @app.task(name=f"dampipe.{name}")  # type: ignore[untyped-decorator]
    def run(*arguments: int) -> str:
        try:
            return str(process_container().get(load_dotted(task.target))(*arguments))
        except INFRASTRUCTURE as error:
            return _left_to_the_sweep(name, error)


def _register(container: Container) -> None:
    plan = container.get(Plan)
    for name, scheduled in feature_tasks(container.settings, plan.stages).items():
        _feature_task(name, scheduled.task)
    for stage in plan.stages:
        _stage_task(stage)
    kinds = container.get(WorkRegistry)
    for kind in kinds:
        _work_task(kind, kinds[kind].time_limit)


_register(process_container())
heartbeat.connect()
machine_queues.connect()
