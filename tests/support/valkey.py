"""A Valkey server for tests, started from a wheel, on a Unix socket."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from dampipe.app.broker import answers, find_server, wait


class Valkey:
    """A Valkey server that a test can stop, kill and restart. It persists its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL in the syntax of redis-py."""
        return f"unix://{self.socket}"

    @property
    def celery_url(self) -> str:
        """The URL in the syntax of Celery."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = subprocess.Popen(
            [
                *(str(find_server().path), "--port", "0", "--unixsocket", str(self.socket)),
                *("--unixsocketperm", "700", "--dir", str(self.folder), "--appendonly", "yes", "--save", ""),
            ],
            stdout=subprocess.DEVNULL,
        )
        if not wait(self.socket, 60):
            self.kill()
            raise RuntimeError("the Valkey server did not start")

    def stop(self) -> None:
        """Shut down in an orderly way (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server, as a power failure would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self, pause: float = 0.0) -> None:
        """Kill the server, wait `pause` seconds and start it again."""
        self.kill()
        time.sleep(pause)
        self.start()

    @property
    def up(self) -> bool:
        """Whether the server answers."""
        return answers(self.socket)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(60)
            self._process = None


@pytest.fixture
def valkey_server() -> Iterator[Valkey]:
    """An empty Valkey, stopped after the test."""
    folder = Path(mkdtemp(prefix="dampipe-vk-", dir="/tmp"))
    server = Valkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
