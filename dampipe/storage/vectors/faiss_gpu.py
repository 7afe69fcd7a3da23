"""Copies of large segments in the memory of a GPU, scanned exactly, if the installed FAISS supports it (faiss-gpu).

The GPU is optional: what is not copied yet, does not fit, or cannot be searched there is searched by the CPU. Copies are
made in the background, after a process has been searching for some time: a single search would not benefit. A failure
disables the GPU for the rest of the process, with one line in the log.
"""

import atexit
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dampipe.storage.vectors.base import VectorRows
from dampipe.storage.vectors.faiss_files import faiss
from dampipe.storage.vectors.faiss_segments import BLOCK, Candidates, Segment
from dampipe.storage.vectors.masks import Mask

log = logging.getLogger(__name__)

MIN_SEGMENT = 32_768
"""Vectors. Smaller segments are left to the CPU, which scans them in a millisecond."""
WARM_UP = 30.0
"""Seconds from the first search to the first copy."""
MAX_RESULTS = 2048
"""FAISS's limit for the results of one search on a GPU."""
MARGIN = 64
"""Extra results that are fetched and reranked by the rows, since the GPU rounds the query to float16 as well."""
SURPLUS = 2
"""How many times as many are fetched for a mask as it needs if what it selects lies anywhere."""
SCRATCH = 256 << 20
"""Bytes of GPU memory for intermediate results. The default of FAISS is up to 1.5 GB."""


class _Copy(NamedTuple):
    index: Any
    positions: NDArray[np.int64] | None
    """Positions of its rows in the segment; None: all, in the same order."""


class GpuCopies:
    """Copies of segments in the memory of the first GPU. Thread-safe.

    package: the FAISS package or a replacement; None: the installed one. warm_up: seconds from the first search to the
    first copy. min_segment: vectors of the smallest segment that is copied.
    """

    def __init__(
        self, package: Any = None, *, warm_up: float = WARM_UP, min_segment: int = MIN_SEGMENT
    ) -> None:
        self._package = package
        self._warm_up = warm_up
        self._min_segment = min_segment
        self._first_search = 0.0
        self._present: bool | None = None
        self._tested = False
        self._lock = threading.Lock()
        """Guards the attributes below and all GPU calls: FAISS allows one at a time."""
        self._segments: list[Segment] = []
        self._copies: dict[object, _Copy] = {}
        self._loader: threading.Thread | None = None
        self._resources: Any = None
        self._full = False
        self._failure: str | None = None

    def follow(self, segments: Sequence[Segment]) -> None:
        """Set the segments to search: drop copies of others, and start to copy missing ones."""
        self._first_search = self._first_search or time.monotonic()
        if time.monotonic() - self._first_search < self._warm_up or not self._usable():
            return
        with self._lock:
            self._segments = [segment for segment in segments if segment.entry.live >= self._min_segment]
            keys = {_key(segment) for segment in self._segments}
            for key in self._copies.keys() - keys:
                del self._copies[key]
                self._full = False
            if self._loader is None and not self._full and keys - self._copies.keys():
                self._loader = threading.Thread(target=self._load, name="gpu", daemon=True)
                self._loader.start()

    def search(
        self, segment: Segment, row: VectorRows, count: int, mask: Mask | None = None
    ) -> Candidates | None:
        """The `count` nearest of the segment that the mask selects; None: search it on the CPU.

        FAISS cannot restrict a search on a GPU. So more of the nearest of all are fetched than the mask should need;
        those that it selects are the nearest of the mask, if there are enough of them. Otherwise the CPU searches.
        """
        bits, selected = segment.selection(mask)
        live = segment.entry.live
        if not selected:
            return None
        is_part = selected < live
        needed = count + MARGIN
        fetched = min(needed * SURPLUS * live // selected if is_part else needed, live)
        if fetched > MAX_RESULTS:
            return None
        with self._lock:
            copy = self._copies.get(_key(segment))
            if copy is None:
                return None
            try:
                _, found = copy.index.search(row, fetched)
            except Exception as error:
                self._disable(error)
                return None
        positions = found[0][found[0] >= 0]
        if copy.positions is not None:
            positions = copy.positions[positions]
        if is_part and bits is not None:
            positions = positions[(bits[positions >> 3] >> (positions & 7).astype(np.uint8)) & 1 == 1]
            if len(positions) < needed and fetched < live:
                return None
        scores = segment.scores(row, positions)
        best = np.argsort(-scores, kind="stable")[:count]
        return Candidates(segment, positions[best], scores[best], estimated=False)

    def status(self) -> str:
        """The use of the GPU, for display; "" if FAISS sees none. Runs the self-test if it has not run yet."""
        if self._failure is None and self._usable():
            with self._lock:
                try:
                    self._self_test()
                except Exception as error:
                    self._disable(error)
        if self._failure:
            return f"the GPU is not used: {self._failure}"
        if not self._usable():
            return ""
        total = len(self._segments)
        copied = f", {len(self._copies)} of {total} large segments are copied" if total else ""
        return f"exact scan on the GPU in processes that search repeatedly{copied}"

    def wait(self) -> None:
        """Wait until the copies in progress are complete."""
        loader = self._loader
        if loader is not None:
            loader.join()

    def close(self) -> None:
        """Stop copying and free all copies."""
        with self._lock:
            self._segments = []
        self.wait()
        with self._lock:
            self._copies.clear()
            self._resources = None

    def _usable(self) -> bool:
        if self._present is None:
            self._package = self._package or faiss()
            try:
                # faiss-cpu has get_num_gpus only.
                self._present = hasattr(self._package, "GpuIndexFlat") and self._package.get_num_gpus() > 0
            except Exception as error:
                self._disable(error)
                self._present = True
        return self._present and self._failure is None

    def _load(self) -> None:
        try:
            with self._lock:
                self._self_test()
            while (segment := self._next()) is not None:
                copy = self._copy(segment)
                with self._lock:
                    if self._failure is None and any(
                        _key(other) == _key(segment) for other in self._segments
                    ):
                        self._copies[_key(segment)] = copy
                del copy
        except Exception as error:
            with self._lock:
                self._loader = None
                if self._copies and "out of memory" in str(error).lower():
                    self._full = True
                    log.warning(
                        "the memory of the GPU is full: it searches %d of %d large segments",
                        len(self._copies),
                        len(self._segments),
                    )
                else:
                    self._disable(error)

    def _next(self) -> Segment | None:
        with self._lock:
            missing = (segment for segment in self._segments if _key(segment) not in self._copies)
            segment = None if self._full or self._failure else next(missing, None)
            if segment is None:
                self._loader = None  # under the lock, so that the next `follow` starts a new thread
            return segment

    def _copy(self, segment: Segment) -> _Copy:
        positions = None if segment.live is None else np.flatnonzero(segment.live)
        rows = segment.files.rows
        with self._lock:
            index = self._new(rows.shape[1])
        for start in range(0, segment.entry.live, BLOCK):
            block = slice(start, start + BLOCK)
            values = rows[block if positions is None else positions[block]].astype(np.float32)
            with self._lock:
                index.add(values)
        return _Copy(index, positions)

    def _new(self, dimension: int) -> Any:
        package = self._package
        if self._resources is None:
            self._resources = package.StandardGpuResources()
            self._resources.setTempMemory(SCRATCH)
            atexit.register(self.close)  # no thread may use CUDA when the process exits
        options = package.GpuIndexFlatConfig()
        options.useFloat16 = True
        options.device = 0
        return package.GpuIndexFlat(self._resources, dimension, package.METRIC_INNER_PRODUCT, options)

    def _self_test(self) -> None:
        """Run one search with a known answer. Raises what FAISS raises, and `RuntimeError` for a wrong answer."""
        if self._tested:
            return
        rows = np.random.default_rng(0).standard_normal((256, 64)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        index = self._new(64)
        index.add(rows)
        scores, found = index.search(rows[:8], 1)
        if found[:, 0].tolist() != list(range(8)) or not np.allclose(scores, 1, atol=0.01):
            raise RuntimeError("it gives wrong answers")
        self._tested = True

    def _disable(self, error: Exception) -> None:
        self._copies.clear()
        # FAISS's messages begin with function, file and condition.
        message = (str(error).strip() or type(error).__name__).splitlines()[0]
        self._failure = message.rpartition("failed: ")[2][:300]
        log.warning("the GPU is disabled, the CPU searches: %s", self._failure)


def _key(segment: Segment) -> object:
    return segment.entry.rows.file, segment.entry.removed and segment.entry.removed.file
