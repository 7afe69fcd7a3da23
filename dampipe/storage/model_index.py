"""The vector index of one model, kept consistent with the catalogue. Vectors that it lacks are scanned."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.errors import DampipeError, InvalidInput, SearchUnavailable, Transient, Unavailable
from dampipe.storage.errors import (
    INDEX_NOT_BUILT,
    INDEX_NOT_CONFIGURED,
    INDEX_REQUIRED,
    INDEX_UNAVAILABLE,
    INDEX_WRITE_LOST,
)
from dampipe.storage.index_report import IndexReport
from dampipe.storage.limits import ScanLimits
from dampipe.storage.vectors.base import (
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorStorage,
)
from dampipe.storage.vectors.errors import INDEX_CANNOT_MASK
from dampipe.storage.vectors.masks import Mask

log = logging.getLogger(__name__)

_MAX_ID = 2**62

IndexFactory: TypeAlias = Callable[[str, int], VectorStorage]
"""Opens the index of a model (its fingerprint) for vectors of that dimension."""


class VectorSource(Protocol):
    """The vector rows of the catalogue. Ids ascend in the order in which rows become visible; none is reused."""

    def vectors_after(self, model: str, watermark: int, limit: int) -> VectorBatch:
        """The first `limit` vectors with ids above the watermark, ascending; empty arrays if there are none."""

    def vector_count(self, model: str, up_to: int) -> int:
        """The number of vectors with ids up to and including `up_to`."""

    def vector_ids(self, model: str, up_to: int) -> VectorIds:
        """The ids of these vectors, ascending."""

    def vector_owners(self, model: str, up_to: int) -> tuple[VectorIds, OwnerNumbers]:
        """The same ids, ascending, with the owner of each."""


class ModelIndex:
    """The vectors of one model. Thread-safe.

    A model without vectors has no dimension: its searches find nothing, and maintenance does nothing.
    """

    def __init__(
        self,
        source: VectorSource,
        model: str,
        open_index: IndexFactory | None,
        limits: ScanLimits | None = None,
    ) -> None:
        """open_index: None if no index is configured. It is called again until it succeeds."""
        self._source = source
        self._model = model
        self._open_index = open_index
        self._limits = limits or ScanLimits()
        self._dimension: int | None = None
        self._index: VectorStorage | None = None
        self._lock = threading.Lock()
        self._tail_start = 0
        self._seen_up_to = _MAX_ID
        self._ids: VectorIds = np.empty(0, np.int64)
        self._rows: VectorRows = np.empty((0, 0), np.float32)
        self._owners: OwnerNumbers = np.empty(0, np.uint32)

    @property
    def dimension(self) -> int | None:
        """Dimension of the vectors; None as long as the model has none."""
        if self._dimension is None:
            ids, rows, _ = self._source.vectors_after(self._model, 0, 1)
            if len(ids):
                with self._lock:
                    if self._dimension is None:
                        self._rows = np.empty((0, rows.shape[1]), np.float32)
                        self._dimension = rows.shape[1]
        return self._dimension

    def nearest(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        """The `count` nearest to `query` (shape (dimension,)), best first. Some may be deleted already.

        mask: only vectors of these owners. It holds inside the index, and in the scan of what the index lacks.

        Raises `SearchUnavailable` without a usable index if there are too many vectors to scan, or for a mask if the
        index cannot apply one.
        """
        if self.dimension is None:
            return []
        reason = ""
        try:
            index = self._open()
            if mask is not ALL and not getattr(index, "can_mask", False):
                raise SearchUnavailable(INDEX_CANNOT_MASK, backend=type(index).__name__)
            watermark = index.watermark
            found = {n.id: n for n in index.search(query, count, mask)}
        except SearchUnavailable:
            raise
        except (DampipeError, OSError, ValueError, RuntimeError) as error:
            reason, watermark, found = str(error), 0, {}
        ids, rows, owners, complete = self._load_tail(watermark)
        if not complete:
            if watermark == 0:
                raise SearchUnavailable(INDEX_REQUIRED if reason else INDEX_NOT_BUILT, reason=reason)
            log.warning(
                "the vector index of %s is behind: of the newer vectors only the first %d are searched",
                self._model,
                len(ids),
            )
        self._seen_up_to = _MAX_ID if complete else int(ids[-1])
        if mask is not ALL:
            selected = Mask(mask).selects(owners)
            ids, rows = ids[selected], rows[selected]
        scores = rows @ query
        best = np.lexsort((ids, -scores))[:count]
        found |= {int(ids[i]): Neighbour(int(ids[i]), float(scores[i])) for i in best}
        return sorted(found.values(), key=lambda n: (-n.score, n.id))[:count]

    def unseen(self) -> int:
        """The number of vectors that the last search skipped because the index is far behind."""
        if self._seen_up_to == _MAX_ID:
            return 0
        total = self._source.vector_count(self._model, _MAX_ID)
        return total - self._source.vector_count(self._model, self._seen_up_to)

    def forget(self, deleted: Iterable[int]) -> None:
        """Drop vectors that the catalogue no longer has from the cached tail."""
        with self._lock:
            remaining = ~np.isin(self._ids, list(deleted))
            if not remaining.all():
                self._keep(remaining)

    def advance(self) -> int:
        """Synchronise the index with the catalogue and return its watermark.

        Adds new vectors, removes deleted ones, and rebuilds an index that lacks vectors below its watermark. Assigns
        the owners of vectors that an older version stored without.

        Raises `Unavailable` if no index is configured or installed, and what the index raises: `Transient` if another
        process is writing, for example.
        """
        if self.dimension is None:
            return 0
        index = self._open()
        self._assign_owners(index)
        self._fill(index)
        watermark = index.watermark
        if len(index) != self._source.vector_count(self._model, watermark):
            stored, expected = index.ids(), self._source.vector_ids(self._model, watermark)
            if len(np.setdiff1d(expected, stored)):
                log.warning("the vector index of %s lacks vectors and is rebuilt", self._model)
                self.rebuild()
            else:
                index.remove(np.setdiff1d(stored, expected))
        return index.watermark

    def rebuild(self) -> int:
        """Rebuild the index from the catalogue and return its watermark. The old one answers until then.

        Raises as `advance`.
        """
        if self.dimension is None:
            return 0
        index = self._open()
        index.replace(self._batches())
        self._fill(index)
        return index.watermark

    def repair(self) -> bool:
        """Synchronise the index if it is lost, damaged or behind; returns whether it was.

        Cheap when the index is sound. Raises as `advance`.
        """
        if self.dimension is None:
            return False
        index = self._open()
        if damage := index.damage(thorough=False):
            log.warning("the vector index of %s is rebuilt: %s", self._model, damage[0])
            self.rebuild()
        elif index.lacks_owners or len(self._source.vectors_after(self._model, index.watermark, 1)[0]):
            self.advance()
        else:
            return False
        return True

    def check(self, thorough: bool = True) -> IndexReport | None:
        """Compare the index with the catalogue; None if the model has no vectors. Raises as `advance`.

        thorough: read all files and compare all ids; otherwise check that files exist and compare counts.
        """
        if self.dimension is None:
            return None
        index = self._open()
        damage, watermark, facts = index.damage(thorough), index.watermark, index.facts()
        if thorough:
            stored, expected_ids = index.ids(), self._source.vector_ids(self._model, watermark)
            expected = len(expected_ids)
            missing, superfluous = (
                len(np.setdiff1d(expected_ids, stored)),
                len(np.setdiff1d(stored, expected_ids)),
            )
        else:
            expected = self._source.vector_count(self._model, watermark)
            missing, superfluous = max(0, expected - len(index)), max(0, len(index) - expected)
        return IndexReport(
            model=self._model,
            kind=facts.kind,
            vectors=facts.vectors,
            bytes=facts.bytes,
            waiting=self._source.vector_count(self._model, _MAX_ID) - expected,
            missing=missing,
            superfluous=superfluous,
            damage=tuple(damage),
        )

    def _assign_owners(self, index: VectorStorage) -> None:
        if index.lacks_owners:
            log.info("the vector index of %s receives the owners of its vectors", self._model)
            if not index.assign_owners(*self._source.vector_owners(self._model, index.watermark)):
                index.replace(self._batches())

    def _batches(self) -> Iterator[VectorBatch]:
        last = 0
        while True:
            batch = self._source.vectors_after(self._model, last, self._limits.batch)
            if not len(batch[0]):
                return
            yield batch
            last = int(batch[0][-1])

    def _fill(self, index: VectorStorage) -> None:
        while True:
            batch = self._source.vectors_after(self._model, index.watermark, self._limits.batch)
            if not len(batch[0]):
                return
            index.add(*batch)
            if index.watermark < batch[0][-1]:
                raise Transient(INDEX_WRITE_LOST, model=self._model)

    def _open(self) -> VectorStorage:
        """The index. A failed attempt is repeated at the next call. Raises `Unavailable`."""
        dimension = self.dimension
        if self._open_index is None or dimension is None:
            raise Unavailable(INDEX_NOT_CONFIGURED)
        with self._lock:
            if self._index is None:
                try:
                    self._index = self._open_index(self._model, dimension)
                except (ImportError, InvalidInput) as error:
                    hint = error.hint if isinstance(error, DampipeError) else ""
                    raise Unavailable(INDEX_UNAVAILABLE, hint, reason=str(error)) from error
            return self._index

    def _load_tail(self, watermark: int) -> tuple[VectorIds, VectorRows, OwnerNumbers, bool]:
        """Cached vectors above the watermark, and whether these are all of them."""
        limits = self._limits
        with self._lock:
            if watermark < self._tail_start:
                self._keep(slice(0))
            self._tail_start = watermark
            above = self._ids > watermark
            if not above.all():
                self._keep(above)
            while True:
                last = max(watermark, int(self._ids[-1]) if len(self._ids) else 0)
                if len(self._ids) > limits.exact and not self._drop_deleted(watermark, last):
                    return self._ids, self._rows, self._owners, False
                ids, rows, owners = self._source.vectors_after(self._model, last, limits.page)
                if not len(ids):
                    return self._ids, self._rows, self._owners, len(self._ids) <= limits.exact
                self._ids, self._rows = np.concatenate([self._ids, ids]), np.concatenate([self._rows, rows])
                self._owners = np.concatenate([self._owners, owners])

    def _drop_deleted(self, watermark: int, last: int) -> bool:
        """Drop vectors that the catalogue no longer has from the tail; whether it is short enough then."""
        count = self._source.vector_count
        if count(self._model, last) - count(self._model, watermark) < len(self._ids):
            self._keep(np.isin(self._ids, self._source.vector_ids(self._model, last)))
        return len(self._ids) <= self._limits.exact

    def _keep(self, kept: NDArray[np.bool_] | slice) -> None:
        """Reduce the cached tail to these. Call with the lock held."""
        self._ids, self._rows, self._owners = self._ids[kept], self._rows[kept], self._owners[kept]
