"""A RabbitMQ server for tests: Debian's `rabbitmq-server`, with its own node, ports, cookie and folder."""

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest
from kombu import Connection

from dampipe.kernel.amqp import transport_options
from tests.ports import free_port

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
EPMD = "epmd"
PATIENCE = 120.0
"""Seconds that a start may take on a busy machine; it takes 4 s on an idle one."""
MISSING = "rabbitmq-server is not installed (on Debian: apt-get install rabbitmq-server)"


class RabbitMQ:
    """A RabbitMQ server that a test can stop, kill and restart. It keeps its data."""

    USER, PASSWORD = "dampipe", "s3cret"
    VHOSTS = ("/", *(f"test{number}" for number in range(12)))
    """Made at the first start: rabbitmqctl takes seconds for each."""

    def __init__(self, folder: Path, config: Sequence[str] = (), advanced: str = "") -> None:
        """config: further lines of rabbitmq.conf. advanced: Erlang terms of advanced.config."""
        self.folder = folder
        self.port = free_port()
        self.vhost = "/"
        """The virtual host of `url` and `connect`."""
        self._epmd_port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        lines = [
            f"listeners.tcp.default = 127.0.0.1:{self.port}",
            f"load_definitions = {folder / 'definitions.json'}",
            "disk_free_limit.absolute = 1MB",
            *config,
        ]
        (folder / "definitions.json").write_text(json.dumps(self._definitions()))
        (folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (folder / "advanced.config").write_text(advanced or "[].")
        (folder / "plugins").write_text("[].")
        (folder / "env").write_text("")
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")},
            "HOME": str(folder),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            # One scheduler: a test's server shares the machine with the workers of the test.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{loopback} +S 1:1 +sbwt none",
            "ERL_FLAGS": "-start_epmd false",  # ours is not a daemon, so that it can be ended
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the server, so that signals reach it
        }

    def _definitions(self) -> dict[str, object]:
        salt = b"salt"
        digest = base64.b64encode(salt + hashlib.sha256(salt + self.PASSWORD.encode()).digest()).decode()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        return {
            "users": [{"name": self.USER, "password_hash": digest, "tags": "administrator"}],
            "vhosts": [{"name": name} for name in self.VHOSTS],
            "permissions": [{"user": self.USER, "vhost": name, **everything} for name in self.VHOSTS],
        }

    def url(self, user: str = USER, password: str = PASSWORD, vhost: str = "") -> str:
        """The URL in the syntax of Celery."""
        place = quote(vhost or self.vhost, safe="")
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{place}"

    def connect(self, **options: object) -> Connection:
        """A connection of kombu."""
        # kombu keeps a transport that was used once, so that a test's own must be that of dampipe.
        return Connection(
            self.url(), connect_timeout=5, transport_options=transport_options("test"), **options
        )

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        if self._epmd is None:
            self._epmd = subprocess.Popen(
                [EPMD, "-port", str(self._epmd_port), "-address", "127.0.0.1"], stdout=subprocess.DEVNULL
            )
            _wait_for(self._epmd_port, self._epmd)
        with (self.folder / "out").open("ab") as out:
            self._server = subprocess.Popen([SERVER], env=self.environment, stdout=out, stderr=out)
        deadline = time.monotonic() + PATIENCE
        while not self.up:
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"RabbitMQ did not start: {(self.folder / 'out').read_text()[-2000:]}")
            time.sleep(0.1)

    @property
    def up(self) -> bool:
        """Whether the server takes connections."""
        with suppress(OSError), self.connect() as connection:
            connection.connect()
            return True
        return False

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

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl and return its output. It takes some seconds."""
        return subprocess.run(
            ["/usr/lib/rabbitmq/bin/rabbitmqctl", "--quiet", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=True,
        ).stdout  # fmt: skip

    def queues(self) -> dict[str, int]:
        """How many messages wait in each queue."""
        lines = self.control("list_queues", "-p", self.vhost, "--silent", "name", "messages").splitlines()
        return {name: int(count) for name, count in (line.split("\t") for line in lines)}

    def close(self) -> None:
        """Kill the server and its port mapper."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
            self._epmd = None

    def _end(self, by: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(by)
            self._server.wait(PATIENCE)
            self._server = None


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError("epmd did not start")


def start_rabbitmq(config: Sequence[str] = (), advanced: str = "") -> RabbitMQ:
    """Start a RabbitMQ in a temporary folder; `end_rabbitmq` ends it. Skips the test if none is installed."""
    if not SERVER.exists() or shutil.which(EPMD) is None:
        pytest.skip(MISSING)
    server = RabbitMQ(Path(mkdtemp(prefix="dampipe-mq-", dir="/tmp")), config, advanced)
    try:
        server.start()
    except BaseException:
        end_rabbitmq(server)
        raise
    return server


def end_rabbitmq(server: RabbitMQ) -> None:
    """Kill the server and delete its folder."""
    server.close()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_rabbitmq() -> Iterator[RabbitMQ]:
    """The RabbitMQ of a test session. Use `rabbitmq_server`."""
    server = start_rabbitmq()
    yield server
    end_rabbitmq(server)


_unused = iter(RabbitMQ.VHOSTS[1:])


@pytest.fixture
def rabbitmq_server(shared_rabbitmq: RabbitMQ) -> RabbitMQ:
    """A running RabbitMQ with an empty virtual host, whatever earlier tests did to it."""
    if not shared_rabbitmq.up:
        shared_rabbitmq.kill()
        shared_rabbitmq.start()
    shared_rabbitmq.vhost = next(_unused)
    return shared_rabbitmq
