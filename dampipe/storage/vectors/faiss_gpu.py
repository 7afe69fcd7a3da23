"""Large segments in a GPU's memory, scanned exactly, where the FAISS that is installed can (faiss-gpu).

The GPU only ever adds: whatever is not there (yet), does not fit or cannot be asked there is searched by the CPU. Copies
are made in the background, by a process that has been searching for a while: one that searches once gains nothing. What
fails sets the GPU aside for as long as the process lives, with one line in the log.
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
from dampipe.storage.vectors.faiss_segments import AT_ONCE, Candidates, Segment

log = logging.getLogger(__name__)

LEAST = 32_768
"""Segments of fewer vectors stay with the CPU, which scans them in a millisecond."""
PATIENCE = 30.0
"""Seconds from the first search to the first copy."""
MOST = 2048
"""FAISS's limit for the answers of one search on a GPU."""
MARGIN = 64
"""So many more are asked for and ranked again by the rows: on the GPU the query, too, is rounded to float16."""
SCRATCH = 256 << 20
"""Bytes of the GPU's memory for intermediate results; FAISS takes up to 1.5 GB unless told."""


class _Copy(NamedTuple):
    index: Any
    positions: NDArray[np.int64] | None
    """Where its rows are in the segment; None: all, in the same order."""


class GpuCopies:
    """Copies of segments in the first GPU's memory. Safe to use from several threads.

    package: FAISS, or what stands for it; the installed one if None.
    """

    def __init__(self, package: Any = None, *, patience: float = PATIENCE, least: int = LEAST) -> None:
        self._package = package
        self._patience = patience
        self._least = least
        self._first = 0.0
        self._present: bool | None = None
        self._tried = False
        self._lock = threading.Lock()
        """For all below, and for every call of the GPU: FAISS allows one at a time."""
        self._wanted: list[Segment] = []
        self._copies: dict[object, _Copy] = {}
        self._loader: threading.Thread | None = None
        self._resources: Any = None
        self._full = False
        self._reason: str | None = None

    def follow(self, segments: Sequence[Segment]) -> None:
        """These are searched now: forget other copies, and begin with what is missing."""
        self._first = self._first or time.monotonic()
        if time.monotonic() - self._first < self._patience or not self._usable():
            return
        with self._lock:
            self._wanted = [one for one in segments if one.entry.live >= self._least]
            keys = {_key(one) for one in self._wanted}
            for gone in self._copies.keys() - keys:
                del self._copies[gone]
                self._full = False
            if self._loader is None and not self._full and keys - self._copies.keys():
                self._loader = threading.Thread(target=self._load, name="gpu", daemon=True)
                self._loader.start()

    def search(self, segment: Segment, row: VectorRows, count: int) -> Candidates | None:
        """The segment's `count` best; None where the CPU has to be asked."""
        wanted = min(count + MARGIN, segment.entry.live)
        if wanted > MOST:
            return None
        with self._lock:
            copy = self._copies.get(_key(segment))
            if copy is None:
                return None
            try:
                _, found = copy.index.search(row, wanted)
            except Exception as error:
                self._set_aside(error)
                return None
        positions = found[0][found[0] >= 0]
        if copy.positions is not None:
            positions = copy.positions[positions]
        scores = segment.scores(row, positions)
        best = np.argsort(-scores, kind="stable")[:count]
        return Candidates(segment, positions[best], scores[best], estimated=False)

    def told(self) -> str:
        """What there is to say of the GPU, for a person; empty where FAISS sees none. Tries it where nobody has yet."""
        if self._reason is None and self._usable():
            with self._lock:
                try:
                    self._try()
                except Exception as error:
                    self._set_aside(error)
        if self._reason:
            return f"the GPU is not used: {self._reason}"
        if not self._usable():
            return ""
        there = (
            f", {len(self._copies)} of {len(self._wanted)} large segments are there" if self._wanted else ""
        )
        return f"on the GPU exactly, for a process that goes on searching{there}"

    def wait(self) -> None:
        """Until the copies that were begun are made."""
        loader = self._loader
        if loader is not None:
            loader.join()

    def close(self) -> None:
        """Make no more copies, and forget all."""
        with self._lock:
            self._wanted = []
        self.wait()
        with self._lock:
            self._copies.clear()
            self._resources = None

    def _usable(self) -> bool:
        if self._present is None:
            self._package = self._package or faiss()
            try:
                # faiss-cpu has only the second of the two.
                self._present = hasattr(self._package, "GpuIndexFlat") and self._package.get_num_gpus() > 0
            except Exception as error:
                self._set_aside(error)
                self._present = True
        return self._present and self._reason is None

    def _load(self) -> None:
        try:
            with self._lock:
                self._try()
            while (segment := self._next()) is not None:
                copy = self._copied(segment)
                with self._lock:
                    if self._reason is None and any(_key(one) == _key(segment) for one in self._wanted):
                        self._copies[_key(segment)] = copy
                del copy
        except Exception as error:
            with self._lock:
                self._loader = None
                if self._copies and "out of memory" in str(error).lower():
                    self._full = True
                    told = len(self._copies), len(self._wanted)
                    log.warning("the GPU's memory is full: it searches %d of %d large segments", *told)
                else:
                    self._set_aside(error)

    def _next(self) -> Segment | None:
        with self._lock:
            missing = (one for one in self._wanted if _key(one) not in self._copies)
            found = None if self._full or self._reason else next(missing, None)
            if found is None:
                self._loader = None  # at once, so that whoever wants more begins anew
            return found

    def _copied(self, segment: Segment) -> _Copy:
        positions = None if segment.alive is None else np.flatnonzero(segment.alive)
        rows = segment.part.rows
        with self._lock:
            index = self._new(rows.shape[1])
        for start in range(0, segment.entry.live, AT_ONCE):
            block = slice(start, start + AT_ONCE)
            values = rows[block if positions is None else positions[block]].astype(np.float32)
            with self._lock:
                index.add(values)
        return _Copy(index, positions)

    def _new(self, dimension: int) -> Any:
        package = self._package
        if self._resources is None:
            self._resources = package.StandardGpuResources()
            self._resources.setTempMemory(SCRATCH)
            atexit.register(self.close)  # no thread may be in CUDA when the process ends
        options = package.GpuIndexFlatConfig()
        options.useFloat16 = True
        options.device = 0
        return package.GpuIndexFlat(self._resources, dimension, package.METRIC_INNER_PRODUCT, options)

    def _try(self) -> None:
        """Once, a search of which the answer is known. Raises what FAISS raises, `RuntimeError` for a wrong answer."""
        if self._tried:
            return
        rows = np.random.default_rng(0).standard_normal((256, 64)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        index = self._new(64)
        index.add(rows)
        scores, found = index.search(rows[:8], 1)
        if found[:, 0].tolist() != list(range(8)) or not np.allclose(scores, 1, atol=0.01):
            raise RuntimeError("it gives wrong answers")
        self._tried = True

    def _set_aside(self, error: Exception) -> None:
        self._copies.clear()
        # FAISS names function, file and condition first.
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        self._reason = said.rpartition("failed: ")[2][:300]
        log.warning("the GPU is set aside, the CPU searches: %s", self._reason)


def _key(segment: Segment) -> object:
    return segment.entry.rows.file, segment.entry.removed and segment.entry.removed.file
