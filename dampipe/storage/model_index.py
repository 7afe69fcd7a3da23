"""One model's vectors, as the index and the catalogue hold them together: what the index lacks is scanned."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import DampipeError, InvalidInput, SearchUnavailable, Transient, Unavailable
from dampipe.media.info import MediaInfo
from dampipe.storage.index_report import IndexReport
from dampipe.storage.moments import Moment
from dampipe.storage.vectors.base import Neighbour, VectorIds, VectorRows, VectorStorage
from dampipe.storage.video import Video

log = logging.getLogger(__name__)

EXACT_LIMIT = 50_000
"""So many vectors are scanned without an index: some 100 MB at 512 dimensions, 15 ms."""
FETCH = 4096
_ALL = 2**62
CHUNK = 32_768
"""Vectors an `advance` adds at once."""


class VectorOwner(NamedTuple):
    """Which asset and shot a vector belongs to."""

    sha1: str
    shot: int
    asset: int
    """The asset's number in the catalogue."""


class VectorCatalog(Protocol):
    """What AutoStorage needs of a catalogue: StorageEngine's own methods, and vector rows with ids.

    Ids rise in the order in which they become visible, and none is used twice.
    """

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""

    def add_vectors(self, sha1: str, model: str, times: Sequence[float], rows: NDArray[np.float32]) -> None:
        """Replace the video's vectors of that model, under new ids. Raises `NotFound`."""

    def vectors_after(self, model: str, watermark: int, limit: int) -> tuple[VectorIds, VectorRows]:
        """The first `limit` vectors with ids above the watermark, ascending."""

    def vector_count(self, model: str, up_to: int) -> int:
        """How many vectors have ids up to and with `up_to`."""

    def vector_ids(self, model: str, up_to: int) -> VectorIds:
        """Their ids, ascending."""

    def owners(self, ids: Sequence[int]) -> dict[int, VectorOwner]:
        """The owners of vectors; ids that no longer exist are left out."""

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """What these vectors show, with score 0; ids that are no longer there are left out."""


class ModelIndex:
    """The vectors of one model. Safe to use from several threads."""

    def __init__(
        self, catalog: VectorCatalog, model: str, dimension: int, opener: Callable[[], VectorStorage] | None
    ) -> None:
        self.dimension = dimension
        self._catalog = catalog
        self._model = model
        self._opener = opener
        self._index: VectorStorage | None = None
        self._lock = threading.Lock()
        self._since = 0
        self._seen_up_to = _ALL
        self._ids: VectorIds = np.empty(0, np.int64)
        self._rows: VectorRows = np.empty((0, dimension), np.float32)

    def nearest(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        """The `count` nearest to `query` (shape (dimension,)), best first; some may be gone already.

        among: only vectors with these ids; None means all.

        Raises `SearchUnavailable` if there is no usable index and too much to scan without one.
        """
        reason = ""
        try:
            index = self._open()
            watermark = index.watermark
            found = {n.id: n for n in index.search(query, count, among)}
        except (DampipeError, OSError, ValueError, RuntimeError) as error:
            reason, watermark, found = str(error), 0, {}
        ids, rows, whole = self._tail(watermark)
        if not whole:
            if watermark == 0:
                raise SearchUnavailable(
                    reason or "the vector index is still being built",
                    hint="a worker of the queue `index` builds it, `dampipe index rebuild` does so here and now",
                )
            log.warning("the vector index is behind: only the first %d vectors above it are seen", len(ids))
        self._seen_up_to = _ALL if whole else int(ids[-1])
        if among is not None:
            wanted = np.isin(ids, among)
            ids, rows = ids[wanted], rows[wanted]
        scores = rows @ query
        best = np.lexsort((ids, -scores))[:count]
        found |= {int(ids[i]): Neighbour(int(ids[i]), float(scores[i])) for i in best}
        return sorted(found.values(), key=lambda n: (-n.score, n.id))[:count]

    def unseen(self) -> int:
        """How many vectors the last search did not look at, since the index is far behind."""
        seen = self._seen_up_to
        if seen == _ALL:
            return 0
        return self._catalog.vector_count(self._model, _ALL) - self._catalog.vector_count(self._model, seen)

    def forget(self, gone: Iterable[int]) -> None:
        """Do not scan these again: the catalogue no longer has them."""
        with self._lock:
            kept = ~np.isin(self._ids, list(gone))
            if not kept.all():
                self._ids, self._rows = self._ids[kept], self._rows[kept]

    def advance(self) -> int:
        """Bring the index up to the catalogue and return its watermark.

        Raises `Unavailable` if there is no vector layer here, and whatever the index raises.
        """
        index = self._open()
        self._fill(index)
        reached = index.watermark
        if len(index) != self._catalog.vector_count(self._model, reached):
            held, wanted = index.ids(), self._catalog.vector_ids(self._model, reached)
            if len(np.setdiff1d(wanted, held)):
                log.warning("the vector index of %s lacks vectors and is rebuilt", self._model)
                self.rebuild()
            else:
                index.remove(np.setdiff1d(held, wanted))
        return index.watermark

    def rebuild(self) -> int:
        """Build the index anew from the catalogue, beside the old one; raises as `advance`."""
        index = self._open()
        index.replace(self._batches())
        self._fill(index)
        return index.watermark

    def tend(self) -> bool:
        """Bring an index that is lost, damaged or left behind up to the catalogue; whether it was.

        Costs next to nothing where all is well. Raises as `advance`.
        """
        index = self._open()
        if damage := index.damage(thorough=False):
            log.warning("the vector index of %s is rebuilt: %s", self._model, damage[0])
            self.rebuild()
        elif len(self._catalog.vectors_after(self._model, index.watermark, 1)[0]):
            self.advance()
        else:
            return False
        return True

    def check(self, thorough: bool = True) -> IndexReport:
        """Compare the index with the catalogue; raises as `advance`.

        thorough: read all of it and compare every vector; otherwise look for its files and count.
        """
        index = self._open()
        damage, reached, facts = index.damage(thorough), index.watermark, index.facts()
        if thorough:
            held, ids = index.ids(), self._catalog.vector_ids(self._model, reached)
            wanted = len(ids)
            missing, superfluous = len(np.setdiff1d(ids, held)), len(np.setdiff1d(held, ids))
        else:
            wanted = self._catalog.vector_count(self._model, reached)
            missing, superfluous = max(0, wanted - len(index)), max(0, len(index) - wanted)
        return IndexReport(
            model=self._model,
            kind=facts.kind,
            vectors=facts.vectors,
            bytes=facts.bytes,
            waiting=self._catalog.vector_count(self._model, _ALL) - wanted,
            missing=missing,
            superfluous=superfluous,
            damage=tuple(damage),
        )

    def _batches(self) -> Iterator[tuple[VectorIds, VectorRows]]:
        last = 0
        while True:
            ids, rows = self._catalog.vectors_after(self._model, last, CHUNK)
            if not len(ids):
                return
            yield ids, rows
            last = int(ids[-1])

    def _fill(self, index: VectorStorage) -> None:
        while True:
            ids, rows = self._catalog.vectors_after(self._model, index.watermark, CHUNK)
            if not len(ids):
                return
            index.add(ids, rows)
            if index.watermark < ids[-1]:
                raise Transient(f"the vector index of {self._model} did not keep what was added")

    def _open(self) -> VectorStorage:
        """The index; tried again at every call until it opens. Raises `Unavailable`."""
        if self._opener is None:
            raise Unavailable("no vector index is configured", hint="set `vectors` to `faiss`")
        with self._lock:
            if self._index is None:
                try:
                    self._index = self._opener()
                except (ImportError, InvalidInput) as error:
                    hint = error.hint if isinstance(error, DampipeError) else ""
                    raise Unavailable(f"the vector index cannot be used: {error}", hint=hint) from error
            return self._index

    def _tail(self, watermark: int) -> tuple[VectorIds, VectorRows, bool]:
        """Vectors above the watermark, read once and kept; and whether these are all."""
        with self._lock:
            if watermark < self._since:
                self._ids, self._rows = self._ids[:0], self._rows[:0]
            self._since = watermark
            above = self._ids > watermark
            if not above.all():
                self._ids, self._rows = self._ids[above], self._rows[above]
            while True:
                last = max(watermark, int(self._ids[-1]) if len(self._ids) else 0)
                if len(self._ids) > EXACT_LIMIT and not self._drop_gone(watermark, last):
                    return self._ids, self._rows, False
                ids, rows = self._catalog.vectors_after(self._model, last, FETCH)
                if not len(ids):
                    return self._ids, self._rows, len(self._ids) <= EXACT_LIMIT
                self._ids, self._rows = np.concatenate([self._ids, ids]), np.concatenate([self._rows, rows])

    def _drop_gone(self, watermark: int, last: int) -> bool:
        """Drop what the catalogue no longer has from the tail; whether it is short enough then."""
        alive = self._catalog.vector_count(self._model, last) - self._catalog.vector_count(
            self._model, watermark
        )
        if alive < len(self._ids):
            kept = np.isin(self._ids, self._catalog.vector_ids(self._model, last))
            self._ids, self._rows = self._ids[kept], self._rows[kept]
        return len(self._ids) <= EXACT_LIMIT
