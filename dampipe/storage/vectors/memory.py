"""A vector index in memory, for tests and experiments. Nothing is persisted."""

import threading
from collections.abc import Iterable, Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.asset_set import ALL, Selection
from dampipe.storage.vectors.base import (
    IndexFacts,
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorsConfig,
)
from dampipe.storage.vectors.masks import Mask
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows


class MemoryVectors:
    """Vectors of one model in this process. See VectorStorage."""

    can_mask = True

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._watermark = 0
        self._ids: VectorIds = np.empty(0, np.int64)
        self._rows: VectorRows = np.empty((0, dimension), np.float32)
        self._owners: OwnerNumbers = np.empty(0, np.uint32)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `dimension`."""
        return cls(VectorsConfig.model_validate(config).dimension)

    @property
    def watermark(self) -> int:
        return self._watermark

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def lacks_owners(self) -> bool:
        return False

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        return True

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        with self._lock:
            ids, rows, owners = checked_rows(ids, rows, owners, self._dimension, above=self._watermark)
            if len(ids):
                self._ids, self._rows = np.concatenate([self._ids, ids]), np.concatenate([self._rows, rows])
                self._owners = np.concatenate([self._owners, owners])
                self._watermark = int(ids[-1])

    def remove(self, ids: VectorIds) -> None:
        with self._lock:
            self._keep(~np.isin(self._ids, ids))

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        with self._lock:
            ids, rows, owners = self._ids, self._rows, self._owners
        if mask is not ALL:
            selected = Mask(mask).selects(owners)
            ids, rows = ids[selected], rows[selected]
        scores = rows @ row[0]
        best = np.lexsort((ids, -scores))[: max(0, count)]
        return [Neighbour(int(ids[i]), float(scores[i])) for i in best]

    def ids(self) -> VectorIds:
        return self._ids.copy()

    def clear(self) -> None:
        with self._lock:
            self._watermark = 0
            self._keep(slice(0))

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        checked = list(checked_batches(batches, self._dimension))
        with self._lock:
            self._ids = np.concatenate([self._ids[:0], *(ids for ids, _, _ in checked)])
            self._rows = np.concatenate([self._rows[:0], *(rows for _, rows, _ in checked)])
            self._owners = np.concatenate([self._owners[:0], *(owners for _, _, owners in checked)])
            self._watermark = int(self._ids[-1]) if len(self._ids) else 0

    def damage(self, thorough: bool = True) -> list[str]:
        return []

    def facts(self) -> IndexFacts:
        return IndexFacts("exact scan in memory, not persisted", len(self))

    def _keep(self, kept: NDArray[np.bool_] | slice) -> None:
        self._ids, self._rows, self._owners = self._ids[kept], self._rows[kept], self._owners[kept]
