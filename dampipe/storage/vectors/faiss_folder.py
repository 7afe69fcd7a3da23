"""The folder of an index: what counts in it now, who may change it, and what is done about damage."""

import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dampipe.kernel.errors import DampipeError, Transient
from dampipe.storage.vectors.faiss_files import SUFFIXES, CorruptIndex, look_for, translated, verify
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

EAGER = 64 << 20
"""Bytes up to which a file's checksum is verified before it is used; larger ones are checked meanwhile."""
_WARNING = "the vector index in %s is damaged and will be rebuilt: %s"


class View:
    """One state of the index, never changed once made, so that searches need no lock."""

    def __init__(self, raw: bytes | None, manifest: Manifest, segments: Sequence[Segment]) -> None:
        self.raw = raw
        self.manifest = manifest
        self.segments = segments


class IndexFolder:
    """Readers never wait: they go on with the view they have until the manifest names other files.

    Damaged files, or of another format, make the index empty, with a warning in the log; the manifest that names
    damaged ones is taken away. Raises `Permanent` if the
    folder holds vectors of another dimension or model, `Transient` if another process is writing, `StorageFull` if
    the disk is full.
    """

    def __init__(self, path: Path, dimension: int, name: str) -> None:
        self.path = path
        self._dimension = dimension
        self._name = name
        self._loading = threading.Lock()
        self._writing = threading.Lock()
        self._verified: set[str] = set()
        self._view = self._empty(None)

    def fresh(self) -> View:
        """The state on disk now; loads only the files that changed."""
        raw = raw_manifest(self.path)
        if raw == self._view.raw:
            return self._view
        with self._loading:
            # Whoever writes may remove a file between our reading its name and opening it.
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
        raise Transient(f"the vector index in {self.path} keeps changing", delay=1.0)

    def _load(self, raw: bytes | None) -> View:
        if raw is None:
            return self._empty(None)
        manifest = read_manifest(raw, self.path, self._dimension, self._name)
        try:
            return self._opened(raw, manifest)
        except CorruptIndex as error:
            self._take_away(raw, error)
            raise

    def _opened(self, raw: bytes, manifest: Manifest) -> View:
        large = []
        for entry in manifest.files:
            if entry.sha256 in self._verified:
                continue
            if entry.bytes > EAGER:
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
                    self._take_away(raw, error)
                    with self._loading:
                        if self._view is view and raw == raw_manifest(self.path):
                            self._view = self._damaged(raw, error)

            threading.Thread(target=check, name="verify", daemon=True).start()
        return view

    def _take_away(self, raw: bytes, why: CorruptIndex) -> None:
        """Have everybody know of the damage, whoever has the files open and does not read them again."""
        if isinstance(why.__cause__, OSError) and not isinstance(why.__cause__, FileNotFoundError):
            return  # the place is away
        # Who is writing replaces it anyway, and who may not write leaves it to others.
        with suppress(DampipeError), self.locked("lock"), translated(self.path):
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
        """With that lock, or `Transient`; the folder is made where it is not there."""
        with translated(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / name).open("ab")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                # A merge of half a million vectors takes some seconds.
                raise Transient(
                    f"another process is writing the vector index in {self.path}", delay=15.0
                ) from error
            yield

    @contextmanager
    def writer(self) -> Iterator[View]:
        """The state on disk, with the sole right to change it."""
        with self._writing, self.locked("lock"), translated(self.path):
            view = self.fresh()
            try:
                yield view
            except CorruptIndex as error:
                # Damaged since it was loaded. What we hold is no longer to be trusted either.
                self._view = self._damaged(self._view.raw, error)
                raise Transient(f"the vector index in {self.path} is damaged: {error}") from error

    def commit(self, view: View, segments: Sequence[SegmentEntry], watermark: int) -> None:
        """Make these segments the index, then tidy up."""
        final = view.manifest.model_copy(update={"segments": tuple(segments), "watermark": watermark})
        write_manifest(self.path, final)
        wanted = {MANIFEST, *(entry.file for entry in final.files)}
        for path in self.path.iterdir():
            if path.name not in wanted and path.name.endswith(SUFFIXES):
                path.unlink(missing_ok=True)

    def damage(self, thorough: bool = True) -> list[str]:
        """What is wrong with the files, a sentence each; reads all of them, or only looks for them."""
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
                with translated(self.path):
                    (verify if thorough else look_for)(self.path, entry)
            except CorruptIndex as error:
                found.append(error)
        # Whoever writes may have removed what we were about to read.
        if raw != raw_manifest(self.path):
            return self.damage(thorough)
        if found and thorough:
            self._take_away(raw, found[0])
        return [str(error) for error in found]
