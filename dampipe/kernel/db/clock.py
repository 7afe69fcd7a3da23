"""The database's clock. Leases, back-off and due times are reckoned by it, since clocks of machines differ.

`NOW` is an SQL expression: seconds since 1970, fixed for the duration of one statement, so that an index can be
used for a comparison with it. On SQLite it is the clock of the machine that holds the file, in milliseconds; on
PostgreSQL the server's, in microseconds.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class DatabaseNow(FunctionElement[float]):
    """The time at which the database runs the statement."""

    name = "database_now"
    type = Float()
    inherit_cache = True


@compiles(DatabaseNow, "sqlite")
def _sqlite(element: Any, compiler: Any, **_: Any) -> str:
    # `unixepoch('subsec')` needs SQLite 3.42; Python brings older ones.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(DatabaseNow, "postgresql")
def _postgresql(element: Any, compiler: Any, **_: Any) -> str:
    # Not clock_timestamp(): it is volatile, which keeps PostgreSQL from using an index. A statement that waits
    # for a lock sees the time at which it was sent: a lease is then shorter by that, never longer.
    return "CAST(extract(epoch FROM statement_timestamp()) AS double precision)"


NOW: ColumnElement[float] = DatabaseNow()

_READ = select(NOW)


def database_time(connection: Connection) -> float:
    """The database's time, in seconds since 1970."""
    return float(connection.execute(_READ).scalar_one())
