"""Fixtures and hooks of all tests."""

import gc
import logging
import os
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from dampipe.kernel import private_files
from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from tests.support.commands import end_command_server
from tests.support.demo_clips import demo_clips
from tests.support.postgres import Postgres, postgres_server, postgres_url
from tests.support.rabbitmq import rabbitmq_server, shared_rabbitmq
from tests.support.shared_work import password_hasher, shared_detection, shared_endpoints
from tests.support.valkey import valkey_server
from tests.support.vector_servers import milvus_uri, weaviate_server

__all__ = [
    "demo_clips",
    "footage",
    "milvus_uri",
    "password_hasher",
    "postgres_server",
    "postgres_url",
    "rabbitmq_server",
    "shared_detection",
    "shared_endpoints",
    "shared_rabbitmq",
    "valkey_server",
    "weaviate_server",
]

os.environ["XDG_DATA_HOME"] = os.path.join(tempfile.gettempdir(), f"dampipe-tests-{os.getpid()}")
"""The default home folder of this run, which no test writes to by accident: it does not exist."""

FOOTAGE = Path(__file__).parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage() -> Path:
    """A folder of real footage beside the checkout; tests that need it are skipped without it."""
    if not FOOTAGE.is_dir():
        pytest.skip("no folder of real footage beside the checkout")
    return FOOTAGE


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty catalogue, once for each kind of database.

    The schema may already be there: its migrations take half a second on PostgreSQL, a copy of it a tenth of that.
    """
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'catalogue' / 'c.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.new_database(template=request.getfixturevalue("migrated_postgres_url"))
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, once for each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue' / 'c.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: Postgres) -> str:
    """The URL of an empty catalogue that the migrations made, to be copied."""
    url = postgres_server.new_database()
    database = Database(url)
    migrate.upgrade(database)
    database.close()
    return url


@pytest.fixture(autouse=True)
def process_settings() -> Iterator[None]:
    """What a command sets for its whole process is undone, since tests call commands in theirs.

    With the umask of commands, servers that run as another user could not read what later tests write for them.
    """
    folder, kept, raises = os.getcwd(), private_files._umask_of_user, logging.raiseExceptions
    umask = os.umask(private_files.UMASK)
    os.umask(umask)
    yield
    os.umask(umask)
    os.chdir(folder)
    private_files._umask_of_user, logging.raiseExceptions = kept, raises


@pytest.fixture(scope="session", autouse=True)
def copied_schema() -> Iterator[None]:
    """Empty SQLite catalogues are copied from the first one that the migrations made in this process."""
    template = sqlite3.connect(":memory:", check_same_thread=False)
    migrated = migrate._run_alembic

    def copy_or_migrate(database: Database) -> None:
        if not database.is_sqlite or inspect(database.engine).get_table_names():
            migrated(database)
            return
        is_first = not template.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if is_first:
            migrated(database)
        with database.engine.connect() as connection:
            catalogue: Any = connection.connection.driver_connection
            if is_first:
                catalogue.backup(template)
            else:
                template.backup(catalogue)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_run_alembic", copy_or_migrate)
        yield
    template.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Keep the garbage collector from what lasts to the end: thousands of tests, and the modules that they import."""
    gc.disable()
    try:
        collected = yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
    return collected


@pytest.fixture(scope="session", autouse=True)
def command_server() -> Iterator[None]:
    """The process from which commands are forked ends with the tests."""
    yield
    end_command_server()


LONGEST_FIRST = ("e2e", "integration", "contract", "unit")
"""Folders in the order in which they run, so that all processes of a parallel run end at about the same time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the folders, and give end-to-end tests more time.

    Each of their waits fails after 300 s with the reason, which a shorter limit of the test would hide.
    """
    for item in items:
        if _folder(item) == "e2e":
            item.add_marker(pytest.mark.timeout(900))
    items.sort(key=lambda item: LONGEST_FIRST.index(_folder(item)))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One and a half processes per core: tests wait for disks, and deployments for timers."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Use the scheduler of tests/parallel.py."""
    from tests.parallel import InOrder

    return InOrder(config, log)


MAY_BE_SKIPPED = (
    "real footage",
    "beside this checkout",
    "this user may read everything",
    "no video hardware",
)
"""Reasons to skip that are accepted in CI: no real footage or cases, running as root, no graphics card."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, count a test as failed that is skipped because a server or a package is missing."""
    report = yield
    excused = any(reason in str(report.longrepr) for reason in MAY_BE_SKIPPED)
    if report.skipped and os.environ.get("CI") and not excused:
        report.outcome = "failed"
    return report
