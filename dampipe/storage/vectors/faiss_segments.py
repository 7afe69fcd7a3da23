"""A segment of a FAISS index: immutable float16 rows, and in large libraries codes for fast estimates.

Estimates are FAISS's RaBitQ (Gao and Long, "RaBitQ", SIGMOD 2024): one bit per dimension, some four times faster
to scan than the rows, 15 times smaller, no training beyond a mean. The best estimates are reranked by the rows.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.asset_set import AssetSet
from dampipe.storage.vectors.base import OwnerNumbers, VectorIds, VectorRows
from dampipe.storage.vectors.faiss_files import (
    CorruptIndex,
    FileEntry,
    faiss,
    load_index,
    load_numbers,
    verify,
    write_index,
    write_numbers,
)
from dampipe.storage.vectors.faiss_manifest import SegmentEntry
from dampipe.storage.vectors.masks import Mask

SEALED_SIZE = 8192
"""An `add` rewrites the last segment until it holds this many vectors."""
MERGE_FACTOR = 4
"""This many segments of about the same size are merged, so each vector is written log4(n) times."""
MAX_SIZE = 524_288
"""Vectors in a segment at most: bounds the memory of a merge, and lets several cores share a search."""
BLOCK = 65_536
"""Rows converted at a time while codes are made."""
QUERY_BITS = 4
"""Bits per number of the query in an estimate. With 6 and 8, recall was the same at twice the time; with 2, it fell."""
EXACT_DIVISOR = 50
"""A mask of less than a fiftieth of a segment is scanned exactly, which is as fast as estimates and misses nothing."""
MASKS = 16
"""Masks whose bits are kept per segment: 64 kB each for half a million vectors."""

Bits: TypeAlias = NDArray[np.uint8]
"""One bit per position, the lowest first."""


class Rows(NamedTuple):
    """Ids, ascending, and float16 rows and owners in the same order; None: the owners are not known."""

    ids: VectorIds
    values: NDArray[np.float16]
    owners: OwnerNumbers | None


class Candidates(NamedTuple):
    """The result of a search in one segment. Scores are estimates if `estimated`."""

    segment: "Segment"
    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    estimated: bool


class SegmentFiles:
    """The open files of a segment. Raises `CorruptIndex`."""

    def __init__(self, folder: Path, entry: SegmentEntry, dimension: int) -> None:
        # The arrays point into the memory that `_owner` maps.
        self._owner = load_index(folder, entry.rows)
        self.exact = faiss().downcast_index(self._owner.index)
        if self.exact.d != dimension or self.exact.code_size != 2 * dimension:
            raise CorruptIndex(f"{entry.rows.file} holds vectors of another dimension")
        self.ids: VectorIds = faiss().vector_to_array(self._owner.id_map)
        codes = self.exact.codes
        self.rows: NDArray[np.float16] = (
            faiss().rev_swig_ptr(codes.data(), codes.size()).view(np.float16).reshape(-1, dimension)
        )
        self.codes = load_index(folder, entry.codes) if entry.codes else None
        self.owners: OwnerNumbers | None = load_numbers(folder, entry.owners) if entry.owners else None
        if self.owners is not None and len(self.owners) != len(self.ids):
            raise CorruptIndex(f"{entry.rows.file} has another number of owners")
        self._lock = threading.Lock()
        self._bits: OrderedDict[AssetSet, Bits] = OrderedDict()
        """The bits of the masks that were used last."""

    def bits(self, mask: Mask) -> Bits:
        """The positions that a mask selects, removed ones included. The segment must have owners."""
        assert self.owners is not None
        with self._lock:
            bits = self._bits.get(mask.owners)
            if bits is not None:
                self._bits.move_to_end(mask.owners)
                return bits
        bits = np.packbits(mask.selects(self.owners), bitorder="little")
        with self._lock:
            self._bits[mask.owners] = bits
            while len(self._bits) > MASKS:
                self._bits.popitem(last=False)
        return bits


class Segment:
    """The vectors of a segment that are not removed. Immutable, so searches need no lock."""

    def __init__(self, entry: SegmentEntry, files: SegmentFiles, removed: VectorIds) -> None:
        self.entry = entry
        self.files = files
        self.removed = removed
        self.live: NDArray[np.bool_] | None = None
        self._live_bits: Bits | None = None
        if len(removed):
            self.live = ~np.isin(files.ids, removed)
            self._live_bits = np.packbits(self.live, bitorder="little")

    def selection(self, mask: Mask | None) -> tuple[Bits | None, int]:
        """The searchable positions as bits (None: all) and their number."""
        bits, total = self._live_bits, len(self.files.ids)
        if mask is not None:
            masked = self.files.bits(mask)
            bits = masked if bits is None else masked & bits
        if bits is None:
            return None, total
        selected = int(np.bitwise_count(bits).sum(dtype=np.int64))
        return (None if selected == total else bits), selected

    def search(self, row: VectorRows, count: int, rerank: int, mask: Mask | None) -> Candidates | None:
        """The `count` nearest; or the `rerank` best estimates, if `rerank` is not 0 and the segment has codes."""
        bits, selected = self.selection(mask)
        if not selected:
            return None
        codes = self.files.codes if rerank > 0 and selected * EXACT_DIVISOR >= len(self.files.ids) else None
        estimated = codes is not None
        index: Any = self.files.exact if codes is None else codes
        # FAISS keeps raw pointers: bits and selector must outlive the search.
        selector = None if bits is None else faiss().IDSelectorBitmap(bits)
        kind = faiss().RaBitQSearchParameters if estimated else faiss().SearchParameters
        options = kind(sel=selector)
        if estimated:
            options.qb = QUERY_BITS
        scores, positions = index.search(row, min(rerank if estimated else count, selected), params=options)
        found = positions[0] >= 0  # FAISS pads with -1 if it finds fewer
        return Candidates(self, positions[0][found], scores[0][found], estimated)

    def scores(self, row: VectorRows, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """The exact scores of these positions."""
        scores: NDArray[np.float32] = self.files.rows[positions].astype(np.float32) @ row[0]
        return scores

    def live_rows(self) -> Rows:
        """The ids and rows that are not removed."""
        ids, rows, owners = self.files.ids, self.files.rows, self.files.owners
        if self.live is None:
            return Rows(ids, rows, owners)
        return Rows(ids[self.live], rows[self.live], None if owners is None else owners[self.live])


def open_segment(folder: Path, entry: SegmentEntry, dimension: int, known: Sequence[Segment]) -> Segment:
    """Open a segment, reusing the files of `known` segments if they are the same. Raises `CorruptIndex`."""
    open_files = {_files_of(segment.entry): segment.files for segment in known}
    files = open_files.get(_files_of(entry)) or SegmentFiles(folder, entry, dimension)
    removed = load_numbers(folder, entry.removed) if entry.removed else np.empty(0, np.int64)
    return Segment(entry, files, removed)


def _files_of(entry: SegmentEntry) -> tuple[str, FileEntry | None, FileEntry | None]:
    """What SegmentFiles reads of an entry."""
    return entry.rows.file, entry.codes, entry.owners


def ranked(
    row: VectorRows, candidates: Sequence[Candidates], rerank: int
) -> Iterator[tuple[SegmentFiles, NDArray[np.int64], VectorRows]]:
    """The positions per segment with exact scores. Of estimates, only the `rerank` best of all segments are kept."""
    estimates = np.concatenate([np.empty(0, np.float32), *(c.scores for c in candidates if c.estimated)])
    least = np.partition(estimates, -rerank)[-rerank] if len(estimates) > rerank else -np.inf
    for segment, positions, scores, estimated in candidates:
        if estimated:
            positions = positions[scores >= least]
            scores = segment.scores(row, positions)
        yield segment.files, positions, scores


def merge_count(counts: Sequence[int], new: int) -> int:
    """How many of the last segments to merge with `new` vectors. counts: the number of vectors of each segment.

    >>> merge_count([100_000, 5000], 10), merge_count([100_000, 9000], 10)
    (1, 0)
    >>> merge_count([9000, 9000, 9000], 9000), merge_count([524_288, 200_000], 300_000)
    (3, 0)
    """
    taken, total = 0, new
    if counts and counts[-1] < SEALED_SIZE:
        taken, total = 1, new + counts[-1]
    while True:
        run, size = 0, 0
        for count in reversed(counts[: len(counts) - taken]):
            if _tier(count) > _tier(total) or count * 2 > MAX_SIZE or total + size + count > MAX_SIZE:
                break
            run, size = run + 1, size + count
        if run < MERGE_FACTOR - 1:
            return taken
        taken, total = taken + run, total + size


def _tier(count: int) -> int:
    tier = 0
    while count >= SEALED_SIZE * MERGE_FACTOR:
        count, tier = count // MERGE_FACTOR, tier + 1
    return tier


def write_segment(folder: Path, parts: Sequence[Rows], dimension: int) -> SegmentEntry:
    """Write the rows and the owners of a segment. Ids ascend from part to part."""
    rows = _write_rows(folder, parts, dimension)
    known = [part.owners for part in parts if part.owners is not None]
    # Without the owners of a part, those of all are assigned later.
    owners = write_numbers(folder, "owners", np.concatenate(known)) if len(known) == len(parts) else None
    return SegmentEntry(rows=rows, owners=owners)


def _write_rows(folder: Path, parts: Sequence[Rows], dimension: int) -> FileEntry:
    total = sum(len(part.ids) for part in parts)
    exact = faiss().IndexScalarQuantizer(
        dimension, faiss().ScalarQuantizer.QT_fp16, faiss().METRIC_INNER_PRODUCT
    )
    index = faiss().IndexIDMap(exact)
    # Allocated once, then filled: growing in steps would need twice the memory.
    exact.codes.resize(total * exact.code_size)
    target = faiss().rev_swig_ptr(exact.codes.data(), exact.codes.size()).view(np.float16)
    np.concatenate([part.values.reshape(-1) for part in parts], out=target)
    exact.ntotal = total
    faiss().copy_array_to_vector(np.concatenate([part.ids for part in parts]), index.id_map)
    index.ntotal = total
    return write_index(folder, "rows", index)


def write_codes(folder: Path, rows: FileEntry, dimension: int) -> FileEntry:
    """Compute and write the codes of a rows file (10 CPU seconds per million at 512 dimensions)."""
    verify(folder, rows)
    files = SegmentFiles(
        folder, SegmentEntry(rows=rows), dimension
    )  # must outlive `values`, which point into it
    values = files.rows
    codes: Any = faiss().index_factory(dimension, "RaBitQ", faiss().METRIC_INNER_PRODUCT)
    sample = values[:: max(1, len(values) // BLOCK)]
    codes.train(sample.astype(np.float32))
    for start in range(0, len(values), BLOCK):
        codes.add(values[start : start + BLOCK].astype(np.float32))
    return write_index(folder, "codes", codes)
