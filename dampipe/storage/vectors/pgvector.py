"""A vector index in PostgreSQL with the extension pgvector: one table of half-precision vectors per model.

Every write is a transaction, so readers never wait and see the old index or the new one. Searches are exact scans, which
PostgreSQL runs on several cores. The option `hnsw` adds pgvector's graph (Malkov and Yashunin, 2016): faster for
millions of vectors, but it misses some of the nearest, mostly for text queries.

A mask is a condition on the column `owner`. The graph is walked until it has found enough that fulfil it, or, where few
rows do, they are scanned.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from pgvector import HalfVector
from pydantic import Field
from sqlalchemy import Connection, text

from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.errors import InvalidInput, Permanent, Transient, Unavailable
from dampipe.storage.vectors.base import (
    IndexFacts,
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorsConfig,
)
from dampipe.storage.vectors.errors import (
    INDEX_BUSY,
    INDEX_LACKS_OWNERS,
    INDEX_OTHER_DIMENSION,
    PGVECTOR_GRAPH_DIMENSIONS,
)
from dampipe.storage.vectors.pgvector_server import SETUP_LOCK, PgServer
from dampipe.storage.vectors.shapes import checked_batches, checked_owners, checked_query, checked_rows

BUSY_DELAY = 15.0
"""Seconds after which a second writer retries."""
HNSW_MAX_DIMENSIONS = 4000
"""pgvector's limit for half vectors."""
PLAIN_MAX_DIMENSIONS = 3900
"""Dimension up to which a row fits into a page of PostgreSQL, 8 kB, without TOAST."""
GRAPH_FROM = 0.2
"""The least share of the owners in a mask with which the graph is walked; fewer are scanned, which misses nothing."""


class PgVectorConfig(VectorsConfig):
    """Configuration of `get_storage_backend("pgvector", …, "vectors")`."""

    url: str
    """SQLAlchemy URL, like `database_url`."""
    hnsw: bool = False
    ef_search: int = Field(400, ge=1, le=1000)
    """Size of the candidate list of a graph search: a larger one raises recall and time."""


class PgVectors:
    """Vectors of one model in a PostgreSQL database, which may be that of the catalogue.

    The extension must exist, or the user must be allowed to create it. Raises `Transient` if the server cannot be
    reached, `Permanent` if the table holds vectors of another dimension.
    """

    can_mask = True

    def __init__(
        self, url: str, dimension: int, name: str = "", *, hnsw: bool = False, ef_search: int = 400
    ) -> None:
        self._server = PgServer(url)
        if hnsw and dimension > HNSW_MAX_DIMENSIONS:
            raise InvalidInput(PGVECTOR_GRAPH_DIMENSIONS, most=HNSW_MAX_DIMENSIONS, dimension=dimension)
        self._dimension = dimension
        self._name = name
        self._hnsw = hnsw
        self._ef_search = ef_search
        digest = hashlib.sha1(name.encode(), usedforsecurity=False)
        self._table = f"dampipe_vectors_{digest.hexdigest()[:16]}"
        self._lock = int.from_bytes(digest.digest()[:7])
        self._ready = False

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `url`, `dimension`, `name`, `hnsw`, `ef_search`."""
        options = PgVectorConfig.model_validate(config)
        return cls(
            options.url, options.dimension, options.name, hnsw=options.hnsw, ef_search=options.ef_search
        )

    @property
    def watermark(self) -> int:
        with self._connection() as connection:
            return self._watermark(connection)

    def __len__(self) -> int:
        with self._connection() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {self._table}")).scalar_one())

    def ids(self) -> VectorIds:
        with self._connection() as connection:
            found = connection.execute(text(f"SELECT id FROM {self._table} ORDER BY id"))
            return np.fromiter(found.scalars(), np.int64)

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        if count < 1 or (mask is not ALL and not mask):
            return []
        parameters: dict[str, Any] = {"query": HalfVector(row[0]), "count": count}
        nearest = "ORDER BY v <#> :query LIMIT :count"
        with self._connection() as connection:
            source = self._table
            if mask is not ALL:
                if self._lacks_owners(connection):
                    raise Unavailable(INDEX_LACKS_OWNERS, index=self._table)
                owners, condition = _condition(mask)
                parameters["owners"] = owners
                if self._hnsw and self._share(connection, condition, owners) >= GRAPH_FROM:
                    nearest = f"WHERE {condition} {nearest}"
                else:
                    # Materialized, so that these rows are scanned and the graph is not used.
                    source = "few"
            statement = f"SELECT id, -(v <#> :query) AS score FROM {source} {nearest}"
            if source == "few":
                few = f"SELECT id, v FROM {self._table} WHERE {condition}"
                statement = f"WITH few AS MATERIALIZED ({few}) {statement}"
            if self._hnsw:
                width = max(self._ef_search, min(count, 1000))
                connection.execute(text(f"SET LOCAL hnsw.ef_search = {width}"))
                connection.execute(text("SET LOCAL hnsw.iterative_scan = strict_order"))
            rows = connection.execute(text(statement), parameters).all()
        found = [Neighbour(int(row.id), float(row.score)) for row in rows]
        return sorted(found, key=lambda n: (-n.score, n.id))

    @property
    def lacks_owners(self) -> bool:
        with self._connection() as connection:
            return self._lacks_owners(connection)

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        numbers = checked_owners(owners)
        with self._writer() as connection:
            if self._lacks_owners(connection):
                connection.execute(text("CREATE TEMP TABLE owned (id bigint, owner bigint) ON COMMIT DROP"))
                driver: Any = connection.connection.driver_connection
                with driver.cursor() as cursor, cursor.copy("COPY owned FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["int8", "int8"])
                    for pair in zip(np.asarray(ids, np.int64).tolist(), numbers.tolist(), strict=True):
                        copy.write_row(pair)
                for statement in (
                    f"UPDATE {self._table} AS v SET owner = owned.owner FROM owned "
                    "WHERE owned.id = v.id AND v.owner IS NULL",
                    f"UPDATE {self._table} SET owner = 0 WHERE owner IS NULL",
                ):
                    connection.execute(text(statement))
        return True

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        with self._writer() as connection:
            above = self._watermark(connection)
            batch = checked_rows(ids, rows, owners, self._dimension, above=above)
            if len(batch[0]):
                self._insert(connection, batch)
                self._set_watermark(connection, int(batch[0][-1]))

    def remove(self, ids: VectorIds) -> None:
        with self._writer() as connection:
            removed = np.unique(np.asarray(ids, np.int64)).tolist()
            connection.execute(
                text(f"DELETE FROM {self._table} WHERE id = ANY(:removed)"), {"removed": removed}
            )

    def clear(self) -> None:
        self.replace(())

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        """See VectorStorage. One transaction, during which other writers get `Transient`."""
        with self._writer() as connection:
            connection.execute(text(f"DELETE FROM {self._table}"))
            watermark = 0
            for batch in checked_batches(batches, self._dimension):
                self._insert(connection, batch)
                watermark = int(batch[0][-1])
            self._set_watermark(connection, watermark)

    def damage(self, thorough: bool = True) -> list[str]:
        """None: PostgreSQL checks its own files."""
        return []

    def facts(self) -> IndexFacts:
        how = f"HNSW graph, ef_search {self._ef_search}" if self._hnsw else "exact scan of half vectors"
        with self._connection() as connection:
            size = connection.execute(text(f"SELECT pg_total_relation_size('{self._table}')")).scalar_one()
            version = connection.execute(
                text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            ).scalar_one()
        return IndexFacts(f"pgvector {version}, {how}", len(self), int(size))

    def close(self) -> None:
        """Close all connections."""
        self._server.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A transaction in which the tables exist."""
        with self._server.begin() as connection:
            if not self._ready:
                self._create_tables(connection)
            yield connection
            self._ready = True

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        """A transaction with the exclusive right to change the index. Raises `Transient`."""
        with self._connection() as connection:
            free = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": self._lock})
            if not free.scalar_one():
                raise Transient(INDEX_BUSY, delay=BUSY_DELAY, index=self._name)
            yield connection

    def _create_tables(self, connection: Connection) -> None:
        if connection.execute(text(f"SELECT to_regclass('{self._table}')")).scalar_one() is None:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({SETUP_LOCK})"))
            for statement in (
                "CREATE TABLE IF NOT EXISTS dampipe_vectors "
                "(name text PRIMARY KEY, dimension int NOT NULL, watermark bigint NOT NULL)",
                f"CREATE TABLE IF NOT EXISTS {self._table} "
                f"(id bigint PRIMARY KEY, v halfvec({self._dimension}) NOT NULL, owner bigint)",
                # Uncompressed and inline: numbers do not compress, and a scan reads all of them.
                f"ALTER TABLE {self._table} ALTER COLUMN v SET STORAGE PLAIN"
                if self._dimension <= PLAIN_MAX_DIMENSIONS
                else "SELECT 1",
            ):
                connection.execute(text(statement))
            connection.execute(
                text("INSERT INTO dampipe_vectors VALUES (:name, :dimension, 0) ON CONFLICT DO NOTHING"),
                {"name": self._name, "dimension": self._dimension},
            )
        stored = connection.execute(
            text("SELECT dimension FROM dampipe_vectors WHERE name = :name"), {"name": self._name}
        ).scalar_one()
        if stored != self._dimension:
            raise Permanent(
                INDEX_OTHER_DIMENSION, index=self._table, stored=stored, dimension=self._dimension
            )
        index = f"{self._table}_owner"
        if connection.execute(text(f"SELECT to_regclass('{index}')")).scalar_one() is None:
            # A table of an older version has no owners, until they are assigned. The index is of use to a narrow mask,
            # and finds at once whether an owner is missing.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({SETUP_LOCK})"))
            connection.execute(text(f"ALTER TABLE {self._table} ADD COLUMN IF NOT EXISTS owner bigint"))
            connection.execute(text(f"CREATE INDEX IF NOT EXISTS {index} ON {self._table} (owner)"))
        graph = f"{self._table}_hnsw"
        exists = connection.execute(text(f"SELECT to_regclass('{graph}')")).scalar_one() is not None
        if self._hnsw and not exists:
            connection.execute(
                text(f"CREATE INDEX IF NOT EXISTS {graph} ON {self._table} USING hnsw (v halfvec_ip_ops)")
            )
        elif exists and not self._hnsw:
            connection.execute(text(f"DROP INDEX {graph}"))

    def _watermark(self, connection: Connection) -> int:
        found = connection.execute(
            text("SELECT watermark FROM dampipe_vectors WHERE name = :name"), {"name": self._name}
        )
        return int(found.scalar_one())

    def _set_watermark(self, connection: Connection, watermark: int) -> None:
        connection.execute(
            text("UPDATE dampipe_vectors SET watermark = :watermark WHERE name = :name"),
            {"watermark": watermark, "name": self._name},
        )

    def _lacks_owners(self, connection: Connection) -> bool:
        missing = text(f"SELECT EXISTS (SELECT 1 FROM {self._table} WHERE owner IS NULL)")
        return bool(connection.execute(missing).scalar_one())

    def _share(self, connection: Connection, condition: str, owners: list[int]) -> float:
        """About what share of the vectors fulfils a condition: of one in a hundred pages, or of all of a few."""
        counted = f"SELECT avg(({condition})::int) FROM {self._table}"
        for sample in (" TABLESAMPLE SYSTEM (1)", ""):
            share = connection.execute(text(counted + sample), {"owners": owners}).scalar_one()
            if share is not None:
                return float(share)
        return 0.0

    def _insert(self, connection: Connection, batch: VectorBatch) -> None:
        ids, rows, owners = batch
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {self._table} (id, v, owner) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["int8", "halfvec", "int8"])
            for number, row, owner in zip(ids.tolist(), rows, owners.tolist(), strict=True):
                copy.write_row((number, HalfVector(row), owner))


def _condition(mask: AssetSet) -> tuple[list[int], str]:
    """The shorter of a list of the owners in a mask and one of those that are not, and the condition for it.

    Owners above the highest of the mask are not in it, so the second list ends there.
    """
    numbers = mask.to_numpy()
    numbers = numbers[numbers > 0]
    last = int(numbers[-1]) if len(numbers) else 0
    if last < 2 * len(numbers):
        others = np.setdiff1d(np.arange(1, last + 1), numbers, assume_unique=True)
        return others.tolist(), f"owner BETWEEN 1 AND {last} AND owner != ALL(:owners)"
    return numbers.tolist(), "owner = ANY(:owners)"
