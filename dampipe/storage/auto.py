"""The default storage: a catalogue, and a vector index where there is one.

The catalogue keeps everything, vectors too. The index only makes search quick, so without one, or with
a broken one, everything still works, and search too as long as there is little to scan.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput
from dampipe.media.info import MediaInfo
from dampipe.storage.base import StorageEngine
from dampipe.storage.index_report import IndexReport
from dampipe.storage.model_index import ModelIndex, VectorCatalog
from dampipe.storage.moments import Moment
from dampipe.storage.registry import get_storage_backend
from dampipe.storage.vectors.base import Neighbour, VectorIds, VectorStorage
from dampipe.storage.video import Video

VectorsFactory = Callable[[str, int], VectorStorage]
"""Opens the index of a model (its fingerprint) with vectors of that dimension."""

Owner: TypeAlias = tuple[str, int]
"""An asset's SHA-1 and the number of a shot in it."""

PER_ASSET = 3
"""So many moments of one asset may be among the hits."""
FEWEST_CANDIDATES = 64
MOST_CANDIDATES = 65_536
"""So many neighbours are looked at, at the most, to find moments that are not near-duplicates."""
MOST_TRIED = 4096
"""So many when it may be that few of them count."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: str


class AutoConfig(BaseModel):
    """What `get_storage_backend("auto", …)` takes: each part's `kind` and its own configuration.

    The configuration of `vectors` holds the `folder` of all indexes; each model gets one of its own.
    """

    model_config = ConfigDict(extra="forbid")

    catalog: _Part
    vectors: _Part | None = None


class AutoStorage(StorageEngine):
    """A catalogue with search by vector."""

    def __init__(
        self, catalog: VectorCatalog, vectors: VectorsFactory | None, *, per_asset: int = PER_ASSET
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._per_asset = per_asset
        self._spaces: dict[str, ModelIndex] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: see AutoConfig."""
        wanted = AutoConfig.model_validate(config)
        catalog: Any = _backend(wanted.catalog, {})
        if not hasattr(catalog, "vectors_after"):
            raise InvalidInput(f"the backend {wanted.catalog.kind!r} is no catalogue that keeps vectors")
        part = wanted.vectors
        if part is None:
            return cls(catalog, None)
        folder = (part.model_extra or {}).get("folder")

        def open_index(model: str, dimension: int) -> VectorStorage:
            own: dict[str, object] = {"dimension": dimension, "name": model}
            if folder is not None:
                own["folder"] = Path(str(folder)) / model
            index: VectorStorage = _backend(part, own)
            return index

        return cls(catalog, open_index)

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
        """See StorageEngine. Found at once; `advance` brings it into the index.

        Raises `InvalidInput` for a wrong shape, a length other than 1 or another dimension than before.
        """
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or len(rows) != len(times):
            raise InvalidInput(f"{len(times)} times need as many vectors, not an array of shape {rows.shape}")
        if len(rows) and not (np.abs(np.linalg.norm(rows, axis=1) - 1) <= 0.01).all():
            raise InvalidInput("a vector whose length is not 1")
        space = self._space(model)
        if len(rows) and space and space.dimension != rows.shape[1]:
            raise InvalidInput(f"{model} has vectors of {space.dimension} dimensions, not {rows.shape[1]}")
        self._catalog.add_vectors(sha1, model, times, rows)

    def search_vector(self, model: str, vector: NDArray[np.float32], limit: int = 10) -> list[Moment]:
        """See StorageEngine. One moment a shot and at most three an asset, each the best of its kind.

        Raises `InvalidInput` for a vector of another dimension, `SearchUnavailable` if there is no
        usable index and more than 50,000 vectors.
        """
        return self.search_moments(
            model, vector, lambda owners: len(owners) >= limit, per_asset=self._per_asset
        )[: max(0, limit)]

    def search_moments(
        self,
        model: str,
        vector: NDArray[np.float32],
        enough: Callable[[Sequence[Owner]], bool],
        *,
        per_asset: int,
        among: VectorIds | None = None,
        assets: AssetSet | None = None,
    ) -> list[Moment]:
        """The nearest moments, best first, one a shot and at most `per_asset` an asset.

        enough: asked about (asset, shot) of those found so far, best first; as long as it says no, and there are
        more, further ones are looked at. among: only vectors with these ids; None means all. The restriction
        holds inside the vector search, so it costs no recall. assets: only moments of these assets; None means all.
        It is applied to what the index finds, so it is for a set that most of the library is in: it looks less far
        than `among`, and may give fewer moments than would be enough.

        Raises as `search_vector` does.
        """
        query = np.asarray(vector, np.float32)
        length = float(np.linalg.norm(query))
        if query.ndim != 1 or not np.isfinite(length) or length == 0:
            raise InvalidInput("the query is no vector with a direction")
        space = self._space(model)
        if space is None or enough([]):
            return []
        if query.shape != (space.dimension,):
            raise InvalidInput(f"{model} has vectors of {space.dimension} dimensions, not {len(query)}")
        query = query / np.float32(length)
        owners: dict[int, Owner] = {}
        asked: set[int] = set()
        count = FEWEST_CANDIDATES
        most = MOST_CANDIDATES if assets is None else MOST_TRIED
        while True:
            near = space.nearest(query, count, among)
            new = [n.id for n in near if n.id not in asked]
            asked.update(new)
            known = self._catalog.owners(new)
            space.forget(set(new) - set(known))
            owners |= {
                number: (owner.sha1, owner.shot)
                for number, owner in known.items()
                if assets is None or owner.asset in assets
            }
            best = _distinct(near, owners, per_asset)
            if len(near) < count or count >= most or enough([owners[n.id] for n in best]):
                break
            count *= 4
        moments = self._catalog.moments([n.id for n in best])
        # Float16 rows may be a thousandth longer than 1.
        return [
            moments[n.id].model_copy(update={"score": min(1.0, max(-1.0, n.score))})
            for n in best
            if n.id in moments
        ]

    def unseen(self, model: str) -> int:
        """How many vectors the last search in this process did not look at, since the index is far behind."""
        space = self._space(model)
        return 0 if space is None else space.unseen()

    def highest(self, model: str, vectors: NDArray[np.float32]) -> list[float]:
        """For each query (shape (count, dimension)) the score of the nearest vector; [] where there is none."""
        space = self._space(model)
        return [] if space is None else [near[0].score for v in vectors if (near := space.nearest(v, 1))]

    def advance(self, model: str) -> int:
        """Bring the model's index up to the catalogue and return the watermark it has reached.

        Adds what is new, removes what is gone, and rebuilds an index that lacks something. Raises
        `Unavailable` if there is no vector layer here, `Transient` if another process is at it.
        """
        space = self._space(model)
        return 0 if space is None else space.advance()

    def tend_index(self, model: str) -> bool:
        """Bring the model's index up to the catalogue if it is lost, damaged or left behind; whether it was.

        Costs next to nothing where all is well. Raises as `advance`.
        """
        space = self._space(model)
        return space is not None and space.tend()

    def check_index(self, model: str, thorough: bool = True) -> IndexReport | None:
        """The model's index held against the catalogue; None if it has no vectors. Raises as `advance`.

        thorough: read all of it and compare every vector; otherwise look for its files and count.
        """
        space = self._space(model)
        return None if space is None else space.check(thorough)

    def rebuild_index(self, model: str) -> int:
        """Build the model's index anew, beside the old one; returns its watermark. Raises as `advance`."""
        space = self._space(model)
        return 0 if space is None else space.rebuild()

    def _space(self, model: str) -> ModelIndex | None:
        """The model's vectors; None as long as it has none."""
        with self._lock:
            known = self._spaces.get(model)
        if known:
            return known
        ids, rows = self._catalog.vectors_after(model, 0, 1)
        if not len(ids):
            return None
        dimension, vectors = rows.shape[1], self._vectors
        opener = None if vectors is None else lambda: vectors(model, dimension)
        with self._lock:
            return self._spaces.setdefault(model, ModelIndex(self._catalog, model, dimension, opener))


def _distinct(near: Sequence[Neighbour], owners: Mapping[int, Owner], per_asset: int) -> list[Neighbour]:
    """Best first, without what is gone and without near-duplicates."""
    seen: set[Owner] = set()
    of_asset: Counter[str] = Counter()
    best = []
    for neighbour in near:
        owner = owners.get(neighbour.id)
        if owner is None or owner in seen or of_asset[owner[0]] >= per_asset:
            continue
        seen.add(owner)
        of_asset[owner[0]] += 1
        best.append(neighbour)
    return best


def _backend(part: _Part, own: Mapping[str, object]) -> Any:
    return get_storage_backend(part.kind, {**(part.model_extra or {}), **own})
