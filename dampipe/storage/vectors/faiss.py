"""The vector index on disk: two FAISS files and the manifest that names them.

    folder/
      manifest.json          which files count, their checksums, the watermark, ids removed from the base
      base-<checksum>.faiss  nearly all vectors; mapped, never changed
      delta-<checksum>.faiss the latest ones; an `add` rewrites only this
      lock                   held by whoever writes

Every file is written beside its name, fsynced and renamed; the manifest comes last, so a reader or a
killed writer leaves either the old index or the new one. Both files are `IDMap2,SQfp16`: an exact scan,
about 33 ms per million vectors of 512. Beyond some 200,000 the base can become `IDMap2,RaBitQ` with a
re-rank from mapped float16 rows (4 times faster): a new `FORMAT`; old folders are then rebuilt.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from dampipe.domain.errors import Transient
from dampipe.storage.vectors.base import Neighbour, VectorIds, VectorRows
from dampipe.storage.vectors.faiss_files import (
    CorruptIndex,
    FileEntry,
    Manifest,
    faiss,
    load_index,
    new_index,
    raw_manifest,
    read_manifest,
    translated,
    write_index,
    write_manifest,
)
from dampipe.storage.vectors.shapes import checked_query, checked_rows

log = logging.getLogger(__name__)

DELTA_LEAST = 4096
"""A delta of up to this many vectors is not worth a merge, however small the base is."""
SHARE = 8
"""The delta, and the ids removed from the base, may each grow to an eighth of the base."""


class FaissConfig(BaseModel):
    """What `get_storage_backend("faiss", …)` takes."""

    model_config = ConfigDict(extra="forbid")

    folder: Path
    dimension: int = Field(gt=0)
    name: str = ""


class _View:
    """One state of the index, never changed once made, so that searches need no lock."""

    def __init__(self, raw: bytes | None, manifest: Manifest, base: Any, delta: Any) -> None:
        self.raw = raw
        self.manifest = manifest
        self.base = base
        self.delta = delta
        self.removed: VectorIds = np.array(manifest.removed, np.int64)
        self.without_removed: Any = None
        if len(self.removed):
            # FAISS keeps bare pointers: the selectors must live as long as the parameters.
            self._batch = faiss().IDSelectorBatch(self.removed)
            self._others = faiss().IDSelectorNot(self._batch)
            self.without_removed = faiss().SearchParameters(sel=self._others)


class FaissVectors:
    """Vectors of one model in a folder of its own.

    Damaged files, or of another format, make the index empty, with a warning in the log. Raises
    `Permanent` if the folder holds vectors of another dimension or model, `Transient` if another
    process is writing, `StorageFull` if the disk is full.
    """

    def __init__(self, folder: Path, dimension: int, name: str = "") -> None:
        self._folder = Path(folder)
        self._dimension = dimension
        self._name = name
        self._loading = threading.Lock()
        self._writing = threading.Lock()
        self._view = self._empty(None)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `folder`, `dimension`, `name`."""
        wanted = FaissConfig.model_validate(config)
        return cls(wanted.folder, wanted.dimension, wanted.name)

    @property
    def watermark(self) -> int:
        return self._fresh().manifest.watermark

    def __len__(self) -> int:
        return self._fresh().manifest.live

    def ids(self) -> VectorIds:
        view = self._fresh()
        parts = [faiss().vector_to_array(i.id_map) for i in (view.base, view.delta) if i is not None]
        stored = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return np.setdiff1d(stored, view.removed)

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        row = checked_query(query, self._dimension)
        view = self._fresh()
        faiss()
        wanted, in_base, in_delta = among, view.without_removed, None
        if wanted is not None:
            wanted = np.setdiff1d(np.asarray(wanted, np.int64), view.removed)
            if not len(wanted):
                return []
            selector = faiss().IDSelectorBatch(wanted)
            in_base = in_delta = faiss().SearchParameters(sel=selector)
        found: list[Neighbour] = []
        for index, options in ((view.base, in_base), (view.delta, in_delta)):
            if index is not None and count > 0:
                scores, ids = index.search(row, min(count, index.ntotal), params=options)
                # FAISS fills up with id -1 where it finds fewer.
                found += [
                    Neighbour(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0
                ]
        return sorted(found, key=lambda n: (-n.score, n.id))[:count]

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        """Rewrites the delta; every now and then merges it into a new base."""
        with self._writer() as view:
            old = view.manifest
            ids, rows = checked_rows(ids, rows, self._dimension, above=old.watermark)
            if not len(ids):
                return
            delta = self._writable(old.delta)
            delta.add_with_ids(rows, ids)
            new = old.model_copy(update={"watermark": int(ids[-1])})
            if delta.ntotal > self._allowance(old):
                base = self._without(view.removed, self._writable(old.base))
                base.merge_from(delta)
                self._commit(new.model_copy(update={"removed": ()}), base=base, delta=None)
            else:
                self._commit(new, delta=delta)

    def remove(self, ids: VectorIds) -> None:
        """Ids of the base are only marked until they are many."""
        gone = np.unique(np.asarray(ids, np.int64))
        with self._writer() as view:
            old = view.manifest
            changed: dict[str, Any] = {}
            if view.delta is not None and np.isin(faiss().vector_to_array(view.delta.id_map), gone).any():
                delta = self._without(gone, self._writable(old.delta))
                changed["delta"] = delta if delta.ntotal else None
            marked = view.removed
            if view.base is not None:
                held = faiss().vector_to_array(view.base.id_map)
                marked = np.union1d(marked, held[np.isin(held, gone)])
            new = old.model_copy(update={"removed": tuple(marked.tolist())})
            if len(marked) > self._allowance(old):
                base = self._without(marked, self._writable(old.base))
                changed["base"] = base if base.ntotal else None
                new = old.model_copy(update={"removed": ()})
            if changed or new != old:
                self._commit(new, **changed)

    def clear(self) -> None:
        with self._writer():
            self._commit(Manifest(dimension=self._dimension, name=self._name), base=None, delta=None)

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
        kept = self._view
        opened = [
            index if entry == known else load_index(self._folder, entry, self._dimension, mapped=True)
            for entry, known, index in (
                (manifest.base, kept.manifest.base, kept.base),
                (manifest.delta, kept.manifest.delta, kept.delta),
            )
        ]
        return _View(raw, manifest, *opened)

    def _damaged(self, raw: bytes | None, why: CorruptIndex) -> _View:
        log.warning("the vector index in %s is damaged and will be rebuilt: %s", self._folder, why)
        return self._empty(raw)

    def _empty(self, raw: bytes | None) -> _View:
        return _View(raw, Manifest(dimension=self._dimension, name=self._name), None, None)

    @contextmanager
    def _writer(self) -> Iterator[_View]:
        """The state on disk, with the sole right to change it."""
        with self._writing, translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "lock").open("ab") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield self._fresh()
                except BlockingIOError as error:
                    raise Transient(
                        f"another process is writing the vector index in {self._folder}", delay=5.0
                    ) from error
                except CorruptIndex as error:
                    # Damaged since it was loaded. What we hold is no longer to be trusted either.
                    self._view = self._damaged(self._view.raw, error)
                    raise Transient(f"the vector index in {self._folder} is damaged: {error}") from error

    def _writable(self, entry: FileEntry | None) -> Any:
        """A copy in memory, to be changed."""
        loaded = load_index(self._folder, entry, self._dimension, mapped=False)
        return new_index(self._dimension) if loaded is None else loaded

    def _allowance(self, manifest: Manifest) -> int:
        return max(DELTA_LEAST, (manifest.base.count if manifest.base else 0) // SHARE)

    @staticmethod
    def _without(ids: VectorIds, index: Any) -> Any:
        if len(ids):
            index.remove_ids(ids)
        return index

    def _commit(self, manifest: Manifest, **files: Any) -> None:
        """Write the given files (base, delta; None: no such file), then the manifest, then tidy up."""
        entries = {
            kind: None if index is None else write_index(self._folder, kind, index)
            for kind, index in files.items()
        }
        final = manifest.model_copy(update=entries)
        write_manifest(self._folder, final)
        wanted = {"manifest.json", "lock", *(e.file for e in (final.base, final.delta) if e)}
        for path in self._folder.iterdir():
            if path.name not in wanted and path.name.endswith((".faiss", ".tmp")):
                path.unlink(missing_ok=True)
