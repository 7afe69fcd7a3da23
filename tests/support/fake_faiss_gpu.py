"""A stand-in for the used part of faiss-gpu, with NumPy in float16, limited memory, and calls that can fail."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray


class _Resources:
    def __init__(self) -> None:
        self.scratch = 1536 << 20

    def setTempMemory(self, size: int) -> None:
        self.scratch = size


class _Config:
    useFloat16 = False
    device = 0


class FakeFaiss:
    """A stand-in for the package, with `gpus` GPUs of `memory` bytes each.

    FAISS forbids concurrent calls; here one fails an assertion.
    """

    METRIC_INNER_PRODUCT = 0
    StandardGpuResources = _Resources
    GpuIndexFlatConfig = _Config

    def __init__(self, gpus: int = 1, memory: int = 1 << 30) -> None:
        self.gpus = gpus
        self.free = memory
        self.failing: Exception | None = None
        self.wrong = False
        self.searches = 0
        self.made: list[int] = []
        self.busy = threading.Lock()

    def get_num_gpus(self) -> int:
        return self.gpus

    def GpuIndexFlat(self, resources: Any, dimension: int, metric: int, config: Any) -> "_Index":
        assert isinstance(resources, _Resources)
        assert (resources.scratch, metric, config.useFloat16, config.device) == (256 << 20, 0, True, 0)
        return _Index(self, dimension)


class _Index:
    def __init__(self, package: FakeFaiss, dimension: int) -> None:
        self._package = package
        self._rows = np.empty((0, dimension), np.float16)

    def add(self, rows: NDArray[np.float32]) -> None:
        with self._exclusive():
            assert rows.dtype == np.float32
            size = rows.nbytes // 2
            if size > self._package.free:
                # The message of FAISS, shortened.
                raise RuntimeError(
                    "Error in virtual void* faiss::gpu::StandardGpuResourcesImpl::allocMemory(…): "
                    "Error: 'err == cudaSuccess' failed: alloc fail (cudaMalloc error out of memory [2])\nmore"
                )
            self._package.free -= size
            self._rows = np.concatenate([self._rows, rows.astype(np.float16)])

    def search(self, row: NDArray[np.float32], count: int) -> tuple[Any, Any]:
        with self._exclusive():
            assert 0 < count <= 2048, "more than FAISS selects on a GPU"
            self._package.searches += 1
            scores = row.astype(np.float16).astype(np.float32) @ self._rows.astype(np.float32).T
            if self._package.wrong:
                scores = -scores
            best = np.argsort(-scores, axis=1, kind="stable")[:, :count]
            return np.take_along_axis(scores, best, 1), best

    def __del__(self) -> None:
        self._package.free += self._rows.nbytes

    def _exclusive(self) -> "_Exclusive":
        return _Exclusive(self._package)


class _Exclusive:
    def __init__(self, package: FakeFaiss) -> None:
        self._package = package

    def __enter__(self) -> None:
        assert self._package.busy.acquire(blocking=False), "two concurrent calls"
        if self._package.failing is not None:
            self._package.busy.release()
            raise self._package.failing

    def __exit__(self, *_: object) -> None:
        self._package.busy.release()
