"""The connection to the catalogue: SQLite in WAL mode or PostgreSQL, every write in one short transaction."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    any_,
    create_engine,
    literal,
    make_url,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.types import TypeEngine

from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.connect_errors import connect_problem
from dampipe.kernel.db.errors import (
    DAMAGED,
    DRIVER_MISSING,
    FOLDER_UNUSABLE,
    FULL,
    LOCKED,
    NOT_SET_UP,
    UNUSABLE,
    URL_INVALID,
)
from dampipe.kernel.db.sqlite_connection import WRITING, SqliteConnection, begin
from dampipe.kernel.errors import CatalogueDown, DampipeError, InvalidInput, StorageFull
from dampipe.kernel.masking import mask_url, url_problem
from dampipe.kernel.private_files import make_folder

MOST_VALUES = 4096
"""Values that one statement binds in SQLite. One statement takes many rows: for each statement the driver releases the
interpreter lock, and has to wait for it where other threads work."""
BUSY_TIMEOUT = 30.0
"""Seconds to wait for another writer of the SQLite file before giving up."""


class Database:
    """One database. Processes must not share an instance across a fork."""

    def __init__(self, url: str, busy_timeout: float = BUSY_TIMEOUT, machine: str = "") -> None:
        """Open and create nothing but the folder yet. Raises InvalidInput for a URL that is not valid.

        machine: the name under which path maps say where this machine sees sources; "": as declared.
        """
        self.machine = machine
        self._write_lock = threading.Lock()
        """Among this process's threads: SQLite has no queue of writers, each polls until the lock is free."""
        self.place = mask_url(url)
        """The URL as it is shown."""
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            self.engine = self._engine(busy_timeout)
        except NoSuchModuleError as error:
            problem = f"there is no driver {url.partition('://')[0]!r}"
            raise InvalidInput(URL_INVALID, url=self.place, problem=problem) from error
        except ModuleNotFoundError as error:
            raise InvalidInput(DRIVER_MISSING, url=self.place, package=error.name) from error
        except (ArgumentError, ValueError, TypeError) as error:  # their texts quote parts of a password
            problem = url_problem(url, escaped_at=True) or "it cannot be read"
            raise InvalidInput(URL_INVALID, url=self.place, problem=problem) from error

    def _engine(self, busy_timeout: float) -> Engine:
        if not self.is_sqlite:
            return create_engine(self.url, pool_pre_ping=True, pool_size=2, max_overflow=4)
        if self.url.database and self.url.database != ":memory:":
            _make_folder(Path(self.url.database).parent)
        options = {"timeout": busy_timeout, "factory": SqliteConnection}
        engine = create_engine(self.url, connect_args=options)
        engine.dialect.do_begin = begin  # type: ignore[method-assign, assignment]
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises CatalogueDown when the database cannot be used."""
        with translated(self), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all or nothing. Raises CatalogueDown or StorageFull."""
        with (
            self._write_lock if self.is_sqlite else nullcontext(),
            translated(self),
            self.engine.connect() as connection,
            self._will_write(connection).begin(),
        ):
            yield connection

    @staticmethod
    def _will_write(connection: Connection) -> Connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, SqliteConnection):
            driver.next_begin = WRITING
        return connection

    def insert(self, table: Table) -> Any:
        """An INSERT with `on_conflict_do_nothing`, in the dialect of this database."""
        return insert_into(table, self.is_sqlite)

    def give_way(self) -> None:
        """Let others write, between two of many transactions: writers of SQLite poll, and poll rarely."""
        if self.is_sqlite:
            time.sleep(0.01)

    def among(self, column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
        """Whether a column holds one of up to some thousand numbers, sent as one value where that is possible."""
        if self.is_sqlite:
            return column.in_(numbers)
        return column == any_(literal(fitting(column.type, numbers), array_for(column)))

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
        """Insert rows given as tuples of what the driver takes, except those that exist already.

        same: columns that are the same in all rows. ids: return those of the inserted rows, in order. Values are
        passed to the driver as they are: to convert many rows takes longer than to write them.
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
        if ids:  # no other process writes meanwhile, and ids rise
            newest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar()
        what = ", ".join(
            [*(f"v.column{number}" for number in range(1, len(columns) + 1)), *("?" for _ in same)]
        )
        for some in chunked(rows, MOST_VALUES // len(columns)):
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
        where: str = "true",
    ) -> None:
        """Set in rows, given as tuples of their id and a value a column, these columns, and `same` in all of them.

        where: SQL, which rows are changed. As with `insert_many`, values are passed to the driver as they are.
        """
        if not rows:
            return
        if self.is_sqlite:
            named = [f"{name} = v.column{number}" for number, name in enumerate(columns, 2)]
            sets = ", ".join([*(f"{name} = ?" for name in same), *named])
            for some in chunked(rows, MOST_VALUES // (len(columns) + 1)):
                connection.exec_driver_sql(
                    f"UPDATE {table.name} SET {sets} FROM {_values(some)} WHERE {table.name}.id = v.column1 AND {where}",
                    (*same.values(), *chain.from_iterable(some)),
                )
        else:
            sets = ", ".join([f"{name} = %s" for name in same] + [f"{name} = v.{name}" for name in columns])
            kinds = (table.c[name].type.compile(connection.dialect) for name in ("id", *columns))
            arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
            given = tuple(map(list, zip(*rows, strict=True)))
            connection.exec_driver_sql(
                f"UPDATE {table.name} SET {sets} FROM unnest({arrays}) AS v(id, {', '.join(columns)}) "
                f"WHERE {table.name}.id = v.id AND {where}",
                (*same.values(), *given),
            )

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def insert_into(table: Table, is_sqlite: bool) -> Any:
    """An INSERT with `on_conflict_do_nothing`, in the dialect of SQLite or of PostgreSQL."""
    if is_sqlite:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # imports its drivers

    return postgresql.insert(table)


def _values(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a table `v`, to be bound."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    return f"(VALUES {', '.join([marks] * len(rows))}) AS v"


@contextmanager
def translated(database: Database) -> Iterator[None]:
    """Translate errors of the driver into those of dampipe, by their codes; others pass as they are."""
    try:
        yield
    except DBAPIError as error:
        translation = _translation(error, database)
        if translation is None:
            raise
        raise translation from error


_SQLITE_ERROR, _SQLITE_BUSY, _SQLITE_LOCKED, _SQLITE_FULL = 1, 5, 6, 13
_SQLITE_CORRUPT, _SQLITE_NOT_A_DATABASE = 11, 26
_UNDEFINED_TABLE, _DISK_FULL, _LOCK_NOT_AVAILABLE = "42P01", "53100", "55P03"
"""SQLSTATEs of PostgreSQL."""


def _translation(error: DBAPIError, database: Database) -> DampipeError | None:
    """By SQLite's primary result code or PostgreSQL's SQLSTATE; most specific first."""
    place = database.place
    code: object = getattr(error.orig, "sqlstate", None)
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in (_SQLITE_FULL, _DISK_FULL):
        return StorageFull(FULL, place=place)
    if code in (_SQLITE_BUSY, _SQLITE_LOCKED, _LOCK_NOT_AVAILABLE):
        return CatalogueDown(LOCKED, place=place)
    if isinstance(error.orig, sqlite3.Error) and code in (_SQLITE_CORRUPT, _SQLITE_NOT_A_DATABASE):
        return CatalogueDown(DAMAGED, place=place, problem=str(error.orig))
    if code == _UNDEFINED_TABLE or (code == _SQLITE_ERROR and not _is_set_up(database)):
        return CatalogueDown(NOT_SET_UP, place=place)
    if error.connection_invalidated or type(error) in (
        OperationalError,
        DatabaseError,
    ):  # not their subclasses: an IntegrityError is a bug
        if not database.is_sqlite and error.orig is not None:
            problem_of_connection = connect_problem(error.orig, database.url, place)
            if problem_of_connection is not None:
                return problem_of_connection
        lines = str(error.orig).strip().splitlines()
        problem = lines[0] if lines else type(error.orig).__name__
        return CatalogueDown(UNUSABLE, place=place, problem=problem)
    return None


def _is_set_up(database: Database) -> bool:
    """Whether an SQLite file has a schema: it has no result code of its own for a table that does not exist."""
    try:
        with database.engine.connect() as connection:
            tables = text("SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'")
            return bool(connection.execute(tables).scalar())
    except DBAPIError:
        return True


def _make_folder(folder: Path) -> None:
    try:
        make_folder(folder)
    except OSError as error:
        raise CatalogueDown(FOLDER_UNUSABLE, folder=folder, problem=error.strerror) from error


def array_for(column: ColumnElement[int]) -> ARRAY[int]:
    """The type of an array of PostgreSQL that a column is compared with. PostgreSQL looks numbers up in a hash table if
    they have the type of the column, else it goes through the array for each row."""
    return ARRAY(Integer() if type(column.type) is Integer else BigInteger())


def fitting(kind: TypeEngine[Any], numbers: Iterable[int]) -> list[int]:
    """The numbers that a column of a type may hold: no other is in it."""
    if type(kind) is not Integer:
        return list(numbers)
    return [number for number in numbers if -(2**31) <= number < 2**31]
