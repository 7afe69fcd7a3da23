"""Footage in memory, for tests: `memory-files://NAME/prefix`. It behaves as an object store does, and fails on demand.

A *bucket* is found by its name in the whole process; a store is a view of what lies below a prefix of it.
"""

import hashlib
import io
import time
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import fsdecode, fsencode
from threading import Lock
from typing import BinaryIO, cast

from dampipe.kernel.errors import Conflict, InvalidInput, NotFound, Permanent, Transient
from dampipe.kernel.paths import is_valid, printable
from dampipe.storage.files import errors
from dampipe.storage.files.base import Content, FileEntry, StorageState, Traits, Unread

SCHEME = "memory-files"
PAGE = 1000
"""Files of one simulated list request."""


@dataclass
class Faults:
    """What goes wrong in a bucket, until it is set back."""

    away: str = ""
    """Why the storage does not answer; "" if it does."""
    refused: str = ""
    """Why the credentials are refused, having expired for example; "" if they are not."""
    denied: tuple[str, ...] = ()
    """Prefixes of keys, from the bucket's root, that cannot be listed."""
    stops_after: int | None = None
    """Files after which a listing ends as if the storage had died; None: never."""
    breaks_after: int | None = None
    """Bytes after which a stream breaks off; None: never."""
    on_page: Callable[[], object] = lambda: None
    """Called before each page of a listing."""


@dataclass
class Stored:
    """A file of a bucket."""

    entry: FileEntry
    data: bytes


@dataclass
class Bucket:
    """The files of all stores with one name, by key from the bucket's root."""

    name: str
    traits: Traits = field(default_factory=lambda: Traits(appears_complete=True, lists_flat=True))
    faults: Faults = field(default_factory=Faults)
    calls: Counter[str] = field(default_factory=Counter)
    """Requests so far: `list` (one for each PAGE files), `stat`, `is_folder`, `open`, `put`, `delete`,
    `set_storage_class` and `restore`."""
    bytes_read: int = 0
    restores: list[tuple[str, int, str]] = field(default_factory=list)
    """Requests to restore a file: key from the bucket's root, days and speed."""
    has_checksums: bool = True
    """Whether entries state the MD5 of their content, as the ETag of an upload in one part does."""
    has_tokens: bool = True
    files: dict[str, Stored] = field(default_factory=dict)
    _order: list[bytes] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _uploads: int = 0

    def write(
        self, key: str, data: bytes, mtime_ns: int | None = None, token: str | None = None
    ) -> FileEntry:
        """Store a file, in place of an older one. token: None for the one of an upload in one part."""
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        with self._lock:
            self._uploads += 1
            if key not in self.files:
                insort(self._order, fsencode(key))
            entry = FileEntry(
                key=key,
                size=len(data),
                mtime_ns=time.time_ns() if mtime_ns is None else mtime_ns,
                token=(md5 if token is None else token) if self.has_tokens else "",
                checksum=f"md5:{md5}" if self.has_checksums and token in (None, md5) else "",
            )
            self.files[key] = Stored(entry, data)
        return entry

    def change(self, key: str, **facts: object) -> None:
        """Change facts of a file's entry (token, state, storage_class …), with the content as it is."""
        with self._lock:
            stored = self.files[key]
            stored.entry = replace(stored.entry, **facts)  # type: ignore[arg-type]

    def rename(self, old: str, new: str) -> None:
        """Move a file, as object stores do: a copy that is uploaded now, and the old one deleted."""
        data = self.files[old].data
        self.remove(old)
        self.write(new, data)

    def remove(self, key: str) -> None:
        """Delete a file."""
        with self._lock:
            del self.files[key]
            self._order.remove(fsencode(key))

    def page(self, after: bytes, prefix: bytes) -> list[FileEntry]:
        """The files of one request: keys that begin with a prefix and sort after a key."""
        with self._lock:
            start = bisect_right(self._order, after) if after >= prefix else bisect_right(self._order, prefix)
            if after < prefix and start and self._order[start - 1] == prefix:
                start -= 1
            keys = self._order[start : start + PAGE]
            return [self.files[fsdecode(key)].entry for key in keys if key.startswith(prefix)]

    def check(self, call: str, store: str) -> None:
        """Count a request of a store. Raises what the faults say."""
        self.calls[call] += 1
        if self.faults.away:
            raise Transient(errors.STORE_UNREACHABLE, store=store, reason=self.faults.away)
        if self.faults.refused:
            raise Permanent(errors.STORE_DENIED, store=store, reason=self.faults.refused)


BUCKETS: dict[str, Bucket] = {}
"""By name. Tests make one, and delete it."""


class MemoryFiles:
    """What lies below a prefix of a bucket. Implements `ManagedStore`."""

    def __init__(self, bucket: Bucket, prefix: str = "") -> None:
        """prefix: of keys, without a "/" at its end."""
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @classmethod
    def of(cls, root: str) -> "MemoryFiles":
        """The store of a URL. Raises InvalidInput unless the bucket exists."""
        name, _, prefix = root.removeprefix(f"{SCHEME}://").partition("/")
        if name not in BUCKETS:
            raise InvalidInput(errors.URL_INVALID, url=root, problem="there is no such bucket")
        return cls(BUCKETS[name], prefix.rstrip("/"))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> "MemoryFiles":
        """From {"root": URL}; other keys have no meaning. Raises InvalidInput unless the bucket exists."""
        return cls.of(str(config.get("root", "")))

    @property
    def url(self) -> str:
        """The root."""
        return f"{SCHEME}://{self._bucket.name}/{self._prefix}".rstrip("/")

    @property
    def traits(self) -> Traits:
        """Those of the bucket."""
        return self._bucket.traits

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """All files in order, a page at a time."""
        if not is_valid(prefix) or not is_valid(after):
            return
        bucket, start = self._bucket, len(self._prefix)
        begins, last = fsencode(self._prefix + prefix), fsencode(self._prefix + after) if after else b""
        denied = sorted(bucket.faults.denied, key=fsencode)
        listed = 0
        while True:
            bucket.faults.on_page()
            try:
                bucket.check("list", self.url)
            except (Transient, Permanent) as error:
                if not listed:
                    raise
                yield Unread("", str(error))
                return
            page = bucket.page(last, begins)
            for entry in page:
                last = fsencode(entry.key)
                while denied and (fsencode(denied[0]) < last or entry.key.startswith(denied[0])):
                    yield from self._unread(denied.pop(0), prefix)
                if any(entry.key.startswith(one) for one in bucket.faults.denied):
                    continue
                if listed == bucket.faults.stops_after:
                    yield Unread("", "the connection was lost")
                    return
                listed += 1
                yield replace(entry, key=entry.key[start:]) if start else entry
            if len(page) < PAGE:
                for rest in denied:
                    yield from self._unread(rest, prefix)
                return

    def _unread(self, denied: str, prefix: str) -> Iterator[Unread]:
        below = self._prefix + prefix
        if denied.startswith(below) or below.startswith(denied):
            yield Unread(denied[len(self._prefix) :] if denied.startswith(below) else prefix, "access denied")

    def stat(self, key: str) -> FileEntry:
        """The file as it is now."""
        self._bucket.check("stat", self.url)
        return replace(self._stored(key).entry, key=key)

    def is_folder(self, key: str) -> bool:
        """Whether a file lies below; the root is a folder always."""
        self._bucket.check("is_folder", self.url)
        if not is_valid(key):
            return False
        prefix = fsencode(f"{self._prefix}{key}/" if key else self._prefix)
        return not key or bool(self._bucket.page(b"", prefix))

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A stream of the file's bytes."""
        self._bucket.check("open", self.url)
        stored = self._stored(key)
        if stored.entry.state not in (StorageState.ONLINE, StorageState.RESTORED):
            raise Conflict(
                errors.FILE_ARCHIVED, key=key, store=self.url, storage_class=stored.entry.storage_class
            )
        self._check(key, stored.entry, expected)

        def check() -> None:
            if expected is not None:
                self._check(key, self._stored(key).entry, expected)

        return cast(BinaryIO, io.BufferedReader(_Stream(self._bucket, self.url, stored.data[:end], check)))

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """There is none."""
        return None

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Store a local file."""
        self._bucket.check("put", self.url)
        names = key.split("/")
        if not names[-1] or {".", ".."} & set(names) or not is_valid(key):
            raise InvalidInput(
                errors.URL_INVALID, url=f"{self.url}/{printable(key)}", problem="it is not a valid key"
            )
        if self._prefix + key in self._bucket.files:
            raise Conflict(errors.FILE_EXISTS, key=key, store=self.url)
        with file.open("rb") as source:
            data = source.read()
        return replace(self._bucket.write(self._prefix + key, data), key=key)

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Delete a file, if it exists."""
        self._bucket.check("delete", self.url)
        stored = self._bucket.files.get(self._prefix + key)
        if stored is not None:
            self._check(key, stored.entry, expected)
            self._bucket.remove(self._prefix + key)

    def set_storage_class(self, key: str, storage_class: str) -> FileEntry:
        """Classes whose names end with `ARCHIVE` or `GLACIER` are archives."""
        self._bucket.check("set_storage_class", self.url)
        is_archive = storage_class.endswith(("ARCHIVE", "GLACIER"))
        state = StorageState.ARCHIVED if is_archive else StorageState.ONLINE
        self._stored(key)
        self._bucket.change(self._prefix + key, storage_class=storage_class, state=state, restored_until=None)
        return self.stat(key)

    def restore(self, key: str, days: int, speed: str) -> None:
        """Begin to restore an archived file; the test says when it is done."""
        self._bucket.check("restore", self.url)
        if self._stored(key).entry.state is StorageState.ARCHIVED:
            self._bucket.restores.append((self._prefix + key, days, speed))
            self._bucket.change(self._prefix + key, state=StorageState.RESTORING)

    def close(self) -> None:
        """There is nothing to close."""

    def _stored(self, key: str) -> Stored:
        stored = self._bucket.files.get(self._prefix + key)
        if stored is None:
            raise NotFound(errors.FILE_NOT_FOUND, key=key, store=self.url)
        return stored

    def _check(self, key: str, entry: FileEntry, expected: FileEntry | None) -> None:
        if expected is None:
            return
        is_same = entry.token == expected.token if expected.token else entry.mtime_ns == expected.mtime_ns
        if entry.size != expected.size or not is_same:
            raise Conflict(errors.FILE_CHANGED, key=key, store=self.url)


class _Stream(io.RawIOBase):
    """The bytes of a file, as far as the faults of its bucket let them be read."""

    def __init__(self, bucket: Bucket, url: str, data: bytes, check: Callable[[], None]) -> None:
        """check: called before a request. Raises Conflict if the file is another one meanwhile."""
        super().__init__()
        self._bucket = bucket
        self._url = url
        self._data = io.BytesIO(data)
        self._left = bucket.faults.breaks_after
        self._check = check
        self._requested: int | None = None
        """Offset of the next byte of the request that is being read; `open` made the first one."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._data.seek(offset, whence)

    def tell(self) -> int:
        return self._data.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._data.tell() != self._requested:
            self._check()
            self._bucket.calls["open"] += self._requested is not None
        wanted = len(buffer) if self._left is None else min(len(buffer), self._left)
        data = self._data.read(wanted)
        if self._left is not None:
            if not data and len(buffer) and self._data.tell() < len(self._data.getbuffer()):
                raise Transient(errors.STORE_UNREACHABLE, store=self._url, reason="the connection was lost")
            self._left -= len(data)
        buffer[: len(data)] = data
        self._bucket.bytes_read += len(data)
        self._requested = self._data.tell()
        return len(data)
