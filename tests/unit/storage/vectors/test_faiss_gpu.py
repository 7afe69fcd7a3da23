"""A GPU gives the same answers as the CPU, and its failures cost nothing but time."""

import logging
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import Unavailable
from dampipe.storage.vectors import faiss_files
from dampipe.storage.vectors.base import Neighbour
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.faiss_gpu import GpuCopies
from tests.support.fake_faiss_gpu import FakeFaiss
from tests.support.vector_catalog import owned

D = 64
COUNT = 20_000


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(first: int, last: int) -> NDArray[np.int64]:
    return np.arange(first, last + 1, dtype=np.int64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20,000 vectors in two segments, of some of which one is removed."""
    index = FaissVectors(tmp_path, D, exact_up_to=100)
    index.add(*owned(ids(1, 12_000), unit(12_000)))
    index.add(*owned(ids(12_001, COUNT), unit(8_000, seed=1)))
    index.remove(np.array([5, 700, 11_000]))
    return tmp_path


def opened(folder: Path, package: Any, *, warm_up: float = 0, min_segment: int = 1) -> FaissVectors:
    gpu = GpuCopies(package, warm_up=warm_up, min_segment=min_segment)
    # What the CPU estimates is ranked exactly, all of it.
    return FaissVectors(folder, D, exact_up_to=100, rerank=COUNT, gpu=gpu)


def same(one: list[Neighbour], other: list[Neighbour]) -> None:
    assert [n.id for n in one] == [n.id for n in other]
    assert [n.score for n in one] == pytest.approx([n.score for n in other], abs=1e-5)


def ready(folder: Path, package: Any, **options: Any) -> FaissVectors:
    """With what it copies copied."""
    index = opened(folder, package, **options)
    index.search(unit(1)[0], 1)
    assert index._gpu
    index._gpu.wait()
    package.searches = 0
    return index


def test_it_finds_what_an_exact_scan_finds(folder: Path) -> None:
    package = FakeFaiss()
    index, exact = ready(folder, package), FaissVectors(folder, D, exact_up_to=10**9)
    for query in unit(20, seed=9):
        same(index.search(query, 10), exact.search(query, 10))
    assert package.searches == 20 * 2
    assert "exact scan on the GPU in processes that search repeatedly, 2 of 2 large" in index.facts().kind


def test_it_knows_what_was_added_and_removed_meanwhile(folder: Path) -> None:
    package = FakeFaiss()
    index, writer = ready(folder, package), FaissVectors(folder, D, exact_up_to=100)
    row = unit(1, seed=77)
    writer.add(*owned(ids(30_001, 30_001), row))
    assert index.search(row, 1)[0].id == 30_001, "the CPU looks where the copy is missing"
    writer.remove(ids(30_001, 30_001))
    assert index.search(row, 1)[0].id != 30_001
    assert index._gpu
    index._gpu.wait()
    package.searches = 0
    exact = FaissVectors(folder, D, exact_up_to=10**9)
    same(index.search(row, 10), exact.search(row, 10))
    assert package.searches
    used = 2 * D * len(index)
    assert package.free == (1 << 30) - used, "copies of what is gone are let go"


def test_what_it_cannot_do_is_done_by_the_cpu(folder: Path) -> None:
    package = FakeFaiss()
    index, exact = ready(folder, package), FaissVectors(folder, D, exact_up_to=10**9)
    query = unit(1, seed=9)[0]
    assert index.search(query, 10, AssetSet([2])) == exact.search(query, 10, AssetSet([2])) == []
    assert len(index.search(query, 2000)) == 2000
    assert package.searches == 0


def test_small_segments_and_small_libraries_stay_where_they_are(folder: Path) -> None:
    package = FakeFaiss()
    index = ready(folder, package, min_segment=10_000)
    index.search(unit(1)[0], 1)
    assert package.searches == 1
    assert package.free == (1 << 30) - 2 * D * 11_997
    small = FaissVectors(folder, D, exact_up_to=COUNT, gpu=GpuCopies(package := FakeFaiss(), warm_up=0))
    small.search(unit(1)[0], 1)
    assert (package.searches, package.free, "GPU" in small.facts().kind) == (0, 1 << 30, False)


def test_a_single_search_copies_nothing(folder: Path) -> None:
    package = FakeFaiss()
    index = opened(folder, package, warm_up=0.2)
    index.search(unit(1)[0], 1)
    assert package.free == 1 << 30
    time.sleep(0.25)
    index.search(unit(1)[0], 1)
    assert index._gpu
    index._gpu.wait()
    assert package.free < 1 << 30
    index._gpu.close()
    assert package.free == 1 << 30


@pytest.mark.parametrize("package", [FakeFaiss(gpus=0), SimpleNamespace(get_num_gpus=lambda: 1)])
def test_without_a_gpu_nothing_is_tried(folder: Path, package: Any) -> None:
    """No GPU; a FAISS without."""
    index, exact = opened(folder, package), FaissVectors(folder, D, exact_up_to=10**9)
    same(index.search(unit(1)[0], 10), exact.search(unit(1)[0], 10))
    assert index._gpu
    assert index._gpu._loader is None
    assert index._gpu._resources is None
    assert "GPU" not in index.facts().kind


def test_a_failure_disables_the_gpu_and_is_logged_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    package = FakeFaiss()
    index, exact = ready(folder, package), FaissVectors(folder, D, exact_up_to=10**9)
    package.failing = RuntimeError("CUDA error 719 unspecified launch failure\n  at GpuIndex.cu:65")
    with caplog.at_level(logging.WARNING):
        for query in unit(5, seed=3):
            same(index.search(query, 10), exact.search(query, 10))
    assert [record.message for record in caplog.records] == [
        "the GPU is disabled, the CPU searches: CUDA error 719 unspecified launch failure"
    ]
    assert "the GPU is not used: CUDA error 719" in index.facts().kind
    package.failing = None
    index.search(unit(1)[0], 1)
    assert package.searches == 0, "not for as long as the process lives"
    assert package.free == 1 << 30


def test_short_memory_leaves_the_rest_to_the_cpu(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    package = FakeFaiss(memory=2 * D * 13_000)
    with caplog.at_level(logging.WARNING):
        index = ready(folder, package)
        exact = FaissVectors(folder, D, exact_up_to=10**9)
        for query in unit(5, seed=3):
            same(index.search(query, 10), exact.search(query, 10))
    assert package.searches == 5, "one of two segments is there"
    assert [record.message for record in caplog.records] == [
        "the memory of the GPU is full: it searches 1 of 2 large segments"
    ]
    assert "1 of 2 large segments" in index.facts().kind


def test_no_memory_at_all_is_a_failure(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    index = ready(folder, FakeFaiss(memory=100_000))
    assert "disabled, the CPU searches: alloc fail (cudaMalloc error out of memory [2])" in caplog.text
    assert "\n" not in index.facts().kind
    assert index.search(unit(12_000)[99], 1)[0].id == 100


def test_a_gpu_that_is_wrong_is_not_used(folder: Path) -> None:
    package = FakeFaiss()
    package.wrong = True
    index = opened(folder, package)
    assert "the GPU is not used: it gives wrong answers" in index.facts().kind, "tried by who only asks"
    assert index.search(unit(12_000)[99], 1)[0].id == 100
    assert package.searches == 1


def test_the_installed_package(folder: Path) -> None:
    """With faiss-gpu and a GPU this is the real thing; else it is told from one and left alone."""
    index, exact = opened(folder, None), FaissVectors(folder, D, exact_up_to=10**9)
    present = faiss_files.faiss().get_num_gpus() > 0
    index.search(unit(1)[0], 1)
    assert index._gpu
    index._gpu.wait()
    assert len(index._gpu._copies) == 2 * present
    for query in unit(20, seed=9):
        same(index.search(query, 10), exact.search(query, 10))
    assert ("2 of 2 large segments" in index.facts().kind) == present


def test_it_can_be_switched_off(folder: Path) -> None:
    config = {"folder": folder, "dimension": D}
    assert FaissVectors.from_config(config)._gpu is not None
    assert FaissVectors.from_config({**config, "gpu": False})._gpu is None


def test_a_package_that_lacks_cuda_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise RuntimeError("faiss-gpu installed but nvidia-cuda-runtime-cu12 is missing")

    monkeypatch.setattr(faiss_files, "import_module", broken)
    with pytest.raises(Unavailable, match="nvidia-cuda-runtime-cu12") as raised:
        faiss_files.faiss()
    assert raised.value.code == "index.faiss_unavailable"
    assert "pip install faiss-cpu" in raised.value.hint


@pytest.mark.parametrize(("share", "searches"), [(1.0, 2), (0.999, 2), (0.9, 2), (0.5, 2), (0.02, 0)])
def test_a_mask_is_searched_on_the_gpu_unless_it_is_narrow(
    tmp_path: Path, share: float, searches: int
) -> None:
    package = FakeFaiss()
    owners, rng = np.arange(1, COUNT + 1), np.random.default_rng(3)
    writer = FaissVectors(tmp_path, D, exact_up_to=100)
    writer.add(ids(1, 12_000), unit(12_000), owners[:12_000])
    writer.add(ids(12_001, COUNT), unit(8_000, seed=1), owners[12_000:])
    writer.remove(np.array([5, 700, 11_000]))
    index, exact = ready(tmp_path, package), FaissVectors(tmp_path, D, exact_up_to=10**9)
    mask = AssetSet.from_numpy(owners[rng.random(COUNT) < share])
    for query in unit(5, seed=9):
        package.searches = 0
        same(index.search(query, 10, mask), exact.search(query, 10, mask))
        assert package.searches == searches


def test_the_cpu_searches_where_the_nearest_are_not_in_the_mask(tmp_path: Path) -> None:
    """Half of all are in it, but of those that the GPU finds none or too few."""
    package, query = FakeFaiss(), unit(1, seed=9)[0]
    rows = unit(12_000)
    order = np.argsort(np.argsort(-(rows @ query)))
    writer = FaissVectors(tmp_path, D, exact_up_to=100)
    writer.add(ids(1, 12_000), rows, order + 1)
    index, exact = ready(tmp_path, package), FaissVectors(tmp_path, D, exact_up_to=10**9)
    for mask in (
        AssetSet(range(6001, 12_001)),
        AssetSet(range(200, 12_001)),
        AssetSet([*range(1, 30), *range(7000, 12_001)]),
    ):
        package.searches = 0
        same(index.search(query, 10, mask), exact.search(query, 10, mask))
        assert package.searches == 1, "it was tried"
