"""The doctor: what this machine can do, what is not fine, and what to do about it."""

import os
import shutil
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dampipe.app import broker
from dampipe.app.container import Container
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.search.cli.index import REBUILD_HINT
from dampipe.features.search.index_admin import IndexService
from dampipe.kernel.errors import CannotStart, DampipeError, StageError
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.vision.devices import describe

LITTLE_DISK = 5_000_000_000
"""Bytes free below which the doctor warns."""


class Verdict(StrEnum):
    """How it is."""

    FINE = "fine"
    WARNING = "warning"
    """Works, with something missing."""
    BROKEN = "broken"
    """dampipe cannot do its main job like this."""


class Finding(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    what: str
    verdict: Verdict
    found: str
    hint: str = ""


def examine(world: Container) -> Iterator[Finding]:
    """Look at everything, one finding after the other; takes some seconds, since hardware is tried."""
    checks: tuple[tuple[str, Callable[[Container], Finding]], ...] = (
        ("settings", _settings),
        ("database", _database),
        ("broker", _broker),
        ("workers", _workers),
        ("disk", _disk),
        ("ffmpeg", _ffmpeg),
        ("sandbox", _sandbox),
        ("acceleration", _acceleration),
        ("GPU", _gpu),
        ("model", _model),
        ("vector index", _vectors),
        ("manifests", _manifests),
    )
    told: dict[str, str] = {}
    for what, check in checks:
        try:
            yield check(world)
        except DampipeError as error:
            first = told.setdefault(str(error), what)
            if first == what:
                yield Finding(what=what, verdict=Verdict.BROKEN, found=str(error), hint=error.hint)
            else:  # one cause is told once
                found = f"cannot be looked at before what is wrong with the {first} is mended"
                yield Finding(what=what, verdict=Verdict.WARNING, found=found)


def _settings(world: Container) -> Finding:
    stages = ", ".join(stage.name for stage in world.plan.stages)
    found = f"home {world.settings.home}; pipeline {stages}"
    return Finding(what="settings", verdict=Verdict.FINE, found=found)


def _database(world: Container) -> Finding:
    world.catalog.check()
    place = world.catalog.database.url.render_as_string(hide_password=True)
    return Finding(what="database", verdict=Verdict.FINE, found=place)


def _broker(world: Container) -> Finding:
    chosen = ""
    if world.settings.embedded_broker:
        server = broker.find_server()
        chosen = f"embedded Valkey {server.version} ({server.why}): "
        if not broker.answers(world.settings.broker_socket):
            return Finding(
                what="broker",
                verdict=Verdict.WARNING,
                found=f"{chosen}not running",
                hint="`dampipe up` starts it.",
            )
    return Finding(what="broker", verdict=Verdict.FINE, found=f"{chosen}{world.carrier.check()} answers")


def _workers(world: Container) -> Finding:
    present = world.catalog.workers.present()
    served = {queue for worker in present for queue in worker.queues}
    unserved = [queue for queue in ("control", "scan", *world.plan.queues) if queue not in served]
    names = ", ".join(worker.name for worker in present)
    if not present:
        hint = "`dampipe up` starts a whole deployment, `dampipe worker` one worker."
        return Finding(what="workers", verdict=Verdict.WARNING, found="none is running", hint=hint)
    if unserved:
        found = f"{names}; nobody serves {', '.join(unserved)}"
        hint = f"`dampipe worker --queues {','.join(unserved)}`"
        return Finding(what="workers", verdict=Verdict.WARNING, found=found, hint=hint)
    running = {worker.name: worker.facts.get("model", world.settings.model) for worker in present}
    others = [f"{name} runs {model}" for name, model in running.items() if model != world.settings.model]
    if others:
        found = f"{names}; the setting model says {world.settings.model}, but {', '.join(others)}"
        hint = "Restart `dampipe up`, or that worker: settings are read at the start."
        return Finding(what="workers", verdict=Verdict.WARNING, found=found, hint=hint)
    return Finding(what="workers", verdict=Verdict.FINE, found=names)


def _disk(world: Container) -> Finding:
    home = world.settings.home
    there = next(path for path in (home, *home.parents) if path.exists())
    if not os.access(there, os.W_OK):
        hint = "See the setting home (DAMPIPE_HOME)."
        return Finding(what="disk", verdict=Verdict.BROKEN, found=f"{there} cannot be written", hint=hint)
    places = {there}
    if "://" not in world.settings.blobs and Path(world.settings.blobs).exists():
        places.add(Path(world.settings.blobs))
    disks = {place.stat().st_dev: place for place in sorted(places, reverse=True)}
    free = {place: shutil.disk_usage(place).free for place in disks.values()}
    found = ", ".join(f"{bytes_ / 1e9:.0f} GB free at {place}" for place, bytes_ in free.items())
    if min(free.values()) < LITTLE_DISK:
        hint = "Proxies take about 0.8 GB an hour of footage; blobs_url moves them elsewhere."
        return Finding(what="disk", verdict=Verdict.WARNING, found=found, hint=hint)
    return Finding(what="disk", verdict=Verdict.FINE, found=found)


def _ffmpeg(world: Container) -> Finding:
    ffmpeg = world.tools.ffmpeg
    found = f"{ffmpeg.version} at {ffmpeg.path} ({ffmpeg.reason})"
    return Finding(what="ffmpeg", verdict=Verdict.FINE, found=found)


def _sandbox(world: Container) -> Finding:
    sandbox = world.tools.ffmpeg.sandbox
    if sandbox.active:
        return Finding(what="sandbox", verdict=Verdict.FINE, found=sandbox.reason)
    return Finding(
        what="sandbox",
        verdict=Verdict.FINE if world.settings.sandbox == "off" else Verdict.WARNING,
        found=f"limits and allow-lists only: {sandbox.reason}",
        hint="" if world.settings.sandbox == "off" else "Install bubblewrap, or set sandbox to off.",
    )


def _acceleration(world: Container) -> Finding:
    tried = world.tools.hardware.accelerations
    works = [_abilities(one) for one in tried if one.usable]
    failed = [f"{one.name} ({one.reason})" for one in tried if not one.usable]
    found = f"works: {'; '.join(works) or 'nothing'}"
    if failed:
        found += f". Tried and failed: {', '.join(failed)}"
    if not any(one.encodes for one in tried):
        hint = "This ffmpeg has no H.264 encoder that works; see the setting ffmpeg."
        return Finding(what="acceleration", verdict=Verdict.BROKEN, found=found, hint=hint)
    aside = world.tools.hardware.shared_state.circuit_breaker.open_circuits()
    if aside:
        found += f". Set aside after failures: {', '.join(f'{one.part} ({one.reason})' for one in aside)}"
        hint = "It is used again by itself later; `dampipe doctor --again` tries everything now."
        return Finding(what="acceleration", verdict=Verdict.WARNING, found=found, hint=hint)
    return Finding(what="acceleration", verdict=Verdict.FINE, found=found)


def _abilities(one: Acceleration) -> str:
    abilities = ["encodes"] if one.encodes else []
    if one.decodes:
        abilities.append(f"decodes {', '.join(one.decodes)}")
    return f"{one.name} {' and '.join(abilities)}"


def _gpu(world: Container) -> Finding:
    return Finding(what="GPU", verdict=Verdict.FINE, found=describe(world.settings.device))


def _model(world: Container) -> Finding:
    answering = world.models.answering()
    another = answering.fingerprint != world.tools.embedder.fingerprint
    try:
        world.tools.embedder.check()
    except StageError as error:
        still = f"Search answers from {answering.name}, and nothing new is embedded"
        missing = "Everything but search by words and pictures works"
        found = f"{world.settings.model}: {error}. {still if another else missing}"
        return Finding(what="model", verdict=Verdict.WARNING, found=found, hint=error.hint)
    found = f"{world.settings.model}, frames of {world.tools.embedder.spec.size} px"
    if another:
        found += f"; search answers from {answering.name} until everything is embedded again"
    return Finding(what="model", verdict=Verdict.FINE, found=found)


def _vectors(world: Container) -> Finding:
    if world.settings.vectors == "none":
        found = "none: search looks through the catalogue's vectors, which is slow for a large library"
        return Finding(what="vector index", verdict=Verdict.WARNING, found=found)
    reports = world.get(IndexService).check(thorough=False)
    told = [f"{one.name}: {one.vectors:,} vectors, {one.kind}" for one in reports]
    wrong = [f"{one.name}: {damage}" for one in reports for damage in one.damage]
    wrong += [f"{one.name} lacks {one.missing:,} vectors" for one in reports if one.missing]
    wrong += [f"{one.name}: nothing of {one.waiting:,} vectors" for one in reports if not one.vectors]
    if wrong:
        return Finding(
            what="vector index", verdict=Verdict.WARNING, found="; ".join(wrong), hint=REBUILD_HINT
        )
    found = "; ".join(told) or f"{world.settings.vectors}, nothing in it yet"
    return Finding(what="vector index", verdict=Verdict.FINE, found=found)


def _manifests(world: Container) -> Finding:
    try:
        found = f"ascmhl {AscMhl(world.settings.ascmhl).version()}"
    except CannotStart as error:  # few need it
        return Finding(what="manifests", verdict=Verdict.FINE, found=f"none: {error}", hint=error.hint)
    return Finding(what="manifests", verdict=Verdict.FINE, found=found)
