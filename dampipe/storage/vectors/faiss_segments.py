"""One part of the index: float16 rows that never change, and for large libraries codes to estimate from.

Estimates are FAISS's RaBitQ (Gao and Long, "RaBitQ", SIGMOD 2024): one bit a dimension, some four times quicker
to scan than the rows, 15 times smaller, no training beyond a mean. The best of them are ranked again by the rows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dampipe.storage.vectors.base import VectorIds, VectorRows
from dampipe.storage.vectors.faiss_files import (
    CorruptIndex,
    FileEntry,
    faiss,
    load_ids,
    load_index,
    verify,
    write_index,
)
from dampipe.storage.vectors.faiss_manifest import SegmentEntry

SEAL = 8192
"""A segment is written again with what is added until it holds this many vectors."""
FAN = 4
"""So many segments of about the same size become one, so each vector is written log4 times."""
MOST = 524_288
"""No segment grows beyond this: what a merge holds in memory stays bounded, and several cores share a search."""
AT_ONCE = 65_536
"""Rows converted at once while codes are made."""
QUERY_BITS = 4
"""Of the query's numbers in an estimate: with 6 and 8 recall was the same and time twice, with 2 recall fell."""
FEW = 8
"""A restriction to less than an eighth of a segment is scanned exactly: quicker, and nothing is missed."""


class Rows(NamedTuple):
    """Ids, ascending, and float16 rows in the same order."""

    ids: VectorIds
    values: NDArray[np.float16]


class Candidates(NamedTuple):
    """What a search of one segment found: positions and scores, the latter estimates if `estimated`."""

    segment: "Segment"
    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    estimated: bool


class Part:
    """The files of a segment, open. Raises `CorruptIndex`."""

    def __init__(self, folder: Path, entry: SegmentEntry, dimension: int) -> None:
        # The array points into what `_owner` maps.
        self._owner = load_index(folder, entry.rows)
        self.exact = faiss().downcast_index(self._owner.index)
        if self.exact.d != dimension or self.exact.code_size != 2 * dimension:
            raise CorruptIndex(f"{entry.rows.file} holds vectors of another shape")
        self.ids: VectorIds = faiss().vector_to_array(self._owner.id_map)
        codes = self.exact.codes
        self.rows: NDArray[np.float16] = (
            faiss().rev_swig_ptr(codes.data(), codes.size()).view(np.float16).reshape(-1, dimension)
        )
        self.codes = load_index(folder, entry.codes) if entry.codes else None


class Segment:
    """A part without what was removed from it; never changed once made, so searches need no lock."""

    def __init__(self, entry: SegmentEntry, part: Part, removed: VectorIds) -> None:
        self.entry = entry
        self.part = part
        self.removed = removed
        self.alive: NDArray[np.bool_] | None = None
        if len(removed):
            self.alive = ~np.isin(part.ids, removed)

    def selection(self, among: VectorIds | None) -> tuple[NDArray[np.bool_] | None, int]:
        """Which positions may be found (None: all) and how many; `among` ascends without repetition."""
        ids = self.part.ids
        if among is None:
            return self.alive, len(ids) - len(self.removed)
        first, last = np.searchsorted(among, [ids[0], ids[-1] + 1])
        near = among[first:last]
        at = np.searchsorted(ids, near)
        at = at[ids[at] == near]
        mask = np.zeros(len(ids), bool)
        mask[at] = True
        if self.alive is not None:
            mask &= self.alive
        return mask, int(mask.sum())

    def search(self, row: VectorRows, count: int, rerank: int, among: VectorIds | None) -> Candidates | None:
        """The `count` best, or the `rerank` best estimates if `rerank` is not 0 and there are codes."""
        mask, kept = self.selection(among)
        if not kept:
            return None
        codes = self.part.codes if rerank > 0 and kept * FEW >= len(self.part.ids) else None
        estimated = codes is not None
        index: Any = self.part.exact if codes is None else codes
        selector = bits = None
        if mask is not None:
            # FAISS keeps bare pointers: bits and selector must live as long as the search.
            bits = np.packbits(mask, bitorder="little")
            selector = faiss().IDSelectorBitmap(bits)
        kind = faiss().RaBitQSearchParameters if estimated else faiss().SearchParameters
        options = kind(sel=selector)
        if estimated:
            options.qb = QUERY_BITS
        scores, positions = index.search(row, min(rerank if estimated else count, kept), params=options)
        found = positions[0] >= 0  # FAISS fills up with -1 where it finds fewer
        return Candidates(self, positions[0][found], scores[0][found], estimated)

    def scores(self, row: VectorRows, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """The exact scores of these positions."""
        scores: NDArray[np.float32] = self.part.rows[positions].astype(np.float32) @ row[0]
        return scores

    def kept(self) -> Rows:
        """Ids and rows that count."""
        if self.alive is None:
            return Rows(self.part.ids, self.part.rows)
        return Rows(self.part.ids[self.alive], self.part.rows[self.alive])


def open_segment(folder: Path, entry: SegmentEntry, dimension: int, known: Sequence[Segment]) -> Segment:
    """The segment, from those already open where nothing changed. Raises `CorruptIndex`."""
    same = {(one.entry.rows.file, one.entry.codes): one.part for one in known}
    part = same.get((entry.rows.file, entry.codes)) or Part(folder, entry, dimension)
    removed = load_ids(folder, entry.removed) if entry.removed else np.empty(0, np.int64)
    return Segment(entry, part, removed)


def ranked(
    row: VectorRows, parts: Sequence[Candidates], rerank: int
) -> Iterator[tuple[Part, NDArray[np.int64], VectorRows]]:
    """Positions with their exact scores: of what was estimated, only the `rerank` best of all segments."""
    estimates = [part.scores for part in parts if part.estimated]
    together = np.concatenate([np.empty(0, np.float32), *estimates])
    least = np.partition(together, -rerank)[-rerank] if len(together) > rerank else -np.inf
    for segment, positions, scores, estimated in parts:
        if estimated:
            positions = positions[scores >= least]
            scores = segment.scores(row, positions)
        yield segment.part, positions, scores


def merge_count(counts: Sequence[int], new: int) -> int:
    """How many of the last segments, of that many vectors each, become one with `new` more vectors.

    >>> merge_count([100_000, 5000], 10), merge_count([100_000, 9000], 10)
    (1, 0)
    >>> merge_count([9000, 9000, 9000], 9000), merge_count([524_288, 200_000], 300_000)
    (3, 0)
    """
    taken, total = 0, new
    if counts and counts[-1] < SEAL:
        taken, total = 1, new + counts[-1]
    while True:
        run, size = 0, 0
        for count in reversed(counts[: len(counts) - taken]):
            if _tier(count) > _tier(total) or count * 2 > MOST or total + size + count > MOST:
                break
            run, size = run + 1, size + count
        if run < FAN - 1:
            return taken
        taken, total = taken + run, total + size


def _tier(count: int) -> int:
    tier = 0
    while count >= SEAL * FAN:
        count, tier = count // FAN, tier + 1
    return tier


def write_rows(folder: Path, parts: Sequence[Rows], dimension: int) -> FileEntry:
    """Write a segment's rows; the parts' ids ascend from one to the next."""
    total = sum(len(part.ids) for part in parts)
    exact = faiss().IndexScalarQuantizer(
        dimension, faiss().ScalarQuantizer.QT_fp16, faiss().METRIC_INNER_PRODUCT
    )
    index = faiss().IndexIDMap(exact)
    # At once and then filled, for growing step by step would take twice the memory.
    exact.codes.resize(total * exact.code_size)
    target = faiss().rev_swig_ptr(exact.codes.data(), exact.codes.size()).view(np.float16)
    np.concatenate([part.values.reshape(-1) for part in parts], out=target)
    exact.ntotal = total
    faiss().copy_array_to_vector(np.concatenate([part.ids for part in parts]), index.id_map)
    index.ntotal = total
    return write_index(folder, "rows", index)


def write_codes(folder: Path, rows: FileEntry, dimension: int) -> FileEntry:
    """Make and write the codes of a rows file (10 CPU seconds a million at 512 dimensions)."""
    verify(folder, rows)
    part = Part(folder, SegmentEntry(rows=rows), dimension)  # named, for the rows point into it
    values = part.rows
    codes: Any = faiss().index_factory(dimension, "RaBitQ", faiss().METRIC_INNER_PRODUCT)
    sample = values[:: max(1, len(values) // AT_ONCE)]
    codes.train(sample.astype(np.float32))
    for start in range(0, len(values), AT_ONCE):
        codes.add(values[start : start + AT_ONCE].astype(np.float32))
    return write_index(folder, "codes", codes)
