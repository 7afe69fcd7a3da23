"""The connection to the catalogue: SQLite in WAL mode or PostgreSQL, every write in one short transaction."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    any_,
    create_engine,
    event,
    literal,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.errors import CatalogueDown, DampipeError, InvalidInput, StorageFull

MOST_MARKS = 4096
"""Values of one statement, in SQLite. A statement takes many rows: for each of them by itself the driver lets go of the
interpreter, and where other threads are at work has to wait for it."""
BUSY_TIMEOUT = 30.0
"""Seconds to wait for another writer of the SQLite file before giving up."""


class Database:
    """One database. Processes must not share an instance across a fork."""

    def __init__(self, url: str, busy_timeout: float = BUSY_TIMEOUT, machine: str = "") -> None:
        """Opens nothing yet. Raises InvalidInput for a URL that makes no sense.

        machine: the name under which path maps tell where this machine sees sources; "": as declared.
        """
        self.machine = machine
        self._turn = threading.Lock()
        """Of this process's threads: SQLite knows no queue, and whoever finds it taken sleeps and asks again."""
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            self.engine = self._engine(busy_timeout)
            self._writer = self.engine.execution_options(writes=True)
        except (ArgumentError, NoSuchModuleError) as error:
            raise InvalidInput(f"database_url {url!r}: {error}") from error
        except ModuleNotFoundError as error:
            raise InvalidInput(
                f"database_url {url!r} needs {error.name}",
                hint="Install it: pip install 'dampipe[postgres]'.",
            ) from error

    def _engine(self, busy_timeout: float) -> Engine:
        if not self.is_sqlite:
            return create_engine(self.url, pool_pre_ping=True, pool_size=2, max_overflow=4)
        if self.url.database and self.url.database != ":memory:":
            _make_folder(Path(self.url.database).parent)
        engine = create_engine(self.url, connect_args={"timeout": busy_timeout})

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # we begin transactions ourselves, below
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begun(connection: Connection) -> None:
            # A reader that turns writer fails at once when another wrote meanwhile; say it at the start.
            begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN"
            try:  # past SQLAlchemy, which takes ten times as long for it as SQLite
                connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]
            except sqlite3.Error as error:
                raise OperationalError(begin, None, error) from error

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises CatalogueDown when the database cannot be had."""
        with translated(self), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all or nothing. Raises CatalogueDown or StorageFull."""
        with (
            self._turn if self.is_sqlite else nullcontext(),
            translated(self),
            self._writer.connect() as connection,
            connection.begin(),
        ):
            yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT that knows `on_conflict_do_nothing`, in the words of this database."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def give_way(self) -> None:
        """Let others write, between two of many transactions: SQLite knows no queue, and who waits asks seldom."""
        if self.is_sqlite:
            time.sleep(0.01)

    def among(self, column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
        """Whether a column holds one of up to some thousand numbers, sent as one value where that is possible."""
        if self.is_sqlite:
            return column.in_(numbers)
        return column == any_(literal(list(numbers), postgresql.ARRAY(BigInteger)))

    def insert_many(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        same: Mapping[str, Any] | None = None,
        *,
        ids: bool = False,
    ) -> list[int]:
        """Insert rows given as tuples of what the driver takes, but for those that are there already.

        same: columns that are the same in all rows. ids: return those of the rows made, in order. Nothing
        looks at the values on the way, which for many rows takes longer than to write them.
        """
        if not rows:
            return []
        same = same or {}
        into = f"INSERT INTO {table.name} ({', '.join([*columns, *same])})"
        if not self.is_sqlite:
            # One statement with an array a column: a statement a row is many times as slow.
            kinds = {name: table.c[name].type.compile(connection.dialect) for name in [*columns, *same]}
            found = ", ".join(f"%s::{kinds[name]}[]" for name in columns)
            what = ", ".join(["found.*", *(f"%s::{kinds[name]}" for name in same)])
            values = (*same.values(), *map(list, zip(*rows, strict=True)))
            query = f"{into} SELECT {what} FROM unnest({found}) AS found ON CONFLICT DO NOTHING"
            made = connection.exec_driver_sql(f"{query} RETURNING id" if ids else query, values)
            return list(made.scalars()) if ids else []
        newest = None
        if ids:  # nobody else writes meanwhile, and ids rise
            newest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar()
        what = ", ".join(
            [*(f"v.column{number}" for number in range(1, len(columns) + 1)), *("?" for _ in same)]
        )
        for some in chunked(rows, MOST_MARKS // len(columns)):
            connection.exec_driver_sql(
                # WHERE: without it SQLite takes what follows for a join.
                f"{into} SELECT {what} FROM {_values(some)} WHERE true ON CONFLICT DO NOTHING",
                (*same.values(), *chain.from_iterable(some)),
            )
        if newest is None:
            return []
        made = connection.exec_driver_sql(f"SELECT id FROM {table.name} WHERE id > ? ORDER BY id", (newest,))
        return list(made.scalars())

    def update_many(
        self,
        connection: Connection,
        table: Table,
        same: Mapping[str, Any],
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
    ) -> None:
        """Set in rows, given as tuples of their id and a value a column, these columns, and `same` in all of them.

        As with `insert_many`, nothing looks at the values on the way.
        """
        if not rows:
            return
        if self.is_sqlite:
            named = [f"{name} = v.column{number}" for number, name in enumerate(columns, 2)]
            sets = ", ".join([*(f"{name} = ?" for name in same), *named])
            for some in chunked(rows, MOST_MARKS // (len(columns) + 1)):
                connection.exec_driver_sql(
                    f"UPDATE {table.name} SET {sets} FROM {_values(some)} WHERE {table.name}.id = v.column1",
                    (*same.values(), *chain.from_iterable(some)),
                )
        else:
            sets = ", ".join([f"{name} = %s" for name in same] + [f"{name} = v.{name}" for name in columns])
            kinds = (table.c[name].type.compile(connection.dialect) for name in ("id", *columns))
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
            given = tuple(map(list, zip(*rows, strict=True)))
            connection.exec_driver_sql(
                f"UPDATE {table.name} SET {sets} FROM unnest({arrays}) AS v(id, {', '.join(columns)}) "
                f"WHERE {table.name}.id = v.id",
                (*same.values(), *given),
            )

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _values(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a table `v`, to be bound."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    return f"(VALUES {', '.join([marks] * len(rows))}) AS v"


@contextmanager
def translated(database: Database) -> Iterator[None]:
    """Foreign errors to ours; most specific first."""
    try:
        yield
    except DBAPIError as error:
        ours = _ours(error, database)
        if ours is None:
            raise
        raise ours from error


def _ours(error: DBAPIError, database: Database) -> DampipeError | None:
    place = database.url.render_as_string(hide_password=True)
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if "disk is full" in text or "No space left" in text or "could not extend file" in text:
        return StorageFull(
            f"no space left for the catalogue {place}", hint="Free some space; nothing was lost."
        )
    if "locked" in text:
        return CatalogueDown(
            f"the catalogue {place} stays locked by another process",
            hint="Is another program holding it open (a backup, a database browser)? Close it and try again.",
        )
    if "no such table" in text or "does not exist" in text:
        return CatalogueDown(
            f"the catalogue {place} has not been set up: {text}", hint="`dampipe up` sets it up."
        )
    if type(error) in (OperationalError, DatabaseError):  # not their kin: an IntegrityError is ours
        return CatalogueDown(
            f"the catalogue {place} cannot be used: {text}", hint="See the setting database_url."
        )
    return None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogueDown(
            f"{folder} cannot be made: {error.strerror}", hint="See the setting home (DAMPIPE_HOME)."
        ) from error
