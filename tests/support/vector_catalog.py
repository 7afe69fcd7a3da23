"""A catalogue of 30 assets with 4 vectors each, and what tests of its indexes do with it."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.storage.auto import AutoStorage
from dampipe.storage.memory import MemoryStorage
from dampipe.storage.vectors.base import VectorBatch

DIMENSION = 16
ASSETS, PER_ASSET = 30, 4


def sha1(number: int) -> str:
    """The SHA-1 of an asset by its number."""
    return hashlib.sha1(str(number).encode()).hexdigest()


def unit_rows(count: int, seed: int) -> NDArray[np.float32]:
    """Random vectors of length 1."""
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def owned(ids: NDArray[np.int64], rows: NDArray[np.float32], owner: int = 1) -> VectorBatch:
    """Vectors that are all of the same owner, for tests to which owners do not matter."""
    return ids, rows, np.full(len(ids), owner, np.uint32)


def vector_catalog(folder: Path) -> MemoryStorage:
    """A catalogue whose asset `n` has the vectors `unit_rows(4, n)` of model "m" at 0, 1, 2 and 3 s."""
    catalog = MemoryStorage()
    clip = folder / "clip.mp4"
    clip.write_bytes(b"x")
    for number in range(ASSETS):
        catalog.add_video(clip, sha1(number))
        catalog.add_vectors(sha1(number), "m", range(PER_ASSET), unit_rows(PER_ASSET, number))
    return catalog


def finds_all(storage: AutoStorage, catalog: MemoryStorage) -> bool:
    """Whether a search for each stored vector finds its moment."""
    _, rows, _ = catalog.vectors_after("m", 0, 10_000)
    ids = catalog.vector_ids("m", 2**60)
    moments = catalog.moments(ids.tolist())
    hits = [storage.search_vector("m", row, limit=1)[0] for row in rows]
    return [(h.asset, h.time) for h in hits] == [(moments[int(i)].asset, moments[int(i)].time) for i in ids]


def damage_index(folder: Path, damage: str) -> None:
    """Delete the whole index ("delete"), delete its rows ("gone"), or truncate the file of that kind."""
    if damage == "delete":
        for path in folder.iterdir():
            path.unlink()
        return
    [path] = folder.glob("rows*" if damage == "gone" else f"{damage}*")
    half = path.read_bytes()[:50]
    path.unlink()  # a file that is mapped elsewhere must not shrink
    if damage != "gone":
        path.write_bytes(half)
