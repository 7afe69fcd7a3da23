"""A whole deployment on one machine: checks first, then the broker, then everything else."""

import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import INFO, Formatter, LogRecord
from logging.handlers import RotatingFileHandler

from dampipe.app import broker
from dampipe.app.container import Container
from dampipe.app.procfile import Process
from dampipe.app.supervisor import Supervisor
from dampipe.features.processing.service import ProcessingService
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.settings.settings import Settings

BROKER = "broker"
FLOWER = "flower"


def run_deployment(world: Container, processes: list[Process], say: Callable[[str, str], None]) -> None:
    """Run the processes until SIGINT, SIGTERM or the terminal is closed. Raises CannotStart before anything is started.

    say: takes a process's name and a line, for the terminal; all lines also go to logs/dampipe.log.
    """
    settings = world.settings
    wanted = [process for process in processes if _is_wanted(process, settings)]
    with _only_one(settings), _both(settings, say) as log:
        check_ports(settings, {process.name for process in wanted})
        world.catalog.set_up()
        supervisor = Supervisor(log)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
                signal.signal(number, lambda *_: supervisor.stop())
        try:
            _start(world, wanted, supervisor, log)
            supervisor.run(ready=_ready(world, wanted), at_ready=lambda: _announce(settings, wanted, log))
        finally:
            log("dampipe", "stopping")
            supervisor.shut_down(last=[BROKER])
            world.hand_back()
            log("dampipe", "stopped; unfinished work goes on at the next `dampipe up`")


def _start(
    world: Container, wanted: list[Process], supervisor: Supervisor, log: Callable[[str, str], None]
) -> None:
    log("dampipe", f"home is {world.settings.home}")
    rest = list(wanted)
    if rest and rest[0].name == BROKER:
        supervisor.start(rest.pop(0))
        end = time.monotonic() + 30
        while not broker.answers(world.settings.broker_socket):
            supervisor.step(0.05)
            if time.monotonic() > end:
                raise CannotStart("the embedded broker does not answer", hint="Its words are above.")
    count = world.get(ProcessingService).catch_up()
    if count:
        log("dampipe", f"found {count} things left to do")
    for process in rest:
        supervisor.start(process)


def _is_wanted(process: Process, settings: Settings) -> bool:
    if process.name == BROKER:
        return settings.embedded_broker
    return process.name != FLOWER or settings.flower_port != 0


def check_ports(settings: Settings, names: set[str]) -> None:
    """Raise CannotStart for a port that another program uses."""
    for name, port in (("web", settings.port), ("flower", settings.flower_port)):
        if name not in names or not port:
            continue
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                setting = "port" if name == "web" else "flower_port"
                raise CannotStart(
                    f"{settings.host}:{port} for {name} cannot be used: {error.strerror}",
                    hint=f"Another dampipe or another program has it; the setting {setting} "
                    f"(DAMPIPE_{setting.upper()}) takes another.",
                ) from error


def _ready(world: Container, wanted: list[Process]) -> Callable[[], bool]:
    """Whether the servers and all workers have come up; looked at once a second at the most."""
    workers = sum("worker" in process.command for process in wanted)
    names = {process.name for process in wanted}
    settings = world.settings
    ports = [port for name, port in (("web", settings.port), (FLOWER, settings.flower_port)) if name in names]
    began = time.time()
    next_look = 0.0

    def ready() -> bool:
        nonlocal next_look
        if time.monotonic() < next_look:
            return False
        next_look = time.monotonic() + 1.0
        here = [w for w in world.catalog.workers.present() if w.started_at >= began]
        return len(here) >= workers and all(_listens(settings.host, port) for port in ports)

    return ready


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _announce(settings: Settings, wanted: list[Process], log: Callable[[str, str], None]) -> None:
    names = {process.name for process in wanted}
    log("dampipe", "ready: `dampipe enqueue FOLDER` takes footage in; Ctrl-C stops everything")
    if "web" in names:
        log("dampipe", f"page     http://{settings.host}:{settings.port}/ (the API is described at /docs)")
    if FLOWER in names:
        log("dampipe", f"Flower   http://{settings.host}:{settings.flower_port}")


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        lock = (settings.home / "up.lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"{settings.home} cannot be used: {error.strerror}", hint="See the setting home (DAMPIPE_HOME)."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"`dampipe up` is already running for {settings.home}",
                hint="DAMPIPE_HOME runs another deployment beside it.",
            ) from error
        os.set_inheritable(lock.fileno(), False)
        yield


@contextmanager
def _both(settings: Settings, say: Callable[[str, str], None]) -> Iterator[Callable[[str, str], None]]:
    settings.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(settings.logs / "dampipe.log", maxBytes=20_000_000, backupCount=3)
    handler.setFormatter(Formatter("%(asctime)s %(name)-8s %(message)s"))

    def log(name: str, line: str) -> None:
        say(name, line)
        handler.emit(LogRecord(name, INFO, "", 0, line, None, None))

    try:
        yield log
    finally:
        handler.close()
