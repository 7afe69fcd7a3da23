"""Checks of this machine and its deployment: what works, and what is wrong."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import time
from typing import Any

from dampipe.app import broker
from dampipe.app.capabilities import Capabilities, describe_missing
from dampipe.app.container import Container
from dampipe.app.errors import (
    ACCELERATION_PAUSED,
    BROKEN_PLUGINS,
    BROKER_STOPPED,
    HOME_READ_ONLY,
    LOW_DISK_SPACE,
    MISSING_PACKAGES,
    NO_ENCODER,
    NO_RELAY,
    NO_SANDBOX,
    NO_VECTOR_INDEX,
    NO_WORKERS,
    NOT_CHECKED,
    OTHER_MODEL,
    SUBSCRIBERS_FAILING,
    UNSERVED_QUEUES,
    VECTOR_INDEX_UNSOUND,
)
from dampipe.app.exposure import check_exposure, has_login
from dampipe.app.features import plugins
from dampipe.app.schema import check_catalogue_present
from dampipe.features.derivatives.errors import DERIVATIVES_LOST, STORE_AWAY, STORE_SILENT
from dampipe.features.derivatives.health import StoreSample
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.search.index_admin import IndexService
from dampipe.features.search.model_service import ModelService
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.plan import Plan
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import check_schema
from dampipe.kernel.errors import CannotStart, DampipeError, ErrorCode, StageError
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.subscribers import SubscriberRepository, SubscriberState
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.vision.open_model import describe_device

LATE_EVENTS = 120.0
"""Seconds that an event waits for its number before the doctor warns."""
MIN_FREE_BYTES = 5_000_000_000
"""Free space on a disk below which the doctor warns."""


class Verdict(StrEnum):
    """How serious a finding is."""

    FINE = "fine"
    WARNING = "warning"
    """It works, with something missing."""
    BROKEN = "broken"
    """dampipe cannot process footage like this."""


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    what: str
    """What was checked."""
    verdict: Verdict
    found: str
    problem: DampipeError | None = None
    """What is wrong or missing; a face words its remedy."""


def examine(container: Container) -> Iterator[Finding]:
    """Run all checks in turn; takes some seconds, since the video hardware is tested."""
    checks: tuple[tuple[str, Callable[[Container], Finding]], ...] = (
        ("settings", _settings),
        ("database", _database),
        ("broker", _broker),
        *([("event bus", _event_bus)] if container.settings.event_bus else []),
        ("workers", _workers),
        ("network", _network),
        ("disk", _disk),
        ("ffmpeg", _ffmpeg),
        ("sandbox", _sandbox),
        ("acceleration", _acceleration),
        ("GPU", _gpu),
        ("model", _model),
        ("stages", _stages),
        ("vector index", _vector_index),
        ("derivatives", _derivatives),
        ("manifests", _manifests),
        ("events", _events),
        ("plug-ins", _plugins),
    )
    causes: dict[str, str] = {}  # by message: the check that reported it first
    for what, check in checks:
        try:
            yield check(container)
        except DampipeError as error:
            cause = causes.setdefault(str(error), what)
            if cause == what:
                yield Finding(what, Verdict.BROKEN, str(error), error)
            else:
                yield _problem(what, Verdict.WARNING, NOT_CHECKED, cause=cause)


def _problem(what: str, verdict: Verdict, code: ErrorCode, **parameters: Any) -> Finding:
    problem = DampipeError(code, **parameters)
    return Finding(what, verdict, str(problem), problem)


def _settings(container: Container) -> Finding:
    stages = ", ".join(stage.name for stage in container.get(Plan).stages)
    return Finding("settings", Verdict.FINE, f"home {container.settings.home}; pipeline {stages}")


def _database(container: Container) -> Finding:
    check_catalogue_present(container.settings)
    check_schema(container.get(Database))
    return Finding("database", Verdict.FINE, container.get(Database).place)


def _broker(container: Container) -> Finding:
    server = ""
    if container.settings.embedded_broker:
        program = broker.find_server()
        server = f"embedded Valkey {program.version} ({program.why})"
        if not broker.answers(container.settings.broker_socket):
            return _problem("broker", Verdict.WARNING, BROKER_STOPPED, server=server)
        server += f"{_overcommit_note()}: "
    return Finding("broker", Verdict.FINE, f"{server}{container.get(TaskTransport).check()} answers")


def _event_bus(container: Container) -> Finding:
    from dampipe.features.bus.publisher import EXCHANGE, EventPublisher  # imports kombu

    publisher = EventPublisher(container.settings.event_bus)
    try:
        return Finding("event bus", Verdict.FINE, f"{publisher.check()} has the exchange {EXCHANGE}")
    finally:
        publisher.close()


def _overcommit_note() -> str:
    """What Valkey would warn of at each start."""
    with suppress(OSError):
        if Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "0":
            return (
                ", where vm.overcommit_memory is 0: with little free memory it may fail to rewrite its file"
            )
    return ""


def _workers(container: Container) -> Finding:
    present = container.get(WorkerRepository).present()
    if not present:
        return _problem("workers", Verdict.WARNING, NO_WORKERS)
    workers = ", ".join(worker.name for worker in present)
    served = {queue for worker in present for queue in worker.queues}
    unserved = [queue for queue in ("control", "scan", *container.get(Plan).queues) if queue not in served]
    if unserved:
        return _problem(
            "workers", Verdict.WARNING, UNSERVED_QUEUES,
            workers=workers, queues=", ".join(unserved), queue_list=",".join(unserved),
        )  # fmt: skip
    model = container.settings.model
    models = {worker.name: worker.facts.get("model", model) for worker in present}
    others = [f"{name} runs {other}" for name, other in models.items() if other != model]
    if others:
        return _problem(
            "workers", Verdict.WARNING, OTHER_MODEL, workers=workers, model=model, others=", ".join(others)
        )
    return Finding("workers", Verdict.FINE, workers)


def _network(container: Container) -> Finding:
    settings = container.settings
    exposure = check_exposure(settings, lambda: has_login(container))
    if exposure is not None:
        return Finding("network", Verdict.WARNING, str(exposure), exposure)
    return Finding("network", Verdict.FINE, f"only this machine reaches {settings.page}")


def _disk(container: Container) -> Finding:
    home, blobs = container.settings.home, container.settings.blobs
    folder = next(path for path in (home, *home.parents) if path.exists())
    if not os.access(folder, os.W_OK):
        return _problem("disk", Verdict.BROKEN, HOME_READ_ONLY, path=folder)
    folders = {folder}
    if "://" not in blobs and Path(blobs).exists():
        folders.add(Path(blobs))
    disks = {path.stat().st_dev: path for path in sorted(folders, reverse=True)}
    free = {path: shutil.disk_usage(path).free for path in disks.values()}
    found = ", ".join(f"{count / 1e9:.0f} GB free at {path}" for path, count in free.items())
    if min(free.values()) < MIN_FREE_BYTES:
        return _problem("disk", Verdict.WARNING, LOW_DISK_SPACE, free=found)
    return Finding("disk", Verdict.FINE, found)


def _ffmpeg(container: Container) -> Finding:
    ffmpeg = container.tools.ffmpeg
    return Finding("ffmpeg", Verdict.FINE, f"{ffmpeg.version} at {ffmpeg.path} ({ffmpeg.reason})")


def _sandbox(container: Container) -> Finding:
    sandbox = container.tools.ffmpeg.sandbox
    if sandbox.active:
        return Finding("sandbox", Verdict.FINE, sandbox.reason)
    if container.settings.sandbox == "off":
        return Finding("sandbox", Verdict.FINE, f"limits and allow-lists only: {sandbox.reason}")
    return _problem("sandbox", Verdict.WARNING, NO_SANDBOX, reason=sandbox.reason)


def _acceleration(container: Container) -> Finding:
    accelerations = container.tools.hardware.accelerations
    usable = [_abilities(one) for one in accelerations if one.usable]
    unusable = [f"{one.name} ({one.reason})" for one in accelerations if not one.usable]
    tried = f"works: {'; '.join(usable) or 'nothing'}"
    if unusable:
        tried += f". Does not work: {', '.join(unusable)}"
    if not any(one.encodes for one in accelerations):
        return _problem("acceleration", Verdict.BROKEN, NO_ENCODER, tried=tried)
    paused = container.tools.hardware.shared_state.circuit_breaker.open_circuits()
    if paused:
        parts = ", ".join(f"{one.part} ({one.reason})" for one in paused)
        return _problem("acceleration", Verdict.WARNING, ACCELERATION_PAUSED, tried=tried, parts=parts)
    return Finding("acceleration", Verdict.FINE, tried)


def _abilities(acceleration: Acceleration) -> str:
    abilities = ["encodes"] if acceleration.encodes else []
    if acceleration.decodes:
        abilities.append(f"decodes {', '.join(acceleration.decodes)}")
    return f"{acceleration.name} {' and '.join(abilities)}"


def _gpu(container: Container) -> Finding:
    return Finding("GPU", Verdict.FINE, describe_device(container.settings.model, container.settings.device))


def _model(container: Container) -> Finding:
    model, embedder = container.settings.model, container.tools.embedder
    answering = container.get(ModelService).answering()
    is_replaced = answering.fingerprint != embedder.fingerprint
    try:
        embedder.check()
    except StageError as error:
        if is_replaced:
            effect = f"Search uses the vectors of {answering.name}, and no new footage is embedded"
        else:
            effect = "Everything works except search by words and pictures"
        return Finding("model", Verdict.WARNING, f"{model}: {error}. {effect}", error)
    found = f"{model}, frames of {embedder.spec.size} px"
    if is_replaced:
        found += f"; search uses the vectors of {answering.name} until all footage is embedded again"
    return Finding("model", Verdict.FINE, found)


def _stages(container: Container) -> Finding:
    unusable = container.get(Capabilities).unusable_stages()
    if not unusable:
        return Finding("stages", Verdict.FINE, "this machine can run all of them")
    reasons = "; ".join(describe_missing(stage, packages) for stage, packages in unusable.items())
    return _problem("stages", Verdict.WARNING, MISSING_PACKAGES, reasons=reasons)


def _vector_index(container: Container) -> Finding:
    if container.settings.vectors == "none":
        return _problem("vector index", Verdict.WARNING, NO_VECTOR_INDEX)
    reports = container.get(IndexService).check(SYSTEM, thorough=False)
    problems = [f"{one.name}: {damage}" for one in reports for damage in one.damage]
    problems += [f"{one.name}: {one.missing:,} vectors are missing" for one in reports if one.missing]
    problems += [f"{one.name}: no vector of {one.waiting:,} is indexed" for one in reports if not one.vectors]
    if problems:
        return _problem("vector index", Verdict.WARNING, VECTOR_INDEX_UNSOUND, problems="; ".join(problems))
    sizes = "; ".join(f"{one.name}: {one.vectors:,} vectors, {one.kind}" for one in reports)
    return Finding("vector index", Verdict.FINE, sizes or f"{container.settings.vectors}, empty")


def _derivatives(container: Container) -> Finding:
    store, health = container.settings.blobs, container.get(StoreSample).look()
    if health.problem:
        return _problem("derivatives", Verdict.BROKEN, STORE_SILENT, problem=health.problem)
    if health.away:
        return _problem(
            "derivatives", Verdict.BROKEN, STORE_AWAY,
            missing=health.missing, sampled=health.sampled, store=store,
        )  # fmt: skip
    if health.missing:
        return _problem(
            "derivatives", Verdict.WARNING, DERIVATIVES_LOST, missing=health.missing, sampled=health.sampled
        )
    found = f"all {health.sampled} that were looked at exist" if health.sampled else "none yet"
    return Finding("derivatives", Verdict.FINE, found)


def _manifests(container: Container) -> Finding:
    try:
        return Finding("manifests", Verdict.FINE, f"ascmhl {AscMhl(container.settings.ascmhl).version()}")
    except CannotStart as error:  # manifests are optional
        return Finding("manifests", Verdict.FINE, f"not available: {error}", error)


def _events(container: Container) -> Finding:
    unnumbered = container.get(Sequencer).backlog()
    late = 0.0 if unnumbered is None else time() - unnumbered
    failing = [one for one in container.get(SubscriberRepository).states() if one.failures]
    if failing:
        problems = "; ".join(map(_failing_subscriber, failing))
        return _problem("events", Verdict.WARNING, SUBSCRIBERS_FAILING, problems=problems)
    if late > LATE_EVENTS:
        return _problem("events", Verdict.WARNING, NO_RELAY, seconds=late)
    states = container.get(SubscriberRepository).states()
    found = ", ".join(one.name for one in states) or "none"
    return Finding("events", Verdict.FINE, f"subscribers: {found}")


def _failing_subscriber(state: SubscriberState) -> str:
    event = state.problem_event
    at = f", at event {event.seq} ({event.name})" if event else ""
    return f"{state.name}, {state.behind:,} behind{at}: {state.problem}"


def _plugins(_: Container) -> Finding:
    found = plugins()
    if found.broken:
        reasons = "; ".join(f"{one.name}: {one.reason}" for one in found.broken)
        return _problem("plug-ins", Verdict.WARNING, BROKEN_PLUGINS, reasons=reasons)
    return Finding("plug-ins", Verdict.FINE, ", ".join(one.name for one in found.features) or "none")
