"""A worker tells the catalogue that it is there, what it serves, and what its machine can do."""

import logging
import threading
import time
from typing import Any

from celery.signals import after_setup_logger, worker_ready, worker_shutdown, worker_shutting_down

from dampipe.app.container import process_container
from dampipe.kernel.errors import DampipeError

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between two reports."""

_over = threading.Event()


def connect() -> None:
    """Report from when a worker is ready until it shuts down, and keep the log to what concerns footage."""
    after_setup_logger.connect(_quieten)
    worker_ready.connect(_ready)
    worker_shutting_down.connect(_shutting_down)
    worker_shutdown.connect(_stopped)


def _quieten(loglevel: int, **_: Any) -> None:
    """Each task says one line of its own; libraries are heard when something is wrong."""
    logging.getLogger().setLevel(max(loglevel, logging.WARNING))
    for name in ("dampipe", "tasks", "workers", "celery.apps.worker"):
        logging.getLogger(name).setLevel(loglevel)


def _ready(sender: Any, **_: Any) -> None:
    queues = sorted(sender.app.amqp.queues.consume_from)
    threading.Thread(
        target=_report, args=(sender.hostname, queues, time.time()), name="report", daemon=True
    ).start()


def _shutting_down(**_: Any) -> None:
    _over.set()


def _stopped(sender: Any, **_: Any) -> None:
    if _over.is_set():
        sender.exitcode = 0  # it was asked to end; Celery calls Ctrl-C a failure
    try:
        process_container().hand_back()
    except DampipeError as error:
        log.warning("%s; what was under way is brought back by the sweep", error)


def _report(name: str, queues: list[str], started_at: float) -> None:
    world = process_container()
    while True:
        try:
            world.catalog.workers.report(name, queues, world.machine_facts(queues), started_at)
        except DampipeError as error:
            log.warning("%s; this worker is not listed until it works again", error)
        if _over.wait(INTERVAL):
            break
    try:
        world.catalog.workers.gone(name)
    except DampipeError:
        log.warning("could not sign off; the worker disappears from the list by itself")
