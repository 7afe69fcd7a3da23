"""A million vectors for viewers who may see 1, 50 and 99 % of the assets, against who may see all; recall, memory.

Ten thousand clips of a hundred frames. Neighbours in the catalogue show the same scenes, as the clips of a day do. What
a viewer may see is scattered over the library, or together: the days from one to another.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.features.search.filters import Visible
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.storage.auto import AutoStorage
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.vision.base import Vectors
from dampipe.vision.fake import FakeEmbedder
from tests.bench.vectors import (
    ASSETS,
    BLOCK,
    COUNT,
    DIMENSION,
    MODEL,
    PER_ASSET,
    Rows,
    Space,
    fill,
    ids_of,
    nearest,
    recall,
    resident,
)
from tests.support.searching import search_services

SHARES = (0.01, 0.5, 0.99)
QUERIES = 100
ROUNDS = 9
PER_ROUND = 20
GOAL_TIME, GOAL_RECALL = 1.5, 0.95


class SpaceEmbedder(FakeEmbedder):
    """Any text is the next words of the space."""

    def __init__(self, space: Space) -> None:
        super().__init__()
        self._space = space

    @property
    def fingerprint(self) -> str:
        return MODEL

    def words(self, texts: list[str]) -> Vectors:
        return self._space.words(len(texts))


def main() -> None:
    """Print everything."""
    space = Space()
    with tempfile.TemporaryDirectory(prefix="dampipe-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        rows = np.lib.format.open_memmap(
            folder / "rows.npy", mode="w+", dtype=np.float16, shape=(COUNT, DIMENSION)
        )
        for at in range(0, COUNT, BLOCK):
            assets = np.arange(at, at + BLOCK) // PER_ASSET
            rows[at : at + BLOCK] = space.pictures(BLOCK, assets * len(space.scenes) // ASSETS)
        queries = {"image-like": space.pictures(QUERIES), "text-like": space.words(QUERIES)}
        catalog = fill(folder / "catalogue.sqlite", rows)
        index = FaissVectors(folder / "index", DIMENSION, MODEL)
        storage = AutoStorage(catalog, lambda model, dimension: index)
        storage.rebuild_index(MODEL)
        search = search_services(catalog, storage, lambda: SpaceEmbedder(space)).get(SearchService)
        viewers: Viewers = {"everyone": None} | {
            f"{share:.0%} {how}": assets for share in SHARES for how, assets in chosen(space, share).items()
        }
        recalls(index, rows, queries, viewers)
        first_time(index, queries["image-like"], viewers)
        for kind, asked in queries.items():
            report(f"the index, {kind} queries", in_turn(asked, index_searches(index, viewers)))
            report(
                f"moments and catalogue, {kind} queries",
                in_turn(asked, moment_searches(storage, viewers)),
            )
        words = [f"query {number}" for number in range(PER_ROUND)]
        report("a page of 24 hits, words and filters resolved", in_turn(words, pages(search, viewers)))
        catalog.close()


def chosen(space: Space, share: float) -> dict[str, NDArray[np.int64]]:
    """The numbers of assets that a viewer may see."""
    count, first = int(ASSETS * share), int(ASSETS * (1 - share) / 3)
    return {
        "scattered": np.sort(space.rng.choice(ASSETS, count, replace=False)) + 1,
        "together": np.arange(first, first + count) + 1,
    }


Viewers = dict[str, NDArray[np.int64] | None]


def mask_of(assets: NDArray[np.int64] | None) -> Selection:
    """A new set each time, as every request resolves its rights."""
    return ALL if assets is None else AssetSet.from_numpy(assets)


def recalls(
    index: FaissVectors, rows: NDArray[np.float16], queries: dict[str, Rows], viewers: Viewers
) -> None:
    """recall@10 against the exact answer among what a viewer may see."""
    print(f"\nrecall@10, {QUERIES} queries each; the goal is {GOAL_RECALL}")
    for viewer, assets in viewers.items():
        shares = []
        for kind, asked in queries.items():
            exact = nearest(rows, asked, None if assets is None else ids_of(assets))
            found = [[n.id for n in index.search(query, 10, mask_of(assets))] for query in asked]
            shares.append(f"{kind} {recall(exact, found):.4f}")
        print(f"  {viewer:<16} {', '.join(shares)}", flush=True)


def first_time(index: FaissVectors, asked: Rows, viewers: Viewers) -> None:
    """What the first search with a mask takes more than the next, and the memory of its bits."""
    added, before = [], resident()
    for number in range(40):
        mask = AssetSet(np.flatnonzero(np.random.default_rng(number).random(ASSETS) < 0.5) + 1)
        times = []
        for query in asked[:4]:
            began = time.perf_counter()
            index.search(query, 10, mask)
            times.append((time.perf_counter() - began) * 1000)
        added.append(times[0] - statistics.median(times[1:]))
    print(
        f"\nthe first search with a mask: +{statistics.median(added):.1f} ms (median of 40 masks);", end=" "
    )
    owners = sum(
        s.files.owners.nbytes for s in index._folder.current().segments if s.files.owners is not None
    )
    bits = sum(b.nbytes for s in index._folder.current().segments for b in s.files._bits.values())
    print(f"owners {owners / 2**20:.1f} MiB, bits kept {bits / 2**20:.1f} MiB,", end=" ")
    print(f"resident +{resident() - before:.0f} MiB after 40 masks", flush=True)


def index_searches(index: FaissVectors, viewers: Viewers) -> dict[str, Callable[[Rows], object]]:
    def of(assets: NDArray[np.int64] | None) -> Callable[[Rows], object]:
        return lambda query: index.search(query, 10, mask_of(assets))

    return {viewer: of(assets) for viewer, assets in viewers.items()}


def moment_searches(storage: AutoStorage, viewers: Viewers) -> dict[str, Callable[[Rows], object]]:
    def of(assets: NDArray[np.int64] | None) -> Callable[[Rows], object]:
        return lambda query: storage.search_moments(
            MODEL, query, lambda owners: len(owners) >= 10, per_asset=3, mask=mask_of(assets)
        )

    return {viewer: of(assets) for viewer, assets in viewers.items()}


def pages(search: SearchService, viewers: Viewers) -> dict[str, Callable[[str], object]]:
    def of(assets: NDArray[np.int64] | None) -> Callable[[str], object]:
        request = SearchRequest(words="x", only="vision", limit=24)
        return lambda words: search.find(
            LOCAL,
            request.model_copy(update={"words": words}),
            None if assets is None else Visible(AssetSet.from_numpy(assets)),
        )

    return {viewer: of(assets) for viewer, assets in viewers.items()}


def in_turn(asked: object, contenders: dict[str, Callable[..., object]]) -> dict[str, list[float]]:
    """Milliseconds a query by contender, one figure a round; query by query in turn, after a round not counted."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        round_: dict[str, float] = dict.fromkeys(contenders, 0.0)
        for query in asked[:PER_ROUND]:  # type: ignore[index]
            for name, search in contenders.items():
                began = time.perf_counter()
                search(query)
                round_[name] += time.perf_counter() - began
        if number:
            for name, seconds in round_.items():
                taken[name].append(seconds / PER_ROUND * 1000)
    return taken


def report(title: str, taken: dict[str, list[float]]) -> None:
    """Medians of rounds, and of the ratios to everyone within each round."""
    everyone = next(iter(taken.values()))
    print(f"\n{title}: ms each, ratio to everyone (goal {GOAL_TIME} at most)")
    for name, values in taken.items():
        ratio = statistics.median(a / b for a, b in zip(values, everyone, strict=True))
        spread = f"{min(values):.1f}-{max(values):.1f}"
        print(f"  {name:<16} {statistics.median(values):7.1f} ({spread})  {ratio:5.2f}", flush=True)
