"""Staging: remote footage is fetched once, hashed on the way, and read from a copy on this machine by all stages."""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path, PurePath
from typing import BinaryIO

from dampipe.kernel.errors import (
    Conflict,
    DampipeError,
    InvalidInput,
    Permanent,
    Transient,
    Unavailable,
)
from dampipe.kernel.paths import join_key, join_root, kept_time, printable, split_key
from dampipe.kernel.private_files import make_folder
from dampipe.kernel.stage_io import FileParts, RemotePlace, SourceFile
from dampipe.kernel.staging import OnFetched, OnTransfer
from dampipe.storage.files import errors
from dampipe.storage.files.base import FileEntry, FileStore
from dampipe.storage.files.cache import CopyRecord, FootageCache, HeldCopy, Incoming, boot_id, full_disk
from dampipe.storage.files.known import KnownFile, check_readable
from dampipe.storage.files.parts import FootageParts
from dampipe.storage.files.reading import BLOCK, read_blocks

log = logging.getLogger(__name__)

CHANGED_DELAY = 30.0
"""Seconds before a file that was changed during its transfer is tried again."""
RESTORING_DELAY = 3600.0
"""Seconds before a file that is being restored is tried again."""
REPORT_EVERY = 0.5
"""Seconds between two reports of progress."""
RECORD_EVERY = 30.0
"""Seconds between two reports of the bytes fetched: a process that is killed has reported the others."""
SIDECARS = frozenset({".xmp", ".xml", ".srt"})
"""Suffixes of sidecars that the prober reads; thumbnails and proxies of cameras are not fetched."""
MAX_SIDECAR = 8 << 20
"""Bytes of the largest sidecar that is fetched."""
SIDECAR_AGE = 600.0
"""Seconds after which sidecars are fetched again when a stage uses the copy: nothing tells that they have changed."""
MAX_NAME = 255
"""Bytes of the longest name of a file in most file systems."""


class FootageStaging:
    """Copies of remote files on this machine; implements `Staging`."""

    def __init__(
        self,
        stores: Callable[[str], FileStore],
        cache: FootageCache,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """stores: opens the storage of a root."""
        self._stores = stores
        self._cache = cache
        self._pause = pause

    @contextmanager
    def hold(
        self, file: SourceFile, on_transfer: OnTransfer, on_fetched: OnFetched, *, waits: bool = True
    ) -> Iterator[SourceFile]:
        """See Staging."""
        place = file.remote
        assert place is not None
        # The copy of what the scan has seen needs no request.
        with self._cache.held(_name(place, _identity(file, place)), file.size) as held:
            if held is not None:
                yield self._source_file(file, place, held, on_fetched)
                return
        if place.archived_as:  # the listing has said it: a first scan of an archive asks for no single object
            facts = {"key": printable(place.key), "store": place.root, "storage_class": place.archived_as}
            raise Unavailable(errors.FILE_ARCHIVED, **facts)
        with translated():
            entry = self._stores(place.root).stat(place.key)
            check_readable(entry, place.root)
        counter = _Counter(entry.size, on_transfer, on_fetched)

        def fetch(incoming: Incoming) -> CopyRecord:
            with translated(), counter:
                return self._fetch(place, entry, incoming, counter)

        name = _name(place, identity_of(entry.checksum, entry.token, entry.mtime_ns))
        with self._cache.hold(name, entry.size, fetch, waits=waits) as held:
            yield self._source_file(file, place, held, on_fetched)

    def _source_file(
        self, file: SourceFile, place: RemotePlace, held: HeldCopy, on_fetched: OnFetched
    ) -> SourceFile:
        self._refresh_sidecars(place, held, on_fetched)
        record = held.record
        facts = {"path": str(held.path), "size": record.size, "mtime_ns": record.mtime_ns}
        return file.model_copy(update={**facts, "sha1": record.sha1})

    @contextmanager
    def parts(
        self, file: SourceFile, on_transfer: OnTransfer, on_fetched: OnFetched
    ) -> Iterator[FileParts | None]:
        """See Staging."""
        place = file.remote
        assert place is not None
        with self._cache.held(_name(place, _identity(file, place)), file.size) as held:
            has_copy = held is not None
        if has_copy:
            yield None
            return
        known = KnownFile(place.root, place.key, file.size, file.mtime_ns, place.checksum, place.token)
        store = self._stores(place.root)
        with translated():
            entry = known.entry(store)
        with self._cache.parts() as folder, _Counter(0, on_transfer, on_fetched) as counter:
            tree = folder / "tree"
            make_folder(tree)
            parts = FootageParts(
                store,
                entry,
                tree / _safe(place.key.rpartition("/")[2]),
                translated=translated,
                check_space=self._cache.check_space,
                on_bytes=counter.add_part,
                pause=self._pause,
            )
            with closing(parts):
                yield parts

    # ---- the file

    def _fetch(
        self, place: RemotePlace, entry: FileEntry, incoming: Incoming, counter: "_Counter"
    ) -> CopyRecord:
        relative = _relative_path(place)
        target = incoming.folder / relative
        make_folder(target.parent)
        wanted = _wanted(place)
        self._fetch_sidecars(place, target.parent, wanted, counter)
        sha1 = self._transfer(place, entry, target, incoming.continues, counter)
        with suppress(OSError, OverflowError):  # the time of a broken clock
            os.utime(target, ns=(time.time_ns(), entry.mtime_ns))
        return CopyRecord(
            path=relative,
            size=entry.size,
            mtime_ns=kept_time(target.stat().st_mtime_ns),
            sha1=sha1,
            boot=boot_id(),
            sidecars=wanted,
            sidecars_at=time.time(),
        )

    def _transfer(
        self, place: RemotePlace, entry: FileEntry, target: Path, continues: bool, counter: "_Counter"
    ) -> str:
        """Fetch a file and return its SHA-1; what breaks off is continued where it did, if the file is the same."""
        store, digest = self._stores(place.root), hashlib.sha1(usedforsecurity=False)
        with target.open("r+b" if continues and target.exists() else "w+b") as file:
            while block := file.read(BLOCK):
                digest.update(block)
            counter.done = file.tell()
            for block in read_blocks(store, entry, counter.done, self._pause):
                _write(file, block, target)
                digest.update(block)
                counter.add(len(block))
            file.flush()
            if not boot_id():  # nothing tells whether the machine has failed since
                os.fsync(file.fileno())
        return digest.hexdigest()

    # ---- what belongs to it

    def _refresh_sidecars(self, place: RemotePlace, held: HeldCopy, on_fetched: OnFetched) -> None:
        wanted, record = _wanted(place), held.record
        if wanted == record.sidecars and (not wanted or time.time() - record.sidecars_at < SIDECAR_AGE):
            return
        try:
            with _Counter(0, lambda *_: None, on_fetched) as counter:
                self._fetch_sidecars(place, held.path.parent, wanted, counter)
        except DampipeError as error:
            log.info("%s: its sidecars are those of its last transfer: %s", printable(place.key), error)
            return
        for name in set(record.sidecars) - set(wanted):
            (held.path.parent / name).unlink(missing_ok=True)
        self._cache.save_record(held, replace(record, sidecars=wanted, sidecars_at=time.time()))

    def _fetch_sidecars(
        self, place: RemotePlace, beside: Path, wanted: tuple[str, ...], counter: "_Counter"
    ) -> None:
        """Have what belongs to a file stand where it does in the source, beside the file or in a folder beside its."""
        store, folder = self._stores(place.root), split_key(place.key)[0]
        for name in wanted:
            target = beside / name
            if name.startswith("../") and not folder:  # not below the root
                continue
            above = folder.rpartition("/")[0]
            key = (
                join_key(above, name.removeprefix("../"))
                if name.startswith("../")
                else join_key(folder, name)
            )
            try:
                entry = store.stat(key)
                if entry.size > MAX_SIDECAR:
                    continue
                with closing(store.open(key, entry)) as stream:
                    data = stream.read(MAX_SIDECAR + 1)
            except (InvalidInput, Permanent):  # it has gone, is archived, is just being changed, or is denied
                target.unlink(missing_ok=True)
                continue
            counter.add_other(len(data))
            make_folder(target.parent)
            temporary = target.parent / f".{os.getpid()}.{time.monotonic_ns()}"
            with temporary.open("wb") as file:
                _write(file, data, target)
            temporary.replace(target)


class _Counter:
    """Counts the bytes of a transfer, and reports them, also if it fails."""

    def __init__(self, total: int, on_transfer: OnTransfer, on_fetched: OnFetched) -> None:
        self.done = 0
        """Bytes of the file that are here."""
        self._total = total
        self._on_transfer = on_transfer
        self._on_fetched = on_fetched
        self._fetched = self._reported = 0
        self._began = self._last = self._recorded = time.monotonic()

    def add(self, count: int) -> None:
        """Bytes of the file have come."""
        self.done += count
        self.add_other(count)
        now = time.monotonic()
        if now - self._last >= REPORT_EVERY:
            self._last = now
            self._on_transfer(self.done, self._total, self._fetched / max(1e-6, now - self._began))

    def add_part(self, count: int, done: int, total: int) -> None:
        """Bytes have come, as `done` of `total` that are fetched now."""
        self.done, self._total = done - count, total
        self.add(count)

    def add_other(self, count: int) -> None:
        """Other bytes have come."""
        self._fetched += count
        if time.monotonic() - self._recorded >= RECORD_EVERY:
            self._record()

    def _record(self) -> None:
        self._recorded = time.monotonic()
        new, self._reported = self._fetched - self._reported, self._fetched
        if new:
            self._on_fetched(new)

    def __enter__(self) -> "_Counter":
        return self

    def __exit__(self, *_: object) -> None:
        self._record()


def _identity(file: SourceFile, place: RemotePlace) -> str:
    return identity_of(place.checksum, place.token, file.mtime_ns)


def identity_of(checksum: str, token: str, mtime_ns: int) -> str:
    """What differs, besides the size, when the content of a file does."""
    return checksum or token or f"time:{kept_time(mtime_ns)}"


@contextmanager
def translated() -> Iterator[None]:
    """Conflicts of a store as errors of a stage. NotFound is left as it is: the caller may know another place."""
    try:
        yield
    except Conflict as error:
        if error.code == errors.FILE_ARCHIVED.code:
            raise Unavailable.of(error) from error
        if error.code == errors.FILE_RESTORING.code:
            raise Transient.of(error, delay=RESTORING_DELAY) from error
        raise Transient.of(error, delay=CHANGED_DELAY) from error


def _write(file: BinaryIO, data: bytes, target: Path) -> None:
    """Write to the disk of this machine. Raises StorageFull."""
    with full_disk(target.parent, len(data)):
        file.write(data)


def _name(place: RemotePlace, identity: str) -> str:
    """The name of the copy of a file with that content."""
    text = "\0".join((place.root, place.key, identity))
    return blake2b(os.fsencode(text), digest_size=16).hexdigest()


def _relative_path(place: RemotePlace) -> str:
    """Where the file is in its copy: under its own name, in a folder with the name of its own."""
    *_, folder, name = ("", *join_root(place.root, place.key).split("/"))
    return f"tree/{_safe(folder)}/{_safe(name)}"


def _safe(name: str) -> str:
    """A name that every file system takes; object stores have others."""
    encoded = os.fsencode(name)
    if name not in ("", ".", "..") and len(encoded) <= MAX_NAME and "\0" not in name:
        return name
    suffix = PurePath(name).suffix if len(os.fsencode(PurePath(name).suffix)) < 32 else ""
    return f"{blake2b(encoded, digest_size=8).hexdigest()}{suffix}".replace("\0", "")


def _wanted(place: RemotePlace) -> tuple[str, ...]:
    """The sidecars that are fetched."""
    return tuple(sorted(name for name in place.sidecars if _is_wanted(name)))


def _is_wanted(name: str) -> bool:
    *folder, file = name.split("/")
    is_near = not folder or (len(folder) == 2 and folder[0] == ".." and folder[1] == _safe(folder[1]))
    return is_near and file == _safe(file) and PurePath(file).suffix.lower() in SIDECARS
