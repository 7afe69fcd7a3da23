"""The default storage engine: a catalogue, and a vector index where one is configured.

The catalogue stores everything, vectors included. The index only makes search fast: without one, or with a damaged one,
everything still works, and so does search as long as there are few vectors to scan.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.errors import InvalidInput
from dampipe.media.info import MediaInfo
from dampipe.storage.base import StorageEngine
from dampipe.storage.errors import (
    BACKEND_NOT_A_CATALOG,
    VECTORS_DIMENSION,
    VECTORS_NOT_NORMALISED,
    VECTORS_SHAPE,
)
from dampipe.storage.index_report import IndexReport
from dampipe.storage.limits import MomentLimits, ScanLimits
from dampipe.storage.model_index import IndexFactory, ModelIndex, VectorSource
from dampipe.storage.moment_search import MomentSource, Owner, search_moments, unit_query
from dampipe.storage.moments import Moment
from dampipe.storage.registry import Role, backend_class, get_storage_backend
from dampipe.storage.vectors.base import VectorStorage
from dampipe.storage.video import Video

__all__ = ["AutoConfig", "AutoStorage", "Owner", "VectorCatalog", "can_mask"]


class VectorCatalog(VectorSource, MomentSource, Protocol):
    """What AutoStorage needs of a catalogue: videos as in StorageEngine, and their vectors by id."""

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""

    def add_vectors(self, sha1: str, model: str, times: Sequence[float], rows: NDArray[np.float32]) -> None:
        """Replace the vectors that the video has for this model, under new ids. Raises `NotFound`."""


class _BackendConfig(BaseModel):
    """A backend's `kind`, and its own configuration in all other keys."""

    model_config = ConfigDict(extra="allow")

    kind: str


class AutoConfig(BaseModel):
    """Configuration of `get_storage_backend("auto", …)`: the kind and configuration of each part.

    The `folder` of `vectors` is the folder of all indexes; each model gets a folder in it.
    """

    model_config = ConfigDict(extra="forbid")

    catalog: _BackendConfig
    vectors: _BackendConfig | None = None


class AutoStorage(StorageEngine):
    """A catalogue with search by vector: an adapter over one ModelIndex per model. Thread-safe."""

    def __init__(
        self,
        catalog: VectorCatalog,
        open_index: IndexFactory | None,
        *,
        scan_limits: ScanLimits | None = None,
        moment_limits: MomentLimits | None = None,
        can_mask: Callable[[], bool] = lambda: True,
    ) -> None:
        """open_index: opens the vector index of a model; None if there are none. The limits of new indexes.

        can_mask: returns whether these indexes take masks, see VectorStorage; called when it is asked for.
        """
        self._catalog = catalog
        self._open_index = open_index
        self._can_mask = can_mask
        self.scan_limits = scan_limits or ScanLimits()
        self.moment_limits = moment_limits or MomentLimits()
        self._indexes: dict[str, ModelIndex] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: see AutoConfig."""
        parts = AutoConfig.model_validate(config)
        catalog: Any = _backend(parts.catalog, {}, "catalogue")
        if not hasattr(catalog, "vectors_after"):
            raise InvalidInput(BACKEND_NOT_A_CATALOG, kind=parts.catalog.kind)
        vectors = parts.vectors
        if vectors is None:
            return cls(catalog, None)
        folder = (vectors.model_extra or {}).get("folder")

        def open_index(model: str, dimension: int) -> VectorStorage:
            options: dict[str, object] = {"dimension": dimension, "name": model}
            if folder is not None:
                options["folder"] = Path(str(folder)) / model
            index: VectorStorage = _backend(vectors, options, "vectors")
            return index

        return cls(catalog, open_index, can_mask=lambda: can_mask(vectors.kind))

    @property
    def has_index(self) -> bool:
        """Whether a vector index is configured."""
        return self._open_index is not None

    @property
    def can_mask(self) -> bool:
        """Whether a search can be restricted to some assets, which a library with users needs.

        Opens no index. Raises `InvalidInput` if the backend does not exist or a package is missing.
        """
        return self._can_mask()

    def index(self, model: str) -> ModelIndex:
        """The vector index of a model, given by its fingerprint. A model without vectors has an empty one."""
        with self._lock:
            if model not in self._indexes:
                self._indexes[model] = ModelIndex(self._catalog, model, self._open_index, self.scan_limits)
            return self._indexes[model]

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""
        return self._catalog.add_video(path, sha1, media)

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""
        return self._catalog.get_video(sha1)

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""
        return self._catalog.list_videos(limit=limit, after=after)

    def add_vector(self, sha1: str, model: str, times: Sequence[float], vectors: NDArray[np.float32]) -> None:
        """See StorageEngine. Searches find the vectors at once; `advance` adds them to the index.

        Raises `InvalidInput` for a wrong shape, a length other than 1, or another dimension than the model has.
        """
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or len(rows) != len(times):
            raise InvalidInput(VECTORS_SHAPE, times=len(times), shape=rows.shape)
        if len(rows) and not (np.abs(np.linalg.norm(rows, axis=1) - 1) <= 0.01).all():
            raise InvalidInput(VECTORS_NOT_NORMALISED)
        stored = self.index(model).dimension
        if len(rows) and stored is not None and stored != rows.shape[1]:
            raise InvalidInput(VECTORS_DIMENSION, model=model, stored=stored, dimension=rows.shape[1])
        self._catalog.add_vectors(sha1, model, times, rows)

    def search_vector(self, model: str, vector: NDArray[np.float32], limit: int = 10) -> list[Moment]:
        """See StorageEngine. At most one moment per shot and three per asset, the best of each.

        Raises `InvalidInput` for a vector of another dimension, `SearchUnavailable` if there is no usable index and
        more than 50,000 vectors.
        """
        return self.search_moments(
            model, vector, lambda owners: len(owners) >= limit, per_asset=self.moment_limits.per_asset
        )[: max(0, limit)]

    def search_moments(
        self,
        model: str,
        vector: NDArray[np.float32],
        enough: Callable[[Sequence[Owner]], bool],
        *,
        per_asset: int,
        mask: Selection = ALL,
    ) -> list[Moment]:
        """The nearest moments, best first, at most one per shot and `per_asset` per asset.

        enough: receives the (asset, shot) pairs found so far, best first; while it returns False and there are more,
        the search continues. mask: only vectors of these owners, by their numbers. It holds inside the vector search,
        so it costs no recall, and nothing outside of it has an influence on the result.

        Raises as `search_vector`.
        """
        index = self.index(model)
        query = unit_query(vector)
        if index.dimension is None or enough([]):
            return []
        if query.shape != (index.dimension,):
            raise InvalidInput(VECTORS_DIMENSION, model=model, stored=index.dimension, dimension=len(query))
        return search_moments(
            index,
            self._catalog,
            query,
            enough,
            per_asset=per_asset,
            limits=self.moment_limits,
            mask=mask,
        )

    def highest(self, model: str, vectors: NDArray[np.float32], mask: Selection = ALL) -> list[float]:
        """The score of the nearest vector of each query (shape (count, dimension)); [] if the mask has no vectors."""
        index = self.index(model)
        return [nearest[0].score for query in vectors if (nearest := index.nearest(query, 1, mask))]

    def unseen(self, model: str) -> int:
        """See ModelIndex.unseen; of the last search in this process."""
        return self.index(model).unseen()

    def advance(self, model: str) -> int:
        """See ModelIndex.advance."""
        return self.index(model).advance()

    def repair_index(self, model: str) -> bool:
        """See ModelIndex.repair."""
        return self.index(model).repair()

    def check_index(self, model: str, thorough: bool = True) -> IndexReport | None:
        """See ModelIndex.check."""
        return self.index(model).check(thorough)

    def rebuild_index(self, model: str) -> int:
        """See ModelIndex.rebuild."""
        return self.index(model).rebuild()


def can_mask(kind: str) -> bool:
    """Whether the vector index registered as `kind` takes masks. Raises as `get_storage_backend`."""
    return bool(getattr(backend_class(kind, "vectors"), "can_mask", False))


def _backend(part: _BackendConfig, options: Mapping[str, object], role: Role) -> Any:
    return get_storage_backend(part.kind, {**(part.model_extra or {}), **options}, role)
