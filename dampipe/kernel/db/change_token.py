"""Change tokens: whether anything was written to the catalogue since something was read from it."""

import sqlite3
import threading
from collections.abc import Hashable

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dampipe.kernel.db.database import Database, translated


class ChangeTokens:
    """The tokens of one database. Two of the same ChangeTokens are equal only if no transaction ended in between.

    Thread-safe. Processes must not share an instance across a fork.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def current(self) -> Hashable | None:
        """The present token: take it before reading. None: this database has none. Raises CatalogueDown."""
        if not self._db.is_sqlite:
            with self._db.read() as connection:
                # Of the transactions that have written something, or will: those that only read have no number.
                return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
        path = self._db.url.database
        if not path or path == ":memory:" or path.startswith("file:"):
            return None
        with translated(self._db), self._lock:
            try:
                if self._connection is None:
                    # SQLite counts the commits of all other connections, so this one never writes.
                    self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error as error:
                raise OperationalError("PRAGMA data_version", None, error) from error
