"""Caches of queries: vectors of texts, and the floor below which scores mean nothing."""

from collections.abc import Mapping
from hashlib import sha1
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, delete, func, select

from dampipe.features.search.tables import QUERY_VECTOR, SCORE_FLOOR, VECTOR
from dampipe.kernel.db.database import Database

KEPT = 10_000
"""Texts kept, the latest ones: 20 MB at 512 dimensions."""
GROWTH = 1.1
"""The floor is computed again when there are this many times as many vectors."""


class QueryVectorCache:
    """The cache of one catalogue. Entries may be lost: they are computed again."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def vectors(self, model: str, texts: list[str]) -> dict[str, NDArray[np.float32]]:
        """The cached ones of the texts, with their vectors of shape (dimension,)."""
        keys = {_digest(text): text for text in texts}
        with self._db.read() as connection:
            rows = connection.execute(
                select(QUERY_VECTOR.c.digest, QUERY_VECTOR.c.data).where(
                    QUERY_VECTOR.c.model == model, QUERY_VECTOR.c.digest.in_(list(keys))
                )
            ).all()
        return {keys[row.digest]: np.frombuffer(bytes(row.data), "<f4") for row in rows}

    def keep(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Cache the vectors of texts; the oldest are removed beyond KEPT."""
        now = time()
        with self._db.write() as connection:
            for text, row in vectors.items():
                values = {"data": row.astype("<f4").tobytes(), "kept_at": now}
                connection.execute(
                    _upsert(self._db, QUERY_VECTOR, {"model": model, "digest": _digest(text)}, values)
                )
            newest = (
                select(QUERY_VECTOR.c.kept_at).order_by(QUERY_VECTOR.c.kept_at.desc()).offset(KEPT).limit(1)
            )
            connection.execute(delete(QUERY_VECTOR).where(QUERY_VECTOR.c.kept_at <= newest.scalar_subquery()))

    def floor(self, model: str) -> float | None:
        """The cached floor of a model, if it was computed for about as many vectors as there are now."""
        with self._db.read() as connection:
            row = connection.execute(select(SCORE_FLOOR).where(SCORE_FLOOR.c.model == model)).first()
            now = self._newest(connection, model)
        return row.score if row is not None and row.newest <= now <= GROWTH * row.newest else None

    def keep_floor(self, model: str, score: float) -> None:
        """Cache the floor of a model."""
        with self._db.write() as connection:
            values = {"newest": self._newest(connection, model), "score": score}
            connection.execute(_upsert(self._db, SCORE_FLOOR, {"model": model}, values))

    def _newest(self, connection: Connection, model: str) -> int:
        newest = select(func.max(VECTOR.c.id)).where(VECTOR.c.model == model)
        return int(connection.execute(newest).scalar() or 0)


def _upsert(database: Database, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> Any:
    made = database.insert(table).values(**key, **values)
    return made.on_conflict_do_update(index_elements=list(key), set_=values)


def _digest(text: str) -> str:
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
