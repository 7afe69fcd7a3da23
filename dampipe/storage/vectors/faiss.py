"""The vector index on disk: immutable segments, and the manifest that names them.

    folder/
      manifest.json           the files of the index, their checksums, the watermark
      rows-<checksum>.faiss   a segment: ids and float16 rows; memory-mapped, immutable
      codes-<checksum>.faiss  the codes of a segment, in a large library
      removed-<checksum>.npy  the removed ids of a segment
      owners-<checksum>.npy   the owners of the rows of a segment, 4 bytes each; read into memory
      next/                   a new index while it is built
      lock, next.lock         held by the writer, and by the builder of a new index

Up to `exact_up_to` vectors, all are scanned exactly (33 ms per million of 512 dimensions). Beyond that, codes give
estimates, and the best `rerank` of them are reranked by the rows. Every file is written under a temporary name, fsynced
and renamed, the manifest last. So a reader sees the old index or the new one, and a killed writer leaves one of the two.
An `add` rewrites only the last small segment; segments of the same size are merged, large ones are sealed.

A mask becomes one bit per row by looking up the owner of each (a millisecond per million), which FAISS reads during the
scan. The bits of the masks used last are kept.
"""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field

from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.errors import Unavailable
from dampipe.storage.vectors.base import (
    IndexFacts,
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorsConfig,
)
from dampipe.storage.vectors.errors import INDEX_LACKS_OWNERS
from dampipe.storage.vectors.faiss_files import faiss, translate_errors, verify, write_numbers
from dampipe.storage.vectors.faiss_folder import VERIFY_FIRST_UP_TO, IndexFolder, View
from dampipe.storage.vectors.faiss_gpu import GpuCopies
from dampipe.storage.vectors.faiss_manifest import SegmentEntry
from dampipe.storage.vectors.faiss_segments import (
    Candidates,
    Rows,
    Segment,
    merge_count,
    open_segment,
    ranked,
    write_codes,
    write_segment,
)
from dampipe.storage.vectors.masks import Mask
from dampipe.storage.vectors.shapes import checked_batches, checked_owners, checked_query, checked_rows

EXACT_UP_TO = 200_000
RERANK = 1000
REMOVED_DIVISOR = 8
"""A segment is rewritten when more than an eighth of its ids are removed; until then they are listed in a file."""
PARALLEL_FROM = 100_000
"""Number of vectors from which segments are searched on several cores."""


class FaissConfig(VectorsConfig):
    """Configuration of `get_storage_backend("faiss", …, "vectors")`."""

    folder: Path
    exact_up_to: int = Field(EXACT_UP_TO, ge=0)
    rerank: int = Field(RERANK, ge=1)
    gpu: bool = True
    """Whether to search on a GPU if the installed FAISS supports it."""


class FaissVectors:
    """Vectors of one model in a folder of its own.

    exact_up_to: number of vectors beyond which codes give estimates. rerank: number of estimates that are reranked
    exactly. gpu: copies on a GPU, searched instead of codes once they exist; None: no GPU. verify_first_up_to: see
    `IndexFolder`, which also describes damage and errors.
    """

    can_mask = True

    def __init__(
        self,
        folder: Path,
        dimension: int,
        name: str = "",
        *,
        exact_up_to: int = EXACT_UP_TO,
        rerank: int = RERANK,
        gpu: GpuCopies | None = None,
        verify_first_up_to: int = VERIFY_FIRST_UP_TO,
    ) -> None:
        self._folder = IndexFolder(Path(folder), dimension, name, verify_first_up_to)
        self._dimension = dimension
        self._exact_up_to = exact_up_to
        self._rerank = rerank
        self._gpu = gpu

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `folder`, `dimension`, `name`, `exact_up_to`, `rerank`, `gpu`."""
        options = FaissConfig.model_validate(config)
        return cls(
            options.folder,
            options.dimension,
            options.name,
            exact_up_to=options.exact_up_to,
            rerank=options.rerank,
            gpu=GpuCopies() if options.gpu else None,
        )

    @property
    def watermark(self) -> int:
        return self._folder.current().manifest.watermark

    def __len__(self) -> int:
        return self._folder.current().manifest.live

    def ids(self) -> VectorIds:
        stored = [segment.live_rows().ids for segment in self._folder.current().segments]
        return np.concatenate([np.empty(0, np.int64), *stored])

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        view = self._folder.current()
        if count < 1 or not view.segments:
            return []
        selected = None if mask is ALL else Mask(mask)
        if selected is not None and any(segment.files.owners is None for segment in view.segments):
            raise Unavailable(INDEX_LACKS_OWNERS, index=str(self._folder.path))
        rerank = max(self._rerank, 4 * count) if self._estimates(view.manifest.live) else 0

        gpu = self._gpu if rerank else None
        if gpu is not None:
            gpu.follow(view.segments)

        def search_segment(segment: Segment) -> Candidates | None:
            found = gpu.search(segment, row, count, selected) if gpu is not None else None
            return found or segment.search(row, count, rerank, selected)

        parallel = len(view.segments) > 1 and view.manifest.live > PARALLEL_FROM
        results = (self._pool.map if parallel else map)(search_segment, view.segments)
        candidates = [result for result in results if result is not None]
        found: list[Neighbour] = []
        for files, positions, scores in ranked(row, candidates, rerank):
            found += map(Neighbour, files.ids[positions].tolist(), scores.tolist())
        return sorted(found, key=lambda n: (-n.score, n.id))[:count]

    @property
    def lacks_owners(self) -> bool:
        return any(entry.owners is None for entry in self._folder.current().manifest.segments)

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        """See VectorStorage. Writes a file for each segment that has none."""
        known, numbers = np.asarray(ids, np.int64), checked_owners(owners)
        with self._folder.writer() as view:
            segments = [self._with_owners(segment, known, numbers) for segment in view.segments]
            if segments != list(view.manifest.segments):
                self._commit(view, segments, view.manifest.watermark)
        return True

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        """See VectorStorage. Rewrites the last segment while it is small, and merges segments at times."""
        with self._folder.writer() as view:
            above = view.manifest.watermark
            batch = checked_rows(ids, rows, owners, self._dimension, above=above)
            if len(batch[0]):
                segments = self._appended(self._folder.path, view.manifest.segments, view.segments, batch)
                self._commit(view, segments, int(batch[0][-1]))

    def remove(self, ids: VectorIds) -> None:
        """See VectorStorage. Removed ids are listed in a file until there are many."""
        removed = np.unique(np.asarray(ids, np.int64))
        with self._folder.writer() as view:
            segments = [self._without(segment, removed) for segment in view.segments]
            if segments != list(view.manifest.segments):
                self._commit(view, [segment for segment in segments if segment], view.manifest.watermark)

    def clear(self) -> None:
        with self._folder.writer() as view:
            self._commit(view, (), 0)

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        """See VectorStorage. Builds in the folder `next`; other processes can write until the final step."""
        next_folder = self._folder.path / "next"
        with self._folder.locked("next.lock"):
            shutil.rmtree(next_folder, ignore_errors=True)
            next_folder.mkdir()
            segments: Sequence[SegmentEntry] = ()
            opened: Sequence[Segment] = ()
            watermark = 0
            for batch in checked_batches(batches, self._dimension):
                with translate_errors(self._folder.path):
                    opened = [open_segment(next_folder, entry, self._dimension, opened) for entry in segments]
                    segments = self._appended(next_folder, segments, opened, batch)
                watermark = int(batch[0][-1])
            with translate_errors(self._folder.path):
                segments = self._with_codes(next_folder, segments)
            with self._folder.writer() as view:
                for entry in (file for segment in segments for file in segment.files):
                    (next_folder / entry.file).replace(self._folder.path / entry.file)
                self._commit(view, segments, watermark)
            shutil.rmtree(next_folder, ignore_errors=True)

    def damage(self, thorough: bool = True) -> list[str]:
        return self._folder.damage(thorough)

    def facts(self) -> IndexFacts:
        manifest = self._folder.current().manifest
        parts = len(manifest.segments)
        how = (
            f"estimates by RaBitQ codes, the best {self._rerank} reranked exactly"
            if self._estimates(manifest.live)
            else f"exact scan of float16 rows (up to {self._exact_up_to:,} vectors)"
        )
        size = sum(entry.bytes for entry in manifest.files)
        gpu = self._gpu.status() if self._gpu is not None and self._estimates(manifest.live) else ""
        kind = f"FAISS, {how}; {parts} segment{'s' * (parts != 1)}{'; ' * bool(gpu)}{gpu}"
        return IndexFacts(kind, manifest.live, size)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        # Each thread limits OpenMP to one thread for itself.
        return ThreadPoolExecutor(min(8, os.cpu_count() or 1), "faiss", initializer=faiss)

    def _estimates(self, live: int) -> bool:
        return live > self._exact_up_to

    def _appended(
        self,
        folder: Path,
        entries: Sequence[SegmentEntry],
        segments: Sequence[Segment],
        batch: VectorBatch,
    ) -> list[SegmentEntry]:
        """The segments with these vectors appended."""
        ids, rows, owners = batch
        merged = merge_count([entry.live for entry in entries], len(ids))
        unchanged, last = entries[: len(entries) - merged], segments[len(segments) - merged :]
        for segment in last:
            verify(folder, segment.entry.rows)
        parts = [*(segment.live_rows() for segment in last), Rows(ids, rows.astype(np.float16), owners)]
        return [*unchanged, write_segment(folder, parts, self._dimension)]

    def _with_owners(self, segment: Segment, ids: VectorIds, owners: OwnerNumbers) -> SegmentEntry:
        """The segment with the owners of its rows; 0 for those that are not among the ids."""
        stored = segment.files.ids
        if segment.entry.owners is not None:
            return segment.entry
        at = np.minimum(np.searchsorted(ids, stored), max(0, len(ids) - 1))
        found = np.zeros(len(stored), np.uint32)
        if len(ids):
            found = np.where(ids[at] == stored, owners[at], found)
        entry = write_numbers(self._folder.path, "owners", found)
        return segment.entry.model_copy(update={"owners": entry})

    def _without(self, segment: Segment, ids: VectorIds) -> SegmentEntry | None:
        """The segment without these ids; None if it becomes empty."""
        files, entry = segment.files, segment.entry
        removed = np.union1d(segment.removed, files.ids[np.isin(files.ids, ids)])
        if len(removed) == len(segment.removed):
            return entry
        if len(removed) == len(files.ids):
            return None
        if len(removed) * REMOVED_DIVISOR > len(files.ids):
            verify(self._folder.path, entry.rows)
            remaining = Segment(entry, files, removed).live_rows()
            return write_segment(self._folder.path, [remaining], self._dimension)
        return entry.model_copy(update={"removed": write_numbers(self._folder.path, "removed", removed)})

    def _with_codes(self, folder: Path, segments: Sequence[SegmentEntry]) -> list[SegmentEntry]:
        """The segments with codes: for large segments, if the library is large."""
        if not self._estimates(sum(segment.live for segment in segments)):
            return list(segments)
        return [
            segment
            if segment.codes or segment.rows.count * 16 < self._exact_up_to
            else segment.model_copy(update={"codes": write_codes(folder, segment.rows, self._dimension)})
            for segment in segments
        ]

    def _commit(self, view: View, segments: Sequence[SegmentEntry], watermark: int) -> None:
        self._folder.commit(view, self._with_codes(self._folder.path, segments), watermark)
