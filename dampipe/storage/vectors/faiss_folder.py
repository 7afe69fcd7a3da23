"""The folder of a FAISS index: its current state, the lock of its writer, and detection of damage."""

import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dampipe.kernel.errors import DampipeError, Transient
from dampipe.kernel.private_files import make_folder
from dampipe.storage.vectors.errors import INDEX_BUSY, INDEX_CHANGING, INDEX_DAMAGED
from dampipe.storage.vectors.faiss_files import SUFFIXES, CorruptIndex, check_size, translate_errors, verify
from dampipe.storage.vectors.faiss_manifest import (
    MANIFEST,
    Manifest,
    SegmentEntry,
    raw_manifest,
    read_manifest,
    write_manifest,
)
from dampipe.storage.vectors.faiss_segments import Segment, open_segment

log = logging.getLogger(__name__)

VERIFY_FIRST_UP_TO = 64 << 20
"""Bytes. The checksum of a smaller file is verified before the file is used, that of a larger one in the background."""
_WARNING = "the vector index in %s is damaged and will be rebuilt: %s"


class View:
    """One state of the index. Immutable, so searches need no lock."""

    def __init__(self, raw: bytes | None, manifest: Manifest, segments: Sequence[Segment]) -> None:
        self.raw = raw
        self.manifest = manifest
        self.segments = segments


class IndexFolder:
    """Readers never wait: they use their view until the manifest names other files.

    An index with damaged files, or of another format, is treated as empty, with a warning in the log; a manifest that
    names damaged files is deleted. Raises `Permanent` if the folder holds vectors of another dimension or model,
    `Transient` if another process is writing, `StorageFull` if the disk is full.
    """

    def __init__(
        self, path: Path, dimension: int, name: str, verify_first_up_to: int = VERIFY_FIRST_UP_TO
    ) -> None:
        self.path = path
        self._dimension = dimension
        self._name = name
        self._verify_first_up_to = verify_first_up_to
        self._loading = threading.Lock()
        self._writing = threading.Lock()
        self._verified: set[str] = set()
        self._view = self._empty(None)

    def current(self) -> View:
        """The state on disk. Loads only files that changed."""
        raw = raw_manifest(self.path)
        if raw == self._view.raw:
            return self._view
        with self._loading:
            # A writer may delete a file between the read of its name and the open.
            for _ in range(5):
                raw = raw_manifest(self.path)
                if raw == self._view.raw:
                    return self._view
                try:
                    view = self._load(raw)
                except CorruptIndex as error:
                    if raw != raw_manifest(self.path):
                        continue
                    view = self._damaged(raw, error)
                self._view = view
                return view
        raise Transient(INDEX_CHANGING, delay=1.0, index=str(self.path))

    def _load(self, raw: bytes | None) -> View:
        if raw is None:
            return self._empty(None)
        manifest = read_manifest(raw, self.path, self._dimension, self._name)
        try:
            return self._opened(raw, manifest)
        except CorruptIndex as error:
            self._withdraw(raw, error)
            raise

    def _opened(self, raw: bytes, manifest: Manifest) -> View:
        large = []
        for entry in manifest.files:
            if entry.sha256 in self._verified:
                continue
            if entry.bytes > self._verify_first_up_to:
                large.append(entry)
            else:
                verify(self.path, entry)
        self._verified = {entry.sha256 for entry in manifest.files}
        known = self._view.segments
        view = View(
            raw,
            manifest,
            [open_segment(self.path, entry, self._dimension, known) for entry in manifest.segments],
        )
        if large:

            def check() -> None:
                try:
                    for entry in large:
                        verify(self.path, entry)
                except CorruptIndex as error:
                    self._withdraw(raw, error)
                    with self._loading:
                        if self._view is view and raw == raw_manifest(self.path):
                            self._view = self._damaged(raw, error)

            threading.Thread(target=check, name="verify", daemon=True).start()
        return view

    def _withdraw(self, raw: bytes, why: CorruptIndex) -> None:
        """Delete the manifest, so that processes that have the files open learn of the damage."""
        if isinstance(why.__cause__, OSError) and not isinstance(why.__cause__, FileNotFoundError):
            return  # the file system is unreachable: this is not damage
        # An active writer replaces the manifest anyway; a process without write access leaves it to others.
        with suppress(DampipeError), self.locked("lock"), translate_errors(self.path):
            if raw == raw_manifest(self.path):
                (self.path / MANIFEST).unlink(missing_ok=True)
                log.warning(_WARNING, self.path, why)

    def _damaged(self, raw: bytes | None, why: CorruptIndex) -> View:
        log.warning(_WARNING, self.path, why)
        return self._empty(raw)

    def _empty(self, raw: bytes | None) -> View:
        return View(raw, Manifest(dimension=self._dimension, name=self._name), ())

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold that lock; create the folder if needed. Raises `Transient` if another process holds the lock."""
        with translate_errors(self.path):
            make_folder(self.path)
            lock = (self.path / name).open("ab")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                # A merge of half a million vectors takes some seconds.
                raise Transient(INDEX_BUSY, delay=15.0, index=str(self.path)) from error
            yield

    @contextmanager
    def writer(self) -> Iterator[View]:
        """The state on disk, with the exclusive right to change it."""
        with self._writing, self.locked("lock"), translate_errors(self.path):
            view = self.current()
            try:
                yield view
            except CorruptIndex as error:
                # Damaged after it was loaded: the loaded view cannot be trusted either.
                self._view = self._damaged(self._view.raw, error)
                raise Transient(INDEX_DAMAGED, index=str(self.path), reason=str(error)) from error

    def commit(self, view: View, segments: Sequence[SegmentEntry], watermark: int) -> None:
        """Make these segments the index, then delete files that are no longer used."""
        final = view.manifest.model_copy(update={"segments": tuple(segments), "watermark": watermark})
        write_manifest(self.path, final)
        used = {MANIFEST, *(entry.file for entry in final.files)}
        for path in self.path.iterdir():
            if path.name not in used and path.name.endswith(SUFFIXES):
                path.unlink(missing_ok=True)

    def damage(self, thorough: bool = True) -> list[str]:
        """See VectorStorage.damage."""
        raw = raw_manifest(self.path)
        if raw is None:
            return []
        found = list[CorruptIndex]()
        try:
            manifest = read_manifest(raw, self.path, self._dimension, self._name)
        except CorruptIndex as error:
            return [str(error)]
        for entry in manifest.files:
            try:
                with translate_errors(self.path):
                    (verify if thorough else check_size)(self.path, entry)
            except CorruptIndex as error:
                found.append(error)
        # A writer may have deleted files in the meantime.
        if raw != raw_manifest(self.path):
            return self.damage(thorough)
        if found and thorough:
            self._withdraw(raw, found[0])
        return [str(error) for error in found]
