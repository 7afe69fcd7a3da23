"""`media-db` with vectors: the catalogue as `AutoStorage` needs it. Registered under the name `vector-media-db`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dampipe.features.assets.media_db import MediaDb
from dampipe.features.search.savers import save_vectors
from dampipe.features.search.vectors import VectorRepository
from dampipe.storage.moment_search import Owner
from dampipe.storage.moments import Moment
from dampipe.storage.vectors.base import OwnerNumbers, VectorBatch, VectorIds


class VectorMediaDb(MediaDb):
    """Videos and their vectors; implements `dampipe.storage.auto.VectorCatalog`."""

    @property
    def _vectors(self) -> VectorRepository:
        return VectorRepository(self._db)

    def add_vectors(
        self,
        sha1: str,
        model: str,
        times: Sequence[float],
        rows: NDArray[np.float32],
        shots: Sequence[int] | None = None,
    ) -> None:
        """Replace the video's vectors of that model: rows of shape (len(times), dimension).

        shots: the number of the shot of each; None numbers them. Raises ValueError for another shape.
        """
        if rows.ndim != 2 or len(rows) != len(times):
            raise ValueError(f"{len(times)} times need as many rows, not {rows.shape}")
        asset = self._assets.find(sha1)
        numbers = tuple(shots) if shots is not None else tuple(range(len(times)))
        with self._db.write() as connection:
            save_vectors(connection, self._db, asset.id, model, tuple(times), numbers, rows.astype("<f2"))

    def vectors_after(self, model: str, watermark: int, limit: int) -> VectorBatch:
        """See VectorCatalog."""
        return self._vectors.after(model, watermark, limit)

    def vector_count(self, model: str, up_to: int) -> int:
        """See VectorCatalog."""
        return self._vectors.count(model, up_to)

    def vector_ids(self, model: str, up_to: int) -> VectorIds:
        """See VectorCatalog."""
        return self._vectors.owners_up_to(model, up_to)[0]

    def vector_owners(self, model: str, up_to: int) -> tuple[VectorIds, OwnerNumbers]:
        """See VectorCatalog."""
        return self._vectors.owners_up_to(model, up_to)

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        """See VectorCatalog."""
        return self._vectors.owners(ids)

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """See VectorCatalog."""
        return self._vectors.moments(ids)
