"""A consistent copy of a catalogue while workers write to it, and bringing it back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, text

from dampipe.features.backup.errors import (
    BACKUP_FAILED,
    BACKUP_FULL,
    CATALOGUE_DAMAGED,
    PROGRAM_FAILED,
    PROGRAM_MISSING,
)
from dampipe.kernel.db.database import Database, translated
from dampipe.kernel.errors import CannotStart, CatalogueDown, Permanent, StorageFull
from dampipe.kernel.paths import printable

SCHEMA = "public"
_SQLITE_FULL, _SQLITE_CORRUPT, _SQLITE_NOT_A_DATABASE = 13, 11, 26
_DERIVED = "dampipe_vectors*"
"""Tables of the vector index in PostgreSQL, which is built from the vectors in the catalogue."""


def dump(database: Database, file: Path) -> None:
    """Write a consistent copy of the catalogue as of now.

    SQLite: by its backup API, in one read transaction of WAL mode, which no writer waits for. PostgreSQL: by pg_dump.
    Raises CatalogueDown, StorageFull, Permanent, and CannotStart without pg_dump.
    """
    if database.is_sqlite:
        _copy_sqlite(database, file)
    else:
        _run(
            database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--schema={SCHEMA}",
            f"--exclude-table={_DERIVED}", f"--file={file}",
        )  # fmt: skip


def load_postgresql(database: Database, file: Path) -> None:
    """Bring a dump back into a database without a catalogue, all or nothing."""
    _run(
        database,
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        f"--schema={SCHEMA}",
        "--no-owner",
        "--no-privileges",
        str(file),
    )


def has_catalogue(database: Database) -> bool:
    """Whether a PostgreSQL database has a catalogue. Raises CatalogueDown."""
    with translated(database), database.engine.connect() as connection:
        return inspect(connection).has_table("alembic_version", schema=SCHEMA)


def move_aside_postgresql(database: Database, name: str) -> None:
    """Rename the schema of the catalogue, and create an empty one."""
    with translated(database), database.engine.begin() as connection:
        connection.execute(text(f'ALTER SCHEMA {SCHEMA} RENAME TO "{name}"'))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))


def _copy_sqlite(database: Database, file: Path) -> None:
    place = database.place
    if not database.url.database or not os.path.exists(database.url.database):
        raise CatalogueDown(CATALOGUE_DAMAGED, place=place, reason="it does not exist")
    try:
        with (
            closing(sqlite3.connect(database.url.database)) as source,
            closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)  # all pages in one step: in several, it starts again after every write
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a write-ahead log beside it
            [verdict] = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (_SQLITE_CORRUPT, _SQLITE_NOT_A_DATABASE):
            raise CatalogueDown(CATALOGUE_DAMAGED, place=place, reason=str(error)) from error
        if code == _SQLITE_FULL:
            raise StorageFull(BACKUP_FULL, folder=printable(file.parent)) from error
        raise Permanent(BACKUP_FAILED, folder=printable(file.parent), reason=str(error)) from error
    if verdict != "ok":
        raise CatalogueDown(CATALOGUE_DAMAGED, place=place, reason=verdict)


def _run(database: Database, program: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL. Secrets are passed in the environment, which only its owner can read."""
    path = shutil.which(program)
    if path is None:
        raise CannotStart(PROGRAM_MISSING, program=program)
    parameters, secrets = _of_libpq(database)
    environment = {**os.environ, **secrets}
    done = subprocess.run(
        [path, "--no-password", f"--dbname={parameters}", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Permanent(PROGRAM_FAILED, program=program, reason="; ".join(lines[:2]))


def _of_libpq(database: Database) -> tuple[str, dict[str, str]]:
    """How client programs connect: a connection string without secrets, and environment variables for these.

    A secret that libpq takes from no environment variable (sslpassword) is left out: other users see arguments.
    """
    from psycopg import pq  # of the extra `postgres`
    from psycopg.conninfo import make_conninfo

    _, given = database.engine.dialect.create_connect_args(database.url)
    options = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    shown, secrets = {}, {}
    for name, value in given.items():
        option = options.get(name)
        if option is None:  # of the Python driver
            continue
        if b"*" not in (option.dispchar or b""):
            shown[name] = value
        elif option.envvar:
            secrets[option.envvar.decode()] = str(value)
    return make_conninfo(**shown), secrets
