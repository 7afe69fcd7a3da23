"""The contract suite of vector indexes. To add a backend, add a line to BACKENDS.

DURABLE holds the persistent ones, with the code that opens the same index in another process.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.asset_set import HIGHEST, NONE, AssetSet
from dampipe.storage.vectors.base import VectorStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.examples import python_examples

D = 32
OWNERS = 500
Open = Callable[[], VectorStorage]


def faiss(folder: Path) -> Open:
    return lambda: FaissVectors(folder, D, "m")


def faiss_estimating(folder: Path) -> Open:
    return lambda: FaissVectors(folder, D, "m", exact_up_to=1000, rerank=20_000)


def faiss_on_a_gpu(folder: Path) -> Open:
    """Copies are made as soon as something was searched, and hold what is small, too."""
    from dampipe.storage.vectors.faiss_gpu import GpuCopies
    from tests.support.fake_faiss_gpu import FakeFaiss

    def opened() -> VectorStorage:
        gpu = GpuCopies(FakeFaiss(), warm_up=0, min_segment=1)
        return FaissVectors(folder, D, "m", exact_up_to=0, rerank=20_000, gpu=gpu)

    return opened


def memory(folder: Path) -> Open:
    index = MemoryVectors(D)
    return lambda: index


def example(folder: Path) -> Open:
    """The worked example of CONTRIBUTING.md."""
    [code] = python_examples("Add a vector index")
    module = ModuleType("array_vectors")
    exec(compile(code, "array_vectors.py", "exec"), module.__dict__)
    return lambda: module.ArrayVectors.from_config({"folder": folder, "dimension": D})


def pgvector(folder: Path, url: str = "") -> Open:
    """The database's address is beside the folder, for other processes."""
    from dampipe.storage.vectors.pgvector import PgVectors

    if url:
        folder.with_name("url").write_text(url)
    return lambda: PgVectors(folder.with_name("url").read_text(), D, "m")


def milvus(folder: Path, uri: str = "") -> Open:
    from dampipe.storage.vectors.milvus import MilvusVectors

    if uri:
        folder.with_name("url").write_text(uri)
    name = str(folder)  # many tests share a server
    return lambda: MilvusVectors(folder.with_name("url").read_text(), D, name)


def weaviate(folder: Path, address: str = "") -> Open:
    from dampipe.storage.vectors.weaviate import WeaviateVectors

    if address:
        folder.with_name("url").write_text(address)
    url, grpc = folder.with_name("url").read_text().split()
    return lambda: WeaviateVectors(url, D, "m", grpc=grpc)


BACKENDS = {
    "faiss": faiss,
    "faiss with codes": faiss_estimating,
    "faiss on a GPU": faiss_on_a_gpu,
    "memory": memory,
    "example": example,
    "pgvector": pgvector,
    "milvus": milvus,
    "weaviate": weaviate,
}
_FAISS = "from dampipe.storage.vectors.faiss import FaissVectors as B; open_ = lambda p: B(p, 32, 'm'"
DURABLE = {
    "example": "from tests.contract.test_vectors import example; open_ = lambda p: example(p)()",
    "faiss": f"{_FAISS})",
    "faiss with codes": f"{_FAISS}, exact_up_to=1000, rerank=20_000)",
    "pgvector": "from dampipe.storage.vectors.pgvector import PgVectors as B; "
    "open_ = lambda p: B(p.with_name('url').read_text(), 32, 'm')",
    "milvus": "from dampipe.storage.vectors.milvus import MilvusVectors as B; "
    "open_ = lambda p: B(p.with_name('url').read_text(), 32, str(p))",
    "weaviate": "from dampipe.storage.vectors.weaviate import WeaviateVectors as B; "
    "open_ = lambda p: (lambda url, grpc: B(url, 32, 'm', grpc=grpc))(*p.with_name('url').read_text().split())",
}


def opener(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same index again and again; starts the server that it needs, and closes at the end."""
    if backend == "pgvector":
        open_ = pgvector(tmp_path / "index", request.getfixturevalue("postgres_url"))
    elif backend == "milvus":
        open_ = milvus(tmp_path / "index", request.getfixturevalue("milvus_uri"))
    elif backend == "weaviate":
        server = request.getfixturevalue("weaviate_server")
        open_ = weaviate(tmp_path / "index", f"{server.url} {server.grpc}")
    else:
        open_ = BACKENDS[backend](tmp_path / "index")

    def opened() -> VectorStorage:
        index = open_()
        request.addfinalizer(getattr(index, "close", lambda: None))
        return index

    return opened


@pytest.fixture(params=BACKENDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same index again and again."""
    return opener(request.param, request, tmp_path)


@pytest.fixture
def index(opened: Open) -> VectorStorage:
    return opened()


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    # As the catalogue keeps them.
    return rows.astype(np.float16).astype(np.float32)


def ids(first: int, count: int) -> NDArray[np.int64]:
    return np.arange(first, first + count, dtype=np.int64)


def owners(ids_: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Whose the vectors are: every 500th is of the same owner, 1 to 500."""
    return (ids_ % OWNERS + 1).astype(np.uint32)


def add(index: VectorStorage, ids_: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
    index.add(ids_, rows, owners(ids_))


def fill(index: VectorStorage, count: int) -> NDArray[np.float32]:
    rows = unit(count)
    add(index, ids(1, count), rows)
    return rows


def test_a_new_index_is_empty(index: VectorStorage) -> None:
    assert (index.watermark, len(index), index.ids().tolist()) == (0, 0, [])
    assert index.search(unit(1), 5) == []


def test_search_gives_the_exact_order_and_cosines(index: VectorStorage) -> None:
    rows = fill(index, 500)
    query = unit(1, seed=9)[0]
    scores = rows @ query
    best = np.argsort(-scores)[:10]
    found = index.search(query, 10)
    assert [n.id for n in found] == (best + 1).tolist()
    assert [n.score for n in found] == pytest.approx(scores[best].tolist(), abs=1e-3)


def test_both_shapes_of_a_query_and_any_count(index: VectorStorage) -> None:
    rows = fill(index, 3)
    assert index.search(rows[1], 1) == index.search(rows[1:2], 1)
    assert len(index.search(rows[0], 99)) == 3
    assert index.search(rows[0], 0) == []


def test_a_masked_search_finds_the_nearest_of_the_mask(index: VectorStorage) -> None:
    """Narrow and broad masks, of owners together and scattered, before and after some vectors are removed."""
    rows = fill(index, 6000)
    add(index, ids(6001, 100), unit(100, seed=3))
    rows = np.concatenate([rows, unit(100, seed=3)])
    held = owners(ids(1, 6100))
    rng = np.random.default_rng(1)
    scattered = [rng.choice(np.arange(1, OWNERS + 1), count, replace=False) for count in (1, 50, 250, 495)]
    masks = [*scattered, np.arange(1, 6), np.arange(100, 400), np.arange(2, OWNERS + 1)]
    for gone in ([], [7, 6007]):
        index.remove(np.array(gone, np.int64))
        for mask in masks:
            query = unit(1, seed=9)[0]
            alive = np.flatnonzero(np.isin(held, mask) & ~np.isin(ids(1, 6100), gone)) + 1
            scores = (rows @ query)[alive - 1]
            best = alive[np.argsort(-scores)]
            found = index.search(query, 10, AssetSet.from_numpy(mask))
            assert [n.id for n in found] == best[:10].tolist(), len(mask)
            assert [n.score for n in found] == pytest.approx(np.sort(scores)[::-1][:10].tolist(), abs=1e-3)
            assert len(index.search(query, 10_000, AssetSet.from_numpy(mask))) == len(alive)


def test_a_mask_of_nobody_unknown_owners_or_all(index: VectorStorage) -> None:
    rows = unit(20)
    index.add(ids(1, 20), rows, np.full(20, 3, np.uint32))
    add(index, ids(21, 1), unit(1, seed=5))
    assert index.search(rows[0], 5, NONE) == []
    assert index.search(rows[0], 5, AssetSet([0])) == [], "0 is no owner"
    assert index.search(rows[0], 5, AssetSet([1, 2, 4, 99, 2**31 - 1, HIGHEST])) == []
    assert len(index.search(rows[0], 99, AssetSet([3, HIGHEST]))) == 20
    assert index.search(rows[0], 5, AssetSet([3])) == index.search(rows[0], 5, AssetSet(range(1, 20)))
    assert index.search(rows[0], 9, AssetSet(range(600))) == index.search(rows[0], 9)
    assert index.search(rows[0], 0, AssetSet([3])) == []


def test_a_mask_follows_what_is_added_and_removed(index: VectorStorage, opened: Open) -> None:
    """The same mask again and again, in two readers: what it resolved to before must not be used for other vectors."""
    other, mask = opened(), AssetSet([2])
    rows = unit(9000, seed=4)
    for start in range(0, 9000, 3000):
        index.add(
            ids(start + 1, 3000),
            rows[start : start + 3000],
            owners(ids(start + 1, 3000)) * 0 + start // 3000 + 1,
        )
        for one in (index, other):
            found = [n.id for n in one.search(rows[0], 10_000, mask)]
            assert sorted(found) == ([] if start == 0 else list(range(3001, 6001)))
    index.remove(ids(3001, 2990))
    for one in (index, other):
        assert sorted(n.id for n in one.search(rows[0], 100, mask)) == list(range(5991, 6001))
    index.replace([(ids(1, 5), rows[:5], np.array([2, 1, 2, 1, 1]))])
    for one in (index, other):
        assert sorted(n.id for n in one.search(rows[0], 100, mask)) == [1, 3]


def test_owners_of_any_number(index: VectorStorage) -> None:
    numbers = np.array([1, 2**31 - 1, HIGHEST - 1, HIGHEST])
    index.add(ids(1, 4), unit(4), numbers)
    for at, number in enumerate(numbers.tolist(), 1):
        assert [n.id for n in index.search(unit(1)[0], 9, AssetSet([number]))] == [at]
        assert at not in [
            n.id for n in index.search(unit(1)[0], 9, AssetSet([number - 1, number + 1 & HIGHEST]))
        ]
    assert {n.id for n in index.search(unit(1)[0], 9, AssetSet([5, 2**31 - 1, HIGHEST]))} == {2, 4}


def test_a_complete_index_lacks_no_owners(index: VectorStorage) -> None:
    assert index.can_mask is True
    assert not index.lacks_owners
    rows = fill(index, 30)
    assert not index.lacks_owners
    assert index.assign_owners(ids(1, 30), np.full(30, 9, np.uint32))
    assert index.search(rows[0], 5, AssetSet([9])) == index.search(rows[0], 5, AssetSet([9]))
    assert index.search(rows[0], 1, AssetSet([owners(ids(1, 1))[0]]))[0].id == 1, "owners never change"


def test_adding_in_steps_gives_what_adding_at_once_gives(index: VectorStorage, tmp_path: Path) -> None:
    rows = unit(9000)
    for start in range(0, 9000, 1500):
        add(index, ids(start + 1, 1500), rows[start : start + 1500])
        assert (index.watermark, len(index)) == (start + 1500, start + 1500)
    assert index.ids().tolist() == list(range(1, 9001))
    assert [index.search(rows[i], 1)[0].id for i in (0, 4500, 8999)] == [1, 4501, 9000]


def test_ids_up_to_the_watermark_are_skipped(index: VectorStorage) -> None:
    rows = fill(index, 10)
    add(index, ids(1, 10), unit(10, seed=5))
    add(index, ids(8, 5), unit(5, seed=6))
    assert (index.watermark, len(index)) == (12, 12)
    assert index.search(rows[8], 1)[0].id == 9


def test_gaps_in_the_ids_are_fine(index: VectorStorage) -> None:
    add(index, np.array([5, 900, 2**40]), unit(3))
    assert (index.watermark, index.ids().tolist()) == (2**40, [5, 900, 2**40])


def test_removed_ids_are_gone_and_the_watermark_stays(index: VectorStorage) -> None:
    rows = fill(index, 6000)
    add(index, ids(6001, 100), unit(100, seed=3))
    gone = np.array([1, 2, 3000, 6000, 6050, 6100, 77777])
    index.remove(gone)
    index.remove(gone)
    assert (index.watermark, len(index)) == (6100, 6094)
    assert not np.isin(gone, index.ids()).any()
    for i in (0, 1, 2999, 5999):
        assert index.search(rows[i], 1)[0].id != i + 1
    assert len(index.search(rows[0], 10_000)) == 6094
    add(index, gone[:1], rows[:1])
    assert len(index) == 6094, "what was removed does not come back under its old id"


def test_removing_most_and_all(index: VectorStorage) -> None:
    rows = fill(index, 10_000)
    index.remove(ids(1, 9_000))
    assert len(index) == 1000
    add(index, ids(10_001, 5000), unit(5000, seed=8))
    assert index.ids().tolist() == list(range(9001, 15_001))
    assert index.search(rows[9500], 1)[0].id == 9501
    index.remove(index.ids())
    assert (len(index), index.search(rows[0], 3), index.watermark) == (0, [], 15_000)
    add(index, ids(15_001, 2), unit(2))
    assert index.ids().tolist() == [15_001, 15_002]


def test_clear_forgets_everything(index: VectorStorage) -> None:
    fill(index, 5000)
    index.clear()
    assert (index.watermark, len(index), index.ids().tolist()) == (0, 0, [])
    fill(index, 3)
    assert (index.watermark, len(index)) == (3, 3)


def batches(rows: NDArray[np.float32], first: int, size: int) -> Any:
    for i in range(0, len(rows), size):
        part = ids(first + i, len(rows[i : i + size]))
        yield part, rows[i : i + size], owners(part)


def test_replace_holds_what_it_was_given_and_nothing_else(index: VectorStorage, opened: Open) -> None:
    fill(index, 3000)
    index.remove(ids(1, 100))
    rows = unit(7000, seed=4)
    index.replace(batches(rows, 501, 900))
    for one in (index, opened()):
        assert (one.watermark, len(one)) == (7500, 7000)
        assert one.ids().tolist() == list(range(501, 7501))
        assert [one.search(rows[i], 1)[0].id for i in (0, 3500, 6999)] == [501, 4001, 7500]
    add(index, ids(7501, 2), unit(2))
    assert (index.watermark, len(index)) == (7502, 7002)
    index.replace([])
    assert (index.watermark, len(index), index.search(rows[0], 1)) == (0, 0, [])


def test_replace_goes_unseen_until_it_is_complete(index: VectorStorage, opened: Open) -> None:
    rows, other = fill(index, 2000), opened()

    def failing() -> Any:
        yield from batches(unit(3000, seed=4), 3001, 1000)
        for one in (index, other):
            assert (one.watermark, len(one), one.search(rows[9], 1)[0].id) == (2000, 2000, 10)
        raise OSError("the catalogue went away")

    with pytest.raises(OSError, match="went away"):
        index.replace(failing())
    with pytest.raises(ValueError):
        index.replace([(ids(5, 2), unit(2), owners(ids(5, 2))), (ids(6, 1), unit(1), owners(ids(6, 1)))])
    assert (index.watermark, len(other), other.search(rows[9], 1)[0].id) == (2000, 2000, 10)


def test_what_it_tells_of_itself(index: VectorStorage) -> None:
    assert (index.facts().vectors, index.damage()) == (0, [])
    fill(index, 3000)
    facts = index.facts()
    assert (facts.vectors, index.damage()) == (3000, [])
    assert facts.kind


@pytest.mark.parametrize(
    ("what", "ids_", "rows"),
    [
        ("counts differ", ids(1, 2), unit(3)),
        ("another dimension", ids(1, 2), unit(2)[:, :-1]),
        ("a row that is no unit vector", ids(1, 2), unit(2) * 2),
        ("no number", ids(1, 1), np.full((1, D), np.nan, np.float32)),
        ("descending", np.array([2, 1]), unit(2)),
        ("twice the same", np.array([3, 3]), unit(2)),
    ],
)
def test_wrong_rows_change_nothing(index: VectorStorage, what: str, ids_: Any, rows: Any) -> None:
    with pytest.raises(ValueError):
        add(index, ids_, rows)
    assert (index.watermark, len(index)) == (0, 0), what


@pytest.mark.parametrize("numbers", [[1], [1, 2, 3], [0, 1], [-1, 1], [1, 2**32], [[1], [2]]])
def test_wrong_owners_change_nothing(index: VectorStorage, numbers: Any) -> None:
    with pytest.raises(ValueError):
        index.add(ids(1, 2), unit(2), np.array(numbers))
    assert (index.watermark, len(index)) == (0, 0)


@pytest.mark.parametrize("query", [unit(2), unit(1)[:, :-1], np.full(D, np.nan, np.float32)])
def test_a_wrong_query_is_refused(index: VectorStorage, query: Any) -> None:
    fill(index, 3)
    with pytest.raises(ValueError):
        index.search(query, 1)


def test_adding_nothing_is_fine(index: VectorStorage) -> None:
    add(index, ids(1, 0), unit(0))
    index.remove(ids(1, 0))
    assert index.watermark == 0


def test_one_writer_and_many_readers_in_one_process(index: VectorStorage) -> None:
    rows, wrong, stop = unit(6100), list[str](), threading.Event()
    add(index, ids(1, 100), rows[:100])

    def read() -> None:
        while not stop.is_set():
            count = len(index)
            found = index.search(rows[50], 20)
            if found[0].id != 51 or len({n.id for n in found}) != 20 or count % 100:
                wrong.append(f"{count}: {found[:3]}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for start in range(100, 6100, 500):
            add(index, ids(start + 1, 500), rows[start : start + 500])
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong


@pytest.mark.parametrize("backend", DURABLE)
def test_another_process_sees_it_at_its_next_search(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    reader = opener(backend, request, tmp_path)()
    rows = unit(6000)
    assert reader.search(rows[0], 1) == []
    np.save(tmp_path / "rows.npy", rows)
    script = f"""{DURABLE[backend]}
import json, sys, numpy as np
from pathlib import Path
index = open_(Path({str(tmp_path / "index")!r}))
rows = np.load({str(tmp_path / "rows.npy")!r})
for line in sys.stdin:
    a, b, gone = json.loads(line)
    index.add(np.arange(a + 1, b + 1), rows[a:b], np.arange(a + 1, b + 1) % {OWNERS} + 1)
    index.remove(np.array(gone, np.int64))
    print("done", flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin and writer.stdout
        for first, last, gone in ((0, 10, []), (10, 5000, [3]), (5000, 6000, [7, 5500])):
            print(json.dumps([first, last, gone]), file=writer.stdin, flush=True)
            assert writer.stdout.readline() == "done\n"
            assert reader.search(rows[last - 1], 1)[0].id == last
            assert reader.watermark == last
            for i in gone:
                assert reader.search(rows[i - 1], 1)[0].id != i
        assert len(reader) == 5997
        writer.stdin.close()


@pytest.mark.parametrize("backend", DURABLE)
def test_it_outlives_its_process(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    opened = opener(backend, request, tmp_path)
    rows = fill(opened(), 50)
    again = opened()
    assert (again.watermark, len(again), again.search(rows[7], 1)[0].id) == (50, 50, 8)
