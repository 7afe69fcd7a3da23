"""Advisory locks: what only one process over all machines may do at a time. A lock ends with its process."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.db.errors import FOLDER_UNUSABLE, LOCK_HELD
from dampipe.kernel.errors import Busy, CatalogueDown
from dampipe.kernel.private_files import open_private

_LOCK = 0x64616D71


@contextmanager
def advisory_lock(database: Database, task: str, wait: bool = False) -> Iterator[None]:
    """Hold the lock for a task. wait: until it is free. Raises Busy when another process holds it."""
    held = _in_file(database, task, wait) if database.is_sqlite else _in_server(database, task, wait)
    with held:
        yield


def lock_until_commit(
    connection: Connection, database: Database, what: str, *, exclusive: bool = True
) -> None:
    """Hold a lock until the transaction ends, for rows that may not be there yet; waits until it is free.

    Those that do not hold it exclusively hold it together. Writers of SQLite exclude each other anyway.
    """
    if not database.is_sqlite:
        function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
        connection.execute(text(f"SELECT {function}(:kind, :task)"), _numbers(what))


def _numbers(task: str) -> dict[str, int]:
    """What PostgreSQL calls a lock."""
    return {"kind": _LOCK & 0x7FFFFFFF, "task": zlib.crc32(task.encode()) & 0x7FFFFFFF}


@contextmanager
def _in_file(database: Database, task: str, wait: bool) -> Iterator[None]:
    path = Path(f"{database.url.database}.{task}.lock")
    try:
        lock = open_private(path)
    except OSError as error:
        raise CatalogueDown(FOLDER_UNUSABLE, folder=path.parent, problem=error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(LOCK_HELD, task=task) from None
        yield


@contextmanager
def _in_server(database: Database, task: str, wait: bool) -> Iterator[None]:
    numbers = _numbers(task)
    with translated(database), database.engine.connect() as plain:
        # No transaction is held open for the hours that a lock may last.
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        function = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        got = connection.execute(text(f"SELECT {function}(:kind, :task)"), numbers).scalar()
        if got is False:
            raise Busy(LOCK_HELD, task=task)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:kind, :task)"), numbers)
