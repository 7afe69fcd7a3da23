"""Run a whole deployment on one machine: check the ports, start the broker, then all other processes."""

import errno
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from logging import INFO, Formatter, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from dampipe.app import broker
from dampipe.app.capabilities import Capabilities
from dampipe.app.container import Container
from dampipe.app.errors import ALREADY_UP, BROKER_SILENT, HOME_UNUSABLE, HOST_UNUSABLE, PORT_UNAVAILABLE
from dampipe.app.exposure import check_exposure, has_login
from dampipe.app.procfile import Process
from dampipe.app.programs import Programs
from dampipe.app.supervisor import LogLine, Supervisor
from dampipe.features.processing.service import ProcessingService
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import is_dead
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.errors import BrokerDown, CannotStart
from dampipe.kernel.faces.remedies import sentences
from dampipe.kernel.home import UP_LOCK
from dampipe.kernel.masking import mask_text
from dampipe.kernel.private_files import make_folder, open_private, secure_home
from dampipe.kernel.settings.settings import Settings

BROKER = "broker"
FLOWER = "flower"
WEB = "web"
BROKER_TIMEOUT = 30.0
"""Seconds that the broker may take to answer, since it may have data to load."""


def run_deployment(container: Container, processes: list[Process], on_log: LogLine) -> None:
    """Run the processes until SIGINT, SIGTERM or SIGHUP (the terminal was closed).

    on_log: receives every log line for the terminal; the lines are also written to logs/dampipe.log.
    Raises, before any process is started, CannotStart: another deployment uses the home folder, a port is in use, or
    other machines could reach the servers; InvalidInput: the URL of the broker is not valid.
    """
    settings = container.settings
    exposure = check_exposure(settings, lambda: has_login(container))
    enabled = [process for process in processes if _is_enabled(process, settings)]
    with _exclusive(settings), _log_file(settings, on_log) as log:
        for process, reason in _unusable(container, enabled):
            log("dampipe", f"{process.name} is not started: {reason}")
            enabled.remove(process)
        if exposure is not None:
            log("dampipe", f"warning: {sentences(str(exposure), exposure.hint)}")
        check_ports(settings, {process.name for process in enabled})
        programs = Programs()
        programs.prepare()
        _check_broker(container, log)
        container.set_up()
        supervisor = Supervisor(log, programs)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it
                signal.signal(number, lambda *_: supervisor.stop())
        try:
            _start(container, enabled, supervisor, log)
            supervisor.run(
                is_ready=_readiness_check(container, enabled),
                on_ready=lambda: _announce(settings, enabled, log),
            )
        finally:
            log("dampipe", "stopping")
            supervisor.shut_down(last=[BROKER])
            programs.close()
            container.get(RunRecovery).hand_back(is_dead)
            log("dampipe", "stopped; unfinished work continues at the next `dampipe up`")


def _start(container: Container, processes: list[Process], supervisor: Supervisor, log: LogLine) -> None:
    log("dampipe", f"home folder: {container.settings.home}")
    others = list(processes)
    if others and others[0].name == BROKER:
        supervisor.start(others.pop(0))
        deadline = time.monotonic() + BROKER_TIMEOUT
        while not broker.answers(container.settings.broker_socket):
            supervisor.step(0.05)
            if time.monotonic() > deadline:
                raise CannotStart(BROKER_SILENT, seconds=BROKER_TIMEOUT)
    count = container.get(ProcessingService).catch_up(SYSTEM)
    if count:
        log("dampipe", f"queued unfinished work: {count}")
    for process in others:
        supervisor.start(process)


def _is_enabled(process: Process, settings: Settings) -> bool:
    if process.name == BROKER:
        return settings.embedded_broker
    return process.name != FLOWER or settings.flower_port != 0


def _unusable(container: Container, processes: list[Process]) -> list[tuple[Process, str]]:
    """The workers whose queues have no stage that this machine can run, each with the reason."""
    found = []
    for process in processes:
        queues = process.queues
        reasons = container.get(Capabilities).unusable_queues(queues)
        if queues and len(reasons) == len(queues):
            found.append((process, "; ".join(reasons.values())))
    return found


def _check_broker(container: Container, log: LogLine) -> None:
    """Warn if the broker does not answer: the processes wait for it. Raise InvalidInput if its URL is not valid."""
    if container.settings.embedded_broker:
        return
    try:
        container.get(TaskTransport).check()
    except BrokerDown as error:
        log("dampipe", f"warning: {sentences(str(error), error.hint)}")


def check_ports(settings: Settings, names: set[str]) -> None:
    """Raise CannotStart if the port of one of these processes is in use."""
    for name, port in ((WEB, settings.port), (FLOWER, settings.flower_port)):
        if name not in names or not port:
            continue
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or "the name is not valid"
                is_foreign = getattr(error, "errno", None) == errno.EADDRNOTAVAIL
                if is_foreign or isinstance(error, (socket.gaierror, UnicodeError)):
                    raise CannotStart(HOST_UNUSABLE, host=settings.host, reason=reason) from error
                setting = "port" if name == WEB else "flower_port"
                raise CannotStart(
                    PORT_UNAVAILABLE,
                    host=settings.host,
                    port=port,
                    process=name,
                    reason=reason,
                    setting=setting,
                    variable=f"DAMPIPE_{setting.upper()}",
                ) from error


def _readiness_check(container: Container, processes: list[Process]) -> Callable[[], bool]:
    """A function that tells whether the servers and all workers are up; it checks once a second at most."""
    worker_count = sum("worker" in process.command for process in processes)
    names = {process.name for process in processes}
    settings = container.settings
    ports = [port for name, port in ((WEB, settings.port), (FLOWER, settings.flower_port)) if name in names]
    started_at = time.monotonic()
    next_check = 0.0

    def is_ready() -> bool:
        nonlocal next_check
        if time.monotonic() < next_check:
            return False
        next_check = time.monotonic() + 1.0
        elapsed = time.monotonic() - started_at
        started = [w for w in container.get(WorkerRepository).present() if w.uptime <= elapsed]
        return len(started) >= worker_count and all(
            _accepts_connections(settings.host, port) for port in ports
        )

    return is_ready


def _accepts_connections(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _scheme(settings: Settings) -> str:
    return "https" if settings.tls_cert else "http"


def _announce(settings: Settings, processes: list[Process], log: LogLine) -> None:
    names = {process.name for process in processes}
    log("dampipe", "ready: `dampipe enqueue FOLDER` adds footage; Ctrl-C stops everything")
    if WEB in names:
        log(
            "dampipe",
            f"page     {_scheme(settings)}://{settings.host}:{settings.port}/ (the API is described at /docs)",
        )
    if FLOWER in names:
        log("dampipe", f"Flower   {_scheme(settings)}://{settings.host}:{settings.flower_port}")


_ADVICE_OF_BROKER = ("Memory overcommit must be enabled", "Transparent Huge Pages")
"""What the broker warns of at each start; the doctor says it."""


class LogFile(RotatingFileHandler):
    """The log file. While it cannot be written (a full disk), the terminal gets one line about that, and no more."""

    def __init__(self, path: Path, on_problem: LogLine) -> None:
        """Raises OSError."""
        super().__init__(
            path, maxBytes=20_000_000, backupCount=3, encoding="utf-8", errors="backslashreplace"
        )
        self.setFormatter(Formatter("%(asctime)s %(name)-8s %(message)s"))
        self._on_problem = on_problem
        self._is_failing = False
        self._has_failed = False
        """Whether the last record could not be written."""

    def emit(self, record: LogRecord) -> None:
        """Write one record; report the first failure, and when it works again."""
        self._has_failed = False
        super().emit(record)
        if self._is_failing and not self._has_failed:
            self._is_failing = False
            self._on_problem("dampipe", f"{self.baseFilename} is written again")

    def handleError(self, record: LogRecord) -> None:
        """Called by the base class, where this prints a traceback for each record."""
        self._has_failed = True
        if not self._is_failing:
            self._is_failing = True
            error = sys.exc_info()[1]
            reason = getattr(error, "strerror", None) or str(error)
            self._on_problem(
                "dampipe",
                f"{self.baseFilename} cannot be written ({reason}): log lines are shown here only",
            )
        if self.stream is not None:  # what could not be written must not pile up in memory
            with suppress(OSError, ValueError):
                self.stream.close()
            self.stream = None


@contextmanager
def _exclusive(settings: Settings) -> Iterator[None]:
    """Hold the lock of the home folder, so that one deployment runs for it. Raises CannotStart."""
    try:
        secure_home(settings.home)
        lock = open_private(settings.home / UP_LOCK)
    except OSError as error:
        raise CannotStart(HOME_UNUSABLE, path=settings.home, reason=error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(ALREADY_UP, home=settings.home) from error
        os.set_inheritable(lock.fileno(), False)
        yield


@contextmanager
def _log_file(settings: Settings, on_log: LogLine) -> Iterator[LogLine]:
    """A log function that calls `on_log` and writes to the log file."""
    try:
        make_folder(settings.logs)
        handler = LogFile(settings.logs / "dampipe.log", on_log)
    except OSError as error:
        raise CannotStart(HOME_UNUSABLE, path=settings.logs, reason=error.strerror) from error

    def log(name: str, line: str) -> None:
        if name == BROKER and any(words in line for words in _ADVICE_OF_BROKER):
            return
        line = mask_text(line)  # a library may have logged a URL
        on_log(name, line)
        handler.emit(LogRecord(name, INFO, "", 0, line, None, None))

    try:
        yield log
    finally:
        handler.close()
