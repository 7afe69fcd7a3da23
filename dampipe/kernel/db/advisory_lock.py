"""Turns: what only one process over all machines may do at a time; a turn ends with its process."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.errors import Busy, CatalogueDown

_LOCK = 0x64616D71


@contextmanager
def advisory_lock(database: Database, what: str, wait: bool = False) -> Iterator[None]:
    """Hold the turn for something. Raises Busy when another process has it, unless told to wait for it."""
    held = _in_file(database, what, wait) if database.is_sqlite else _in_server(database, what, wait)
    with held:
        yield


@contextmanager
def _in_file(database: Database, what: str, wait: bool) -> Iterator[None]:
    place = Path(f"{database.url.database}.{what}.lock")
    try:
        lock = place.open("w")
    except OSError as error:
        raise CatalogueDown(
            f"{place.parent} cannot be written: {error.strerror}",
            hint="See the setting home (DAMPIPE_HOME).",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another {what} is at it") from None
        yield


@contextmanager
def _in_server(database: Database, what: str, wait: bool) -> Iterator[None]:
    numbers = {"kind": _LOCK & 0x7FFFFFFF, "what": zlib.crc32(what.encode()) & 0x7FFFFFFF}
    with translated(database), database.engine.connect() as plain:
        # No transaction is held open for the hours that a turn may last.
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        verb = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        got = connection.execute(text(f"SELECT {verb}(:kind, :what)"), numbers).scalar()
        if got is False:
            raise Busy(f"another {what} is at it")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:kind, :what)"), numbers)
