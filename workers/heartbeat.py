"""Heartbeats: a worker reports to the catalogue which queues it serves and what its machine can do."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from celery.signals import after_setup_logger, worker_ready, worker_shutdown, worker_shutting_down

from dampipe.app.container import Container, process_container
from dampipe.features.derivatives.sweep import WorkspaceSweep
from dampipe.jobs.lease import is_dead
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.errors import DampipeError
from dampipe.workers.log_lines import LogLines

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between two heartbeats."""

_shut_down = threading.Event()


def connect() -> None:
    """Send heartbeats from when a worker is ready until it shuts down, and keep the log to what concerns footage."""
    after_setup_logger.connect(_set_log_levels)
    worker_ready.connect(_start)
    worker_shutting_down.connect(_begin_shutdown)
    worker_shutdown.connect(_end_shutdown)


def _set_log_levels(loglevel: int, logger: logging.Logger | None = None, **_: Any) -> None:
    """Each task logs one line, and so does an outage; libraries log only warnings and errors."""
    for handler in (logger or logging.getLogger()).handlers:
        handler.addFilter(LogLines())
    logging.getLogger().setLevel(max(loglevel, logging.WARNING))
    for name in ("dampipe", "celery.apps.worker"):
        logging.getLogger(name).setLevel(loglevel)


def _start(sender: Any, **_: Any) -> None:
    from dampipe.app.machine_facts import (
        machine_facts,  # a process that only sends messages needs no media layer
    )

    queues = sorted(sender.app.amqp.queues.consume_from)
    threading.Thread(
        target=_send_heartbeats,
        args=(sender.hostname, partial(machine_facts, queues=queues), queues, time.monotonic()),
        name="heartbeat",
        daemon=True,
    ).start()


def _begin_shutdown(**_: Any) -> None:
    _shut_down.set()


def _end_shutdown(sender: Any, **_: Any) -> None:
    if _shut_down.is_set():
        sender.exitcode = 0  # it was asked to end; Celery calls Ctrl-C a failure
    try:
        process_container().get(RunRecovery).hand_back(is_dead)
    except DampipeError as error:
        log.warning("%s; the sweep recovers what was under way", error)


def _send_heartbeats(
    name: str, read_facts: Callable[[Container], dict[str, Any]], queues: list[str], started_at: float
) -> None:
    container = process_container()
    while True:
        try:
            facts = read_facts(container)
            container.get(WorkerRepository).report(name, queues, facts, time.monotonic() - started_at)
            container.get(
                WorkspaceSweep
            )()  # on each machine: with a remote blob store work folders are local
        except DampipeError as error:
            log.warning("%s; this worker is not listed until a heartbeat succeeds", error)
        if _shut_down.wait(INTERVAL):
            break
    try:
        container.get(WorkerRepository).gone(name)
    except DampipeError:
        log.warning("the worker could not be deleted from the list; it disappears without a heartbeat")
