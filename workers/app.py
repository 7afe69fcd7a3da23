"""The Celery app: one task a stage, the scan and the sweep. All that Celery knows of dampipe is here."""

import logging
from time import monotonic
from typing import Any

from celery import Celery, Task

from dampipe.app.container import Container, process_container
from dampipe.features.search.index_admin import IndexService
from dampipe.jobs.model import Outcome, Subject
from dampipe.jobs.stage import Stage
from workers import heartbeat as reporting
from workers.progress_events import ProgressEvents

log = logging.getLogger(__name__)

app = Celery("dampipe")
app.config_from_object("celeryconfig")


class StageFailed(Exception):
    """A run was parked; what Flower shows in red is its reason."""


def _stage_task(stage: Stage) -> None:
    @app.task(  # type: ignore[untyped-decorator]
        name=f"dampipe.{stage.name}", bind=True, throws=(StageFailed,), time_limit=stage.time_limit
    )
    def run(self: Task, key: str, name: str) -> str:
        began = monotonic()
        teller = ProgressEvents(app, self.request)
        try:
            report = process_container().runner.run(stage.name, Subject.parse(key), teller.hear)
        finally:
            teller.over()
        also = f" (and {report.also} more in one batch)" if report.also else ""
        because = f": {report.reason}" if report.reason else ""
        words = f"{report.outcome}{because}{also}"
        level = logging.WARNING if report.outcome is Outcome.FAILED else logging.INFO
        log.log(level, "%-8s %s %s, %.2f s", stage.name, name, words, monotonic() - began)
        if report.outcome is Outcome.FAILED:
            raise StageFailed(f"{name}: {report.reason}")
        if not report.outcome.goes_on:
            self.request.chain = None  # the chain steps aside
        return f"{name} {words}"


@app.task(name="dampipe.scan")  # type: ignore[untyped-decorator]
def scan(number: int) -> str:
    """Walk a scan."""
    if not process_container().scanner.scan(number):
        return "nothing to do"
    log.info("scan %d walked", number)
    return "walked"


@app.task(name="dampipe.sweep")  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int]:
    """Plan again what was lost."""
    return process_container().sweep.run()


@app.task(name="dampipe.sync")  # type: ignore[untyped-decorator]
def sync() -> str:
    """Begin a sync of all sources; what it comes to is in the status and among the failures."""
    scans = process_container().library.sync.begin()
    log.info("sync began: scans %s", ", ".join(map(str, scans)))
    return f"began {len(scans)} scans"


@app.task(name="dampipe.verify")  # type: ignore[untyped-decorator]
def verify() -> str:
    """Read files again, for some seconds."""
    return f"{process_container().verifier.portion()} files read"


@app.task(name="dampipe.tend")  # type: ignore[untyped-decorator]
def tend() -> str:
    """Bring a vector index that is lost, damaged or left behind up to the catalogue."""
    repaired = process_container().get(IndexService).tend()
    return f"repaired: {', '.join(repaired)}" if repaired else "nothing to do"


def _register(world: Container) -> None:
    for stage in world.plan.stages:
        _stage_task(stage)


_register(process_container())
reporting.connect()


def queue_names() -> list[str]:
    """All queues of the deployment."""
    names: dict[str, Any] = dict.fromkeys(["control", "scan", *process_container().plan.queues])
    return list(names)
