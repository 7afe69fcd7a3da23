"""A million vectors of 512 numbers: recall, milliseconds a query, build time and memory, next to raw FAISS.

The vectors are made up, with the traits that make CLIP's hard to search: clusters, few strong directions, a cone
that all pictures share, and another one for words, so that a text query is far from every vector.
"""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.features.search.tables import VECTOR
from dampipe.kernel.asset_set import ALL, AssetSet
from dampipe.kernel.db.database import Database
from dampipe.storage.auto import AutoStorage
from dampipe.storage.vectors.faiss import RERANK, FaissVectors
from tests.support.catalog import Catalog
from tests.support.version_rows import insert_versions

COUNT, DIMENSION = 1_000_000, 512
PER_ASSET = 100
ASSETS = COUNT // PER_ASSET
QUERIES = 200
ROUNDS = 5
BLOCK = 50_000
MODEL = "made-up"

Rows = NDArray[np.float32]


class Space:
    """Where made-up pictures and words lie."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(11)
        spectrum = (np.arange(1, DIMENSION + 1) ** -0.35).astype(np.float32)
        self.mix = (self.rng.standard_normal((DIMENSION, DIMENSION)) * spectrum[:, None]).astype(np.float32)
        self.scenes = self.rng.standard_normal((20_000, DIMENSION)).astype(np.float32)
        self.cones = 6 * unit(self.rng.standard_normal((2, DIMENSION)).astype(np.float32))
        self.size = float(np.linalg.norm(self.scenes[:1000] @ self.mix, axis=1).mean())

    def pictures(self, count: int, scenes: NDArray[np.int64] | None = None) -> Rows:
        """As the frames of clips: near their scene (by default any), in the pictures' cone."""
        return self._rows(count, 0.7, 0, scenes)

    def words(self, count: int) -> Rows:
        """What a scene is called, loosely, in the words' cone."""
        return self._rows(count, 1.5, 1)

    def _rows(self, count: int, spread: float, cone: int, chosen: NDArray[np.int64] | None = None) -> Rows:
        if chosen is None:
            chosen = self.rng.integers(0, len(self.scenes), count)
        scenes = self.scenes[chosen]
        noise = spread * self.rng.standard_normal((count, DIMENSION)).astype(np.float32)
        return unit(((scenes + noise) @ self.mix) * (6 / self.size) + self.cones[cone])


def unit(rows: Rows) -> Rows:
    """Rows of length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def main() -> None:
    """Print everything."""
    space = Space()
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        rows = np.lib.format.open_memmap(
            folder / "rows.npy", mode="w+", dtype=np.float16, shape=(COUNT, DIMENSION)
        )
        for at in range(0, COUNT, BLOCK):
            rows[at : at + BLOCK] = space.pictures(BLOCK)
        queries = {"image-like": space.pictures(QUERIES), "text-like": space.words(QUERIES)}
        few = np.sort(space.rng.choice(np.arange(1, ASSETS + 1), ASSETS // 100, replace=False))
        catalog = fill(folder / "catalogue.sqlite", rows)
        before = resident()
        began, cpu = time.perf_counter(), time.process_time()
        index = FaissVectors(folder / "index", DIMENSION, MODEL)
        storage = AutoStorage(catalog, lambda model, dimension: index)
        storage.rebuild_index(MODEL)
        print(f"\nbuilt from the catalogue in {time.perf_counter() - began:.0f} s wall,", end=" ")
        print(f"{time.process_time() - cpu:.0f} s CPU; resident memory +{peak() - before:.0f} MiB at most")
        facts = index.facts()
        print(f"{facts.kind}: {facts.vectors:,} vectors, {facts.bytes / facts.vectors:.0f} bytes each")
        recalls(index, rows, queries, few)
        timings(index, storage, rows, queries)
    print(f"resident at the end {resident():.0f} MiB, mapped files included")


def fill(path: Path, rows: NDArray[np.float16]) -> Catalog:
    """A catalogue of 10,000 assets with a hundred vectors each; ids count from 1 in the order of the rows."""
    catalog = Catalog(Database(f"sqlite:///{path}", 30))
    catalog.set_up()
    with catalog.database.write() as connection:
        for asset in range(ASSETS):
            first = asset * PER_ASSET
            row = {"id": asset + 1, "sha1": f"{asset:040x}", "size": 1, "name": f"{asset}.mov", "added_at": 0}
            insert_versions(connection, row)
            connection.execute(
                VECTOR.insert(),
                [
                    {
                        "version_id": asset + 1,
                        "model": MODEL,
                        "time": float(n),
                        "shot": n,
                        "data": row.tobytes(),
                    }
                    for n, row in enumerate(rows[first : first + PER_ASSET])
                ],
            )
    return catalog


def recalls(
    index: FaissVectors, rows: NDArray[np.float16], queries: dict[str, Rows], few: NDArray[np.int64]
) -> None:
    """recall@10 against the exact answer, with and without a filter."""
    for kind, asked in queries.items():
        for what, assets in (("all", None), ("1 % of the assets", few)):
            among = None if assets is None else ids_of(assets)
            mask = ALL if assets is None else AssetSet.from_numpy(assets)
            exact = nearest(rows, asked, among)
            found = [[n.id for n in index.search(query, 10, mask)] for query in asked]
            print(f"  recall@10, {kind}, among {what}: {recall(exact, found):.4f}", flush=True)


def ids_of(assets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ids of the vectors of assets, as `fill` numbers them."""
    first = (np.sort(assets) - 1) * PER_ASSET + 1
    return np.asarray((first[:, None] + np.arange(PER_ASSET)).reshape(-1))


def recall(exact: NDArray[np.int64], found: Sequence[Sequence[int]]) -> float:
    """The share of the ten nearest that were found."""
    return sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True)) / exact.size


def nearest(rows: NDArray[np.float16], asked: Rows, among: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The ids of the ten nearest, by comparing with everything."""
    ids, scores = np.empty((len(asked), 0), np.int64), np.empty((len(asked), 0), np.float32)
    for at in range(0, len(rows), BLOCK):
        block = (
            np.arange(at + 1, at + BLOCK + 1)
            if among is None
            else among[(among > at) & (among <= at + BLOCK)]
        )
        ids = np.concatenate([ids, np.tile(block, (len(asked), 1))], axis=1)
        scores = np.concatenate([scores, asked @ rows[block - 1].astype(np.float32).T], axis=1)
        best = np.argpartition(-scores, 9, axis=1)[:, :10]
        ids, scores = np.take_along_axis(ids, best, 1), np.take_along_axis(scores, best, 1)
    return ids


def timings(
    index: FaissVectors, storage: AutoStorage, rows: NDArray[np.float16], queries: dict[str, Rows]
) -> None:
    """Milliseconds a query, contenders in turn."""
    import faiss

    raw = faiss.index_factory(DIMENSION, "RaBitQ", faiss.METRIC_INNER_PRODUCT)
    raw.train(rows[:BLOCK].astype(np.float32))
    for at in range(0, COUNT, BLOCK):
        raw.add(rows[at : at + BLOCK].astype(np.float32))
    exact = faiss.IndexScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    exact.codes.resize(rows.nbytes)
    faiss.rev_swig_ptr(exact.codes.data(), rows.nbytes).view(np.float16)[:] = rows.reshape(-1)
    exact.ntotal = COUNT
    options = faiss.RaBitQSearchParameters(qb=4)

    def raw_search(query: Rows) -> Any:
        positions = raw.search(query[None], RERANK, params=options)[1][0]
        scores = rows[positions].astype(np.float32) @ query
        return positions[np.argsort(-scores)[:10]]

    contenders: dict[str, Callable[[Rows], Any]] = {
        "raw FAISS, RaBitQ and a re-rank": raw_search,
        "raw FAISS, exact float16": lambda query: exact.search(query[None], 10),
        "dampipe, the index": lambda query: index.search(query, 10),
        "dampipe, moments and catalogue": lambda query: storage.search_vector(MODEL, query, 10),
    }
    for kind, asked in queries.items():
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(ROUNDS + 1):
            for name, search in contenders.items():
                # Neither raw index shares one query among threads; a second one only waits.
                faiss.omp_set_num_threads(1)
                began = time.perf_counter()
                for query in asked[:50]:
                    search(query)
                if number:
                    taken[name].append((time.perf_counter() - began) / 50 * 1000)
        print(f"\n{kind} queries, ms each, two cores")
        first = next(iter(taken.values()))
        for name, values in taken.items():
            ratio = statistics.median(a / b for a, b in zip(values, first, strict=True))
            spread = f"{min(values):.2f}-{max(values):.2f}"
            print(f"  {name:<34} {statistics.median(values):7.2f} ({spread})  {ratio:5.2f} of the first")


def resident() -> float:
    """MiB in memory now, mapped files included."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def peak() -> float:
    """The most there was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
