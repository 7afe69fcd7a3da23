"""A PostgreSQL with pgvector as one reaches it: the extension made when first needed, its errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from pgvector.psycopg import register_vector
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError

from dampipe.kernel.errors import InvalidInput, Permanent, StageError, StorageFull, Transient

LOCK = 0x64616D71
"""Advisory lock under which extension and tables are made."""
_AWAY = (OperationalError, InterfaceError, InternalError)


class PgServer:
    """Connections to one database. Raises `InvalidInput` for a URL of another kind."""

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except ArgumentError as error:
            raise InvalidInput(f"vectors_options: {url!r} is no database URL") from error
        if self._url.get_backend_name() != "postgresql":
            raise InvalidInput(
                f"pgvector needs a PostgreSQL database, not {self._url.get_backend_name()}",
                hint='vectors_options = {url = "postgresql+psycopg://user@host/name"}, or set database_url',
            )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction; foreign errors as ours."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._url, pool_pre_ping=True, pool_size=2, max_overflow=4)

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _: Any) -> None:
            plain = connection.driver_connection if hasattr(connection, "driver_connection") else connection
            with plain.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_type WHERE typname = 'halfvec'")
                known = cursor.fetchone()
            if not known:
                with plain.cursor() as cursor:
                    cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
            plain.commit()
            register_vector(plain)
            plain.commit()

        return engine

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Foreign errors as ours, the most specific first."""
        try:
            yield
        except DBAPIError as error:
            raise self._ours(error.orig or error, isinstance(error, _AWAY)) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "psycopg":
                raise
            raise self._ours(error, type(error).__name__ in ("OperationalError", "InterfaceError")) from error

    def _ours(self, error: BaseException, away: bool) -> StageError | StorageFull:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        place = self._url.render_as_string(hide_password=True)
        state = getattr(error, "sqlstate", None) or ""
        if state == "53100":
            return StorageFull(f"no space left for the vector index in {place}", hint="free some space")
        if state in ("42501", "58P01", "0A000"):
            return Permanent(
                f"pgvector cannot be set up in {place}: {said}",
                hint="install pgvector on the server and let an administrator run CREATE EXTENSION vector",
            )
        if away:
            return Transient(f"the vector index in {place} cannot be reached: {said}")
        return Permanent(f"the vector index in {place} failed: {said}")
