"""A vector index in memory, for tests and experiments. Nothing is persisted."""

import threading
from collections.abc import Iterable, Mapping
from typing import Self

import numpy as np

from dampipe.storage.vectors.base import IndexFacts, Neighbour, VectorIds, VectorRows, VectorsConfig
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows


class MemoryVectors:
    """Vectors of one model in this process. See VectorStorage."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._watermark = 0
        self._ids: VectorIds = np.empty(0, np.int64)
        self._rows: VectorRows = np.empty((0, dimension), np.float32)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `dimension`."""
        return cls(VectorsConfig.model_validate(config).dimension)

    @property
    def watermark(self) -> int:
        return self._watermark

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        with self._lock:
            ids, rows = checked_rows(ids, rows, self._dimension, above=self._watermark)
            if len(ids):
                self._ids, self._rows = np.concatenate([self._ids, ids]), np.concatenate([self._rows, rows])
                self._watermark = int(ids[-1])

    def remove(self, ids: VectorIds) -> None:
        with self._lock:
            remaining = ~np.isin(self._ids, ids)
            self._ids, self._rows = self._ids[remaining], self._rows[remaining]

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        with self._lock:
            ids, rows = self._ids, self._rows
        if among is not None:
            selected = np.isin(ids, among)
            ids, rows = ids[selected], rows[selected]
        scores = rows @ row[0]
        best = np.lexsort((ids, -scores))[: max(0, count)]
        return [Neighbour(int(ids[i]), float(scores[i])) for i in best]

    def ids(self) -> VectorIds:
        return self._ids.copy()

    def clear(self) -> None:
        with self._lock:
            self._watermark, self._ids, self._rows = 0, self._ids[:0], self._rows[:0]

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        checked = list(checked_batches(batches, self._dimension))
        with self._lock:
            self._ids = np.concatenate([self._ids[:0], *(ids for ids, _ in checked)])
            self._rows = np.concatenate([self._rows[:0], *(rows for _, rows in checked)])
            self._watermark = int(self._ids[-1]) if len(self._ids) else 0

    def damage(self, thorough: bool = True) -> list[str]:
        return []

    def facts(self) -> IndexFacts:
        return IndexFacts("exact scan in memory, not persisted", len(self))
