"""AutoStorage tolerates a missing, damaged or outdated index, and its answers are always right."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dampipe.app import engine_remedies as remedies
from dampipe.kernel.errors import (
    DampipeError,
    InvalidInput,
    Permanent,
    SearchUnavailable,
    Transient,
    Unavailable,
)
from dampipe.storage.auto import AutoStorage
from dampipe.storage.limits import ScanLimits
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.vectors.base import OwnerNumbers, VectorBatch, VectorIds, VectorRows, VectorStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.vector_catalog import DIMENSION, damage_index, finds_all, owned, sha1, unit_rows


def test_advance_adds_and_removes_what_changed(catalog: MemoryStorage) -> None:
    index = MemoryVectors(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    assert storage.advance("m") == index.watermark == 120
    catalog.add_vectors(sha1(3), "m", range(2), unit_rows(2, 99))
    catalog.add_vectors(sha1(4), "m", [], np.empty((0, DIMENSION), np.float32))
    assert storage.advance("m") == 122
    assert index.ids().tolist() == catalog.vector_ids("m", 2**60).tolist()
    assert len(index) == 30 * 4 - 4 - 4 + 2
    assert finds_all(storage, catalog)


def test_an_index_that_lacks_vectors_is_rebuilt(
    catalog: MemoryStorage, caplog: pytest.LogCaptureFixture
) -> None:
    index = MemoryVectors(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    storage.advance("m")
    index.remove(np.array([5, 6]))
    assert storage.advance("m") == 120
    assert "is rebuilt" in caplog.text
    assert len(index) == 120


def test_advance_of_a_model_without_vectors() -> None:
    assert AutoStorage(MemoryStorage(), lambda model, dimension: MemoryVectors(dimension)).advance("m") == 0


@pytest.mark.parametrize("damage", ["delete", "manifest", "rows"])
def test_an_index_lost_in_operation_is_bypassed_and_rebuilt(
    catalog: MemoryStorage, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "index"
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    storage.advance("m")
    assert finds_all(storage, catalog)
    damage_index(folder, damage)
    other = AutoStorage(catalog, lambda model, dimension: FaissVectors(folder, dimension))
    for one in (storage, other):
        assert finds_all(one, catalog)
    assert other.advance("m") == 120
    assert len(FaissVectors(folder, DIMENSION)) == 120
    assert finds_all(storage, catalog)


def no_package(model: str, dimension: int) -> VectorStorage:
    raise ModuleNotFoundError("No module named 'faiss'", name="faiss")


def not_configured(model: str, dimension: int) -> VectorStorage:
    raise InvalidInput("there is no storage backend 'fais'", hint="faiss")


def other_dimension(model: str, dimension: int) -> VectorStorage:
    return MemoryVectors(dimension + 1)


def locked(model: str, dimension: int) -> VectorStorage:
    raise Transient("the disk does not answer")


BROKEN: list[tuple[Callable[[str, int], VectorStorage] | None, type[Exception], str]] = [
    (None, Unavailable, "no vector index is configured"),
    (no_package, Unavailable, "faiss"),
    (not_configured, Unavailable, "fais"),
    (locked, Transient, "does not answer"),
]


@pytest.mark.parametrize(("vectors", "kind", "reason"), BROKEN)
def test_without_a_usable_index_few_vectors_are_scanned_and_many_are_refused(
    catalog: MemoryStorage,
    vectors: Callable[[str, int], VectorStorage] | None,
    kind: type[DampipeError],
    reason: str,
) -> None:
    storage = AutoStorage(catalog, vectors)
    assert finds_all(storage, catalog)
    with pytest.raises(kind, match=reason):
        storage.advance("m")
    small = AutoStorage(catalog, vectors, scan_limits=ScanLimits(exact=119))
    with pytest.raises(SearchUnavailable, match=reason) as raised:
        small.search_vector("m", unit_rows(1, 0)[0])
    assert raised.value.code == "index.required"
    assert raised.value.code in remedies.CLI
    assert len(storage.list_videos()) == 30, "everything else works"
    storage.add_vector(sha1(1), "m", [], np.empty((0, DIMENSION), np.float32))
    storage = AutoStorage(catalog, vectors, scan_limits=ScanLimits(exact=116))
    assert storage.search_vector("m", unit_rows(1, 0)[0])[0].asset == sha1(0)


def test_an_index_of_another_dimension_is_not_used(catalog: MemoryStorage, tmp_path: Path) -> None:
    wrong = owned(np.array([1]), np.eye(1, DIMENSION + 1, dtype=np.float32))
    FaissVectors(tmp_path / "i", DIMENSION + 1).add(*wrong)
    for vectors in (other_dimension, lambda model, dimension: FaissVectors(tmp_path / "i", dimension)):
        storage = AutoStorage(catalog, vectors)
        assert finds_all(storage, catalog)
        with pytest.raises((ValueError, Permanent)):
            storage.advance("m")


def test_an_index_that_stores_nothing_does_not_cause_an_endless_loop(catalog: MemoryStorage) -> None:
    class Sieve(MemoryVectors):
        def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
            pass

    with pytest.raises(Transient, match="did not store"):
        AutoStorage(catalog, lambda model, dimension: Sieve(dimension)).advance("m")


def test_an_index_that_opens_later_is_used_from_then_on(catalog: MemoryStorage) -> None:
    index, works = MemoryVectors(DIMENSION), list[bool]()

    def vectors(model: str, dimension: int) -> VectorStorage:
        if not works:
            raise Transient("not yet")
        return index

    storage = AutoStorage(catalog, vectors)
    assert finds_all(storage, catalog)
    works.append(True)
    assert storage.advance("m") == 120
    assert finds_all(storage, catalog)


def test_an_index_far_behind_answers_from_what_it_contains(
    catalog: MemoryStorage, caplog: pytest.LogCaptureFixture
) -> None:
    index = MemoryVectors(DIMENSION)
    index.add(*catalog.vectors_after("m", 0, 20))
    limits = ScanLimits(exact=50, page=10)
    storage = AutoStorage(catalog, lambda model, dimension: index, scan_limits=limits)
    assert storage.search_vector("m", unit_rows(4, 0)[1])[0].asset == sha1(0)
    assert storage.search_vector("m", unit_rows(4, 10)[1])[0].asset == sha1(10)
    assert "behind" in caplog.text
    assert storage.unseen("m") == 120 - 20 - 60, "what was read of the tail is more than the limit"
    storage.advance("m")
    storage.search_vector("m", unit_rows(4, 0)[1])
    assert storage.unseen("m") == 0


def test_the_tail_is_read_once(catalog: MemoryStorage) -> None:
    read = list[int]()

    class Counting(MemoryStorage):
        def vectors_after(self, model: str, watermark: int, limit: int) -> VectorBatch:
            found = catalog.vectors_after(model, watermark, limit)
            if limit > 1:
                read.append(len(found[0]))
            return found

        moments = catalog.moments
        owners = catalog.owners

    storage = AutoStorage(Counting(), None)
    for _ in range(3):
        storage.search_vector("m", unit_rows(1, 0)[0])
    assert sum(read) == 120
    catalog.add_vectors(sha1(7), "m", [1.0], unit_rows(1, 77))
    assert storage.search_vector("m", unit_rows(1, 77)[0], limit=1)[0].asset == sha1(7)
    assert sum(read) == 121


def test_deleted_vectors_do_not_count_towards_the_limit(catalog: MemoryStorage) -> None:
    storage = AutoStorage(catalog, None, scan_limits=ScanLimits(exact=150))
    for n in range(100):
        catalog.add_vectors(sha1(n % 30), "m", range(4), unit_rows(4, 1000 + n))
        assert storage.search_vector("m", unit_rows(4, 1000 + n)[3], limit=1)[0].asset == sha1(n % 30)


def test_deleted_neighbours_do_not_shorten_the_answer(catalog: MemoryStorage) -> None:
    index = MemoryVectors(DIMENSION)
    storage = AutoStorage(catalog, lambda model, dimension: index)
    near = np.tile(unit_rows(1, 5), (500, 1))
    catalog.add_vectors(sha1(0), "m", range(500), near)
    storage.advance("m")
    catalog.add_vectors(sha1(0), "m", [1.0], unit_rows(1, 1))
    assert len(storage.search_vector("m", near[0], limit=20)) == 20


def test_searching_while_the_index_is_updated(catalog: MemoryStorage, tmp_path: Path) -> None:
    storage = AutoStorage(catalog, lambda model, dimension: FaissVectors(tmp_path / "i", dimension))
    reader = AutoStorage(catalog, lambda model, dimension: FaissVectors(tmp_path / "i", dimension))
    wrong, stop = list[object](), threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                best = reader.search_vector("m", unit_rows(4, 9)[2], limit=5)
                if (best[0].asset, best[0].time, len(best)) != (sha1(9), 2.0, 5):
                    wrong.append(best)
            except Exception as error:
                wrong.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for n in range(10, 30):
            catalog.add_vectors(sha1(n), "m", range(4), unit_rows(4, 100 + n))
            storage.advance("m")
    finally:
        stop.set()
        thread.join()
    assert not wrong
