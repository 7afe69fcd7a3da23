"""The vector index on disk: immutable segments, and the manifest that names them.

    folder/
      manifest.json           which files count, their checksums, the watermark
      rows-<checksum>.faiss   a segment: ids and float16 rows; mapped, never changed
      codes-<checksum>.faiss  its codes, where the library is large
      removed-<checksum>.npy  which of its ids no longer count
      next/                   a new index that is being built beside this one
      lock, next.lock         held by whoever writes, and by whoever builds

Up to `exact_up_to` vectors everything is scanned exactly (33 ms per million of 512 dimensions); beyond, codes give
estimates and the best `rerank` of them are ranked again by the rows. Every file is written beside its name,
fsynced and renamed; the manifest comes last, so a reader or a killed writer leaves either the old index or the
new one. An `add` rewrites the last small segment only; segments of a size are merged, and sealed when large.
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

from dampipe.storage.vectors.base import IndexFacts, Neighbour, VectorIds, VectorRows, VectorsConfig
from dampipe.storage.vectors.faiss_files import faiss, translated, verify, write_ids
from dampipe.storage.vectors.faiss_folder import IndexFolder, View
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
    write_rows,
)
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows

EXACT_UP_TO = 200_000
RERANK = 1000
SHARE = 8
"""Ids removed from a segment are only noted until they are more than an eighth of it."""
SIDE_BY_SIDE = 100_000
"""Vectors from which on the segments of an index are searched on several cores."""


class FaissConfig(VectorsConfig):
    """What `get_storage_backend("faiss", …)` takes."""

    folder: Path
    exact_up_to: int = Field(EXACT_UP_TO, ge=0)
    rerank: int = Field(RERANK, ge=1)
    gpu: bool = True
    """Whether a GPU may search, where the installed FAISS can use one."""


class FaissVectors:
    """Vectors of one model in a folder of its own.

    exact_up_to: beyond so many vectors codes give estimates. rerank: so many of them are ranked exactly.
    gpu: copies that search instead of codes, as far as they are made; None: none are.
    Damage and errors are the folder's (`IndexFolder`).
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        name: str = "",
        *,
        exact_up_to: int = EXACT_UP_TO,
        rerank: int = RERANK,
        gpu: GpuCopies | None = None,
    ) -> None:
        self._folder = IndexFolder(Path(folder), dimension, name)
        self._dimension = dimension
        self._exact_up_to = exact_up_to
        self._rerank = rerank
        self._gpu = gpu

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `folder`, `dimension`, `name`, `exact_up_to`, `rerank`, `gpu`."""
        wanted = FaissConfig.model_validate(config)
        return cls(
            wanted.folder,
            wanted.dimension,
            wanted.name,
            exact_up_to=wanted.exact_up_to,
            rerank=wanted.rerank,
            gpu=GpuCopies() if wanted.gpu else None,
        )

    @property
    def watermark(self) -> int:
        return self._folder.fresh().manifest.watermark

    def __len__(self) -> int:
        return self._folder.fresh().manifest.live

    def ids(self) -> VectorIds:
        held = [segment.kept().ids for segment in self._folder.fresh().segments]
        return np.concatenate([np.empty(0, np.int64), *held])

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        view = self._folder.fresh()
        if count < 1 or not view.segments:
            return []
        wanted = None if among is None else np.unique(np.asarray(among, np.int64))
        rerank = max(self._rerank, 4 * count) if self._estimates(view.manifest.live) else 0

        # A GPU cannot be told to look among some only.
        gpu = self._gpu if rerank and wanted is None else None
        if gpu is not None:
            gpu.follow(view.segments)

        def look(segment: Segment) -> Candidates | None:
            found = gpu.search(segment, row, count) if gpu is not None else None
            return found or segment.search(row, count, rerank, wanted)

        large = len(view.segments) > 1 and view.manifest.live > SIDE_BY_SIDE
        parts = [p for p in (self._pool.map if large else map)(look, view.segments) if p is not None]
        found: list[Neighbour] = []
        for part, positions, scores in ranked(row, parts, rerank):
            found += map(Neighbour, part.ids[positions].tolist(), scores.tolist())
        return sorted(found, key=lambda n: (-n.score, n.id))[:count]

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        """Rewrites the last segment while it is small; now and then merges some."""
        with self._folder.writer() as view:
            ids, rows = checked_rows(ids, rows, self._dimension, above=view.manifest.watermark)
            if len(ids):
                segments = self._appended(self._folder.path, view.manifest.segments, view.segments, ids, rows)
                self._commit(view, segments, int(ids[-1]))

    def remove(self, ids: VectorIds) -> None:
        """Ids are only noted until they are many."""
        gone = np.unique(np.asarray(ids, np.int64))
        with self._folder.writer() as view:
            segments = [self._without(segment, gone) for segment in view.segments]
            if segments != list(view.manifest.segments):
                self._commit(view, [segment for segment in segments if segment], view.manifest.watermark)

    def clear(self) -> None:
        with self._folder.writer() as view:
            self._commit(view, (), 0)

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        """Builds in the folder `next`; others may go on writing here until the last moment."""
        following = self._folder.path / "next"
        with self._folder.locked("next.lock"):
            shutil.rmtree(following, ignore_errors=True)
            following.mkdir()
            segments: Sequence[SegmentEntry] = ()
            opened: Sequence[Segment] = ()
            watermark = 0
            for ids, rows in checked_batches(batches, self._dimension):
                with translated(self._folder.path):
                    opened = [open_segment(following, entry, self._dimension, opened) for entry in segments]
                    segments = self._appended(following, segments, opened, ids, rows)
                watermark = int(ids[-1])
            with translated(self._folder.path):
                segments = self._with_codes(following, segments)
            with self._folder.writer() as view:
                for entry in (file for segment in segments for file in segment.files):
                    (following / entry.file).replace(self._folder.path / entry.file)
                self._commit(view, segments, watermark)
            shutil.rmtree(following, ignore_errors=True)

    def damage(self, thorough: bool = True) -> list[str]:
        return self._folder.damage(thorough)

    def facts(self) -> IndexFacts:
        manifest = self._folder.fresh().manifest
        parts = len(manifest.segments)
        how = (
            f"estimates by RaBitQ codes, the best {self._rerank} ranked exactly"
            if self._estimates(manifest.live)
            else f"exact scan of float16 rows (up to {self._exact_up_to:,} vectors)"
        )
        size = sum(entry.bytes for entry in manifest.files)
        told = self._gpu.told() if self._gpu is not None and self._estimates(manifest.live) else ""
        kind = f"FAISS, {how}; {parts} segment{'s' * (parts != 1)}{'; ' * bool(told)}{told}"
        return IndexFacts(kind, manifest.live, size)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        # Each thread tells OpenMP once that it works alone.
        return ThreadPoolExecutor(min(8, os.cpu_count() or 1), "faiss", initializer=faiss)

    def _estimates(self, live: int) -> bool:
        return live > self._exact_up_to

    def _appended(
        self,
        folder: Path,
        entries: Sequence[SegmentEntry],
        segments: Sequence[Segment],
        ids: VectorIds,
        rows: VectorRows,
    ) -> list[SegmentEntry]:
        """The segments with these rows at their end."""
        merged = merge_count([entry.live for entry in entries], len(ids))
        kept, last = entries[: len(entries) - merged], segments[len(segments) - merged :]
        for segment in last:
            verify(folder, segment.entry.rows)
        parts = [*(segment.kept() for segment in last), Rows(ids, rows.astype(np.float16))]
        return [*kept, SegmentEntry(rows=write_rows(folder, parts, self._dimension))]

    def _without(self, segment: Segment, gone: VectorIds) -> SegmentEntry | None:
        """The segment without these ids; None if nothing is left."""
        part, entry = segment.part, segment.entry
        removed = np.union1d(segment.removed, part.ids[np.isin(part.ids, gone)])
        if len(removed) == len(segment.removed):
            return entry
        if len(removed) == len(part.ids):
            return None
        if len(removed) * SHARE > len(part.ids):
            verify(self._folder.path, entry.rows)
            left = Segment(entry, part, removed).kept()
            return SegmentEntry(rows=write_rows(self._folder.path, [left], self._dimension))
        return entry.model_copy(update={"removed": write_ids(self._folder.path, "removed", removed)})

    def _with_codes(self, folder: Path, segments: Sequence[SegmentEntry]) -> list[SegmentEntry]:
        """With codes for whatever is large, where the library is."""
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
