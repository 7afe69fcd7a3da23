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

import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field

from dampipe.domain.errors import Transient
from dampipe.storage.vectors.base import IndexFacts, Neighbour, VectorIds, VectorRows, VectorsConfig
from dampipe.storage.vectors.faiss_files import (
    SUFFIXES,
    CorruptIndex,
    Manifest,
    SegmentEntry,
    faiss,
    raw_manifest,
    read_manifest,
    translated,
    verify,
    write_ids,
    write_manifest,
)
from dampipe.storage.vectors.faiss_segments import (
    Candidates,
    Part,
    Rows,
    Segment,
    merge_count,
    open_segment,
    write_codes,
    write_rows,
)
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows

log = logging.getLogger(__name__)

EXACT_UP_TO = 200_000
RERANK = 1000
SHARE = 8
"""Ids removed from a segment are only noted until they are more than an eighth of it."""
EAGER = 64 << 20
"""Bytes up to which a file's checksum is verified before it is used; larger ones are checked meanwhile."""
SIDE_BY_SIDE = 100_000
"""Vectors from which on the segments of an index are searched on several cores."""


class FaissConfig(VectorsConfig):
    """What `get_storage_backend("faiss", …)` takes."""

    folder: Path
    exact_up_to: int = Field(EXACT_UP_TO, ge=0)
    rerank: int = Field(RERANK, ge=1)


class _View:
    """One state of the index, never changed once made, so that searches need no lock."""

    def __init__(self, raw: bytes | None, manifest: Manifest, segments: Sequence[Segment]) -> None:
        self.raw = raw
        self.manifest = manifest
        self.segments = segments


class FaissVectors:
    """Vectors of one model in a folder of its own.

    exact_up_to: beyond so many vectors codes give estimates. rerank: so many of them are ranked exactly.
    Damaged files, or of another format, make the index empty, with a warning in the log. Raises
    `Permanent` if the folder holds vectors of another dimension or model, `Transient` if another
    process is writing, `StorageFull` if the disk is full.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        name: str = "",
        *,
        exact_up_to: int = EXACT_UP_TO,
        rerank: int = RERANK,
    ) -> None:
        self._folder = Path(folder)
        self._dimension = dimension
        self._name = name
        self._exact_up_to = exact_up_to
        self._rerank = rerank
        self._loading = threading.Lock()
        self._writing = threading.Lock()
        self._verified: set[str] = set()
        self._view = self._empty(None)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `folder`, `dimension`, `name`, `exact_up_to`, `rerank`."""
        wanted = FaissConfig.model_validate(config)
        return cls(
            wanted.folder,
            wanted.dimension,
            wanted.name,
            exact_up_to=wanted.exact_up_to,
            rerank=wanted.rerank,
        )

    @property
    def watermark(self) -> int:
        return self._fresh().manifest.watermark

    def __len__(self) -> int:
        return self._fresh().manifest.live

    def ids(self) -> VectorIds:
        held = [segment.kept().ids for segment in self._fresh().segments]
        return np.concatenate([np.empty(0, np.int64), *held])

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        view = self._fresh()
        if count < 1 or not view.segments:
            return []
        wanted = None if among is None else np.unique(np.asarray(among, np.int64))
        rerank = max(self._rerank, 4 * count) if self._estimates(view.manifest.live) else 0

        def look(segment: Segment) -> Candidates | None:
            return segment.search(row, count, rerank, wanted)

        large = len(view.segments) > 1 and view.manifest.live > SIDE_BY_SIDE
        parts = [p for p in (self._pool.map if large else map)(look, view.segments) if p is not None]
        found: list[Neighbour] = []
        for part, positions, scores in _exactly(row, parts, rerank):
            found += map(Neighbour, part.ids[positions].tolist(), scores.tolist())
        return sorted(found, key=lambda n: (-n.score, n.id))[:count]

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        """Rewrites the last segment while it is small; now and then merges some."""
        with self._writer() as view:
            ids, rows = checked_rows(ids, rows, self._dimension, above=view.manifest.watermark)
            if len(ids):
                segments = self._appended(self._folder, view.manifest.segments, view.segments, ids, rows)
                self._commit(view, segments, int(ids[-1]))

    def remove(self, ids: VectorIds) -> None:
        """Ids are only noted until they are many."""
        gone = np.unique(np.asarray(ids, np.int64))
        with self._writer() as view:
            segments = [self._without(segment, gone) for segment in view.segments]
            if segments != list(view.manifest.segments):
                self._commit(view, [segment for segment in segments if segment], view.manifest.watermark)

    def clear(self) -> None:
        with self._writer() as view:
            self._commit(view, (), 0)

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        """Builds in the folder `next`; others may go on writing here until the last moment."""
        following = self._folder / "next"
        with self._locked("next.lock"):
            shutil.rmtree(following, ignore_errors=True)
            following.mkdir()
            segments: Sequence[SegmentEntry] = ()
            opened: Sequence[Segment] = ()
            watermark = 0
            for ids, rows in checked_batches(batches, self._dimension):
                with translated(self._folder):
                    opened = [open_segment(following, entry, self._dimension, opened) for entry in segments]
                    segments = self._appended(following, segments, opened, ids, rows)
                watermark = int(ids[-1])
            with translated(self._folder):
                segments = self._with_codes(following, segments)
            with self._writer() as view:
                for entry in (file for segment in segments for file in segment.files):
                    (following / entry.file).replace(self._folder / entry.file)
                self._commit(view, segments, watermark)
            shutil.rmtree(following, ignore_errors=True)

    def damage(self) -> list[str]:
        raw = raw_manifest(self._folder)
        if raw is None:
            return []
        found = []
        try:
            manifest = read_manifest(raw, self._folder, self._dimension, self._name)
        except CorruptIndex as error:
            return [str(error)]
        for entry in manifest.files:
            try:
                verify(self._folder, entry)
            except CorruptIndex as error:
                found.append(str(error))
        # Whoever writes may have removed what we were about to read.
        return found if raw == raw_manifest(self._folder) else self.damage()

    def facts(self) -> IndexFacts:
        manifest = self._fresh().manifest
        parts = len(manifest.segments)
        how = (
            f"estimates by RaBitQ codes, the best {self._rerank} ranked exactly"
            if self._estimates(manifest.live)
            else f"exact scan of float16 rows (up to {self._exact_up_to:,} vectors)"
        )
        size = sum(entry.bytes for entry in manifest.files)
        return IndexFacts(f"FAISS, {how}; {parts} segment{'s' * (parts != 1)}", manifest.live, size)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        # Each thread tells OpenMP once that it works alone.
        return ThreadPoolExecutor(min(8, os.cpu_count() or 1), "faiss", initializer=faiss)

    def _estimates(self, live: int) -> bool:
        return live > self._exact_up_to

    def _fresh(self) -> _View:
        """The state on disk now; loads only the files that changed."""
        raw = raw_manifest(self._folder)
        if raw == self._view.raw:
            return self._view
        with self._loading:
            # Whoever writes may remove a file between our reading its name and opening it.
            for _ in range(5):
                raw = raw_manifest(self._folder)
                if raw == self._view.raw:
                    return self._view
                try:
                    view = self._load(raw)
                except CorruptIndex as error:
                    if raw != raw_manifest(self._folder):
                        continue
                    view = self._damaged(raw, error)
                self._view = view
                return view
        raise Transient(f"the vector index in {self._folder} keeps changing", delay=1.0)

    def _load(self, raw: bytes | None) -> _View:
        if raw is None:
            return self._empty(None)
        manifest = read_manifest(raw, self._folder, self._dimension, self._name)
        large = []
        for entry in manifest.files:
            if entry.sha256 in self._verified:
                continue
            if entry.bytes > EAGER:
                large.append(entry)
            else:
                verify(self._folder, entry)
        self._verified = {entry.sha256 for entry in manifest.files}
        known = self._view.segments
        view = _View(
            raw,
            manifest,
            [open_segment(self._folder, entry, self._dimension, known) for entry in manifest.segments],
        )
        if large:

            def check() -> None:
                try:
                    for entry in large:
                        verify(self._folder, entry)
                except CorruptIndex as error:
                    with self._loading:
                        if self._view is view and raw == raw_manifest(self._folder):
                            self._view = self._damaged(raw, error)

            threading.Thread(target=check, name="verify", daemon=True).start()
        return view

    def _damaged(self, raw: bytes | None, why: CorruptIndex) -> _View:
        log.warning("the vector index in %s is damaged and will be rebuilt: %s", self._folder, why)
        return self._empty(raw)

    def _empty(self, raw: bytes | None) -> _View:
        return _View(raw, Manifest(dimension=self._dimension, name=self._name), ())

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / name).open("ab")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                # A merge of half a million vectors takes some seconds.
                raise Transient(
                    f"another process is writing the vector index in {self._folder}", delay=15.0
                ) from error
            yield

    @contextmanager
    def _writer(self) -> Iterator[_View]:
        """The state on disk, with the sole right to change it."""
        with self._writing, self._locked("lock"), translated(self._folder):
            view = self._fresh()
            try:
                yield view
            except CorruptIndex as error:
                # Damaged since it was loaded. What we hold is no longer to be trusted either.
                self._view = self._damaged(self._view.raw, error)
                raise Transient(f"the vector index in {self._folder} is damaged: {error}") from error

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
            verify(self._folder, entry.rows)
            left = Segment(entry, part, removed).kept()
            return SegmentEntry(rows=write_rows(self._folder, [left], self._dimension))
        return entry.model_copy(update={"removed": write_ids(self._folder, "removed", removed)})

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

    def _commit(self, view: _View, segments: Sequence[SegmentEntry], watermark: int) -> None:
        """Make these segments the index, then tidy up."""
        final = view.manifest.model_copy(
            update={"segments": tuple(self._with_codes(self._folder, segments)), "watermark": watermark}
        )
        write_manifest(self._folder, final)
        wanted = {"manifest.json", *(entry.file for entry in final.files)}
        for path in self._folder.iterdir():
            if path.name not in wanted and path.name.endswith(SUFFIXES):
                path.unlink(missing_ok=True)


def _exactly(
    row: VectorRows, parts: Sequence[Candidates], rerank: int
) -> Iterator[tuple[Part, "np.ndarray[tuple[int], np.dtype[np.int64]]", VectorRows]]:
    """Positions with their exact scores: of what was estimated, only the `rerank` best of all segments."""
    estimates = [part.scores for part in parts if part.estimated]
    together = np.concatenate([np.empty(0, np.float32), *estimates])
    least = np.partition(together, -rerank)[-rerank] if len(together) > rerank else -np.inf
    for segment, positions, scores, estimated in parts:
        if estimated:
            positions = positions[scores >= least]
            scores = segment.scores(row, positions)
        yield segment.part, positions, scores
