"""Caches of queries: vectors of texts, and the floor below which scores mean nothing."""

from collections.abc import Mapping
from hashlib import sha1
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, delete, func, select

from dampipe.features.search.tables import QUERY_VECTOR, SCORE_FLOOR, VECTOR
from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.db.database import Database

KEPT = 10_000
"""Texts kept, the latest ones: 20 MB at 512 dimensions."""
GROWTH = 1.1
"""The floor is computed again when there are this many times as many vectors."""

FLOORS = 256
"""Floors of parts of the library that a process keeps."""


class QueryVectorCache:
    """The cache of one catalogue. Entries may be lost: they are computed again."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._floors: Mapping[tuple[str, AssetSet], tuple[int, float]] = {}
        """The newest vector and the floor, by model and part of the library."""

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

    def floor(self, model: str, visible: Selection = ALL) -> float | None:
        """The cached floor of a model, if it was computed for about as many vectors as there are now."""
        with self._db.read() as connection:
            now = self._newest(connection, model)
            if visible is ALL:
                row = connection.execute(select(SCORE_FLOOR).where(SCORE_FLOOR.c.model == model)).first()
                newest, score = (0, None) if row is None else (row.newest, row.score)
            else:
                newest, score = self._floors.get((model, visible), (0, None))
        return score if newest <= now <= GROWTH * newest else None

    def keep_floor(self, model: str, score: float, visible: Selection = ALL) -> None:
        """Cache the floor of a model. Those of a part of the library are kept in this process only, the latest."""
        if visible is not ALL:
            with self._db.read() as connection:
                newest = self._newest(connection, model)
            kept = [*self._floors.items(), ((model, visible), (newest, score))]
            self._floors = dict(kept[-FLOORS:])
            return
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
