"""A connection to a SQLite file, which begins each transaction itself.

This is not done with SQLAlchemy's events: one listener makes every statement of an engine a tenth slower.
"""

import errno
import sqlite3
from pathlib import Path
from typing import Any

from dampipe.kernel.db.errors import FOLDER_UNUSABLE, FULL
from dampipe.kernel.errors import CatalogueDown, StorageFull
from dampipe.kernel.private_files import create_private

READING = "BEGIN"
WRITING = "BEGIN IMMEDIATE"
"""With a lock from the start: a reader that becomes a writer fails at once when another wrote meanwhile."""


class SqliteConnection(sqlite3.Connection):
    """A connection in WAL mode."""

    next_begin: str = READING
    """The statement with which the next transaction begins."""

    def __init__(self, database: str, *arguments: Any, **options: Any) -> None:
        """Open a file, which is created where there is none. Raises StorageFull or CatalogueDown."""
        if database and database != ":memory:" and not database.startswith("file:"):
            _create_file(Path(database))
        super().__init__(database, *arguments, **options)
        self.isolation_level = None  # the driver begins no transactions
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            self.execute(f"PRAGMA {pragma}").close()


def begin(connection: Any) -> None:
    """Begin a transaction on a connection of a pool: `do_begin` of SQLAlchemy's dialect."""
    driver: SqliteConnection = connection.driver_connection
    statement, driver.next_begin = driver.next_begin, READING
    driver.execute(statement)


def _create_file(path: Path) -> None:
    """Create the file where there is none: SQLite would let everybody read it, and its log has the mode of the file."""
    try:
        create_private(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(FULL, place=path) from error
        raise CatalogueDown(FOLDER_UNUSABLE, folder=path.parent, problem=error.strerror) from error
