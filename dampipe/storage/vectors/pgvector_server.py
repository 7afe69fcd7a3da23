"""Connections to a PostgreSQL with pgvector: creates the extension on first use, translates errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pgvector.psycopg import register_vector
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError

from dampipe.kernel.errors import InvalidInput, Permanent, StageError, StorageFull, Transient
from dampipe.kernel.masking import mask_url
from dampipe.storage.vectors.errors import (
    INDEX_DISK_FULL,
    INDEX_FAILED,
    INDEX_OPTIONS_INVALID,
    INDEX_UNREACHABLE,
    PGVECTOR_SETUP_FAILED,
)

SETUP_LOCK = 0x64616D71
"""Key of the advisory lock under which extension and tables are created."""
_CONNECTION_ERRORS = (OperationalError, InterfaceError, InternalError)

_EXAMPLE = 'vectors_options = {url = "postgresql+psycopg://user@host/name"}; or set database_url.'


class PgServer:
    """A connection pool for one database. Raises `InvalidInput` if the URL is not one of PostgreSQL."""

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except (ArgumentError, ValueError) as error:
            problem = f"{mask_url(url)!r} is not a valid database URL"
            raise InvalidInput(INDEX_OPTIONS_INVALID, problem=problem, example=_EXAMPLE) from error
        self._shown = mask_url(url)
        if self._url.get_backend_name() != "postgresql":
            problem = f"pgvector needs a PostgreSQL database, not {self._url.get_backend_name()}"
            raise InvalidInput(INDEX_OPTIONS_INVALID, problem=problem, example=_EXAMPLE)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction. Errors are translated."""
        with self._translate_errors(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._url, pool_pre_ping=True, pool_size=2, max_overflow=4)

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _: Any) -> None:
            driver = connection.driver_connection if hasattr(connection, "driver_connection") else connection
            with driver.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_type WHERE typname = 'halfvec'")
                installed = cursor.fetchone()
            if not installed:
                with driver.cursor() as cursor:
                    cursor.execute(f"SELECT pg_advisory_xact_lock({SETUP_LOCK})")
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
            driver.commit()
            register_vector(driver)
            driver.commit()

        return engine

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Translate errors of the driver and SQLAlchemy."""
        try:
            yield
        except DBAPIError as error:
            raise self._translate(error.orig or error, isinstance(error, _CONNECTION_ERRORS)) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "psycopg":
                raise
            raise self._translate(
                error, type(error).__name__ in ("OperationalError", "InterfaceError")
            ) from error

    def _translate(self, error: BaseException, unreachable: bool) -> StageError | StorageFull:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        index = self._shown
        state = getattr(error, "sqlstate", None) or ""
        if state == "53100":
            return StorageFull(INDEX_DISK_FULL, index=index)
        if state in ("42501", "58P01", "0A000"):
            return Permanent(PGVECTOR_SETUP_FAILED, index=index, reason=reason)
        if unreachable:
            return Transient(INDEX_UNREACHABLE, index=index, reason=reason)
        return Permanent(INDEX_FAILED, index=index, reason=reason)
