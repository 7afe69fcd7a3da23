"""Files of other stores as what `ManagedStore.put` writes, hashed on the way; and reading back what was written.

A copy is never complete unless its bytes are the right ones: the last block is not handed over before the SHA-1 of all
of them was compared, whatever the kind of storage does with the others meanwhile.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from stat import S_IFREG
from typing import BinaryIO, Literal, cast

from dampipe.kernel.errors import Conflict, DampipeError
from dampipe.kernel.paths import is_url, join_root, printable
from dampipe.media.hashing import drop_page_cache
from dampipe.storage.files.base import FileEntry, FileStore
from dampipe.storage.files.errors import FILE_CHANGED, FILE_DIFFERS
from dampipe.storage.files.reading import read_blocks

_BUFFER = 1 << 20

OnBytes = Callable[[int], object]
"""Called with the number of bytes of each block; what it raises ends the transfer."""


class StoredContent:
    """The bytes of a file in a store; reading them to the end fails unless they have a SHA-1."""

    def __init__(
        self, store: FileStore, entry: FileEntry, sha1: str | None, on_bytes: OnBytes = lambda _: None
    ) -> None:
        """entry: the file as it is now. sha1: None where it is not known; the bytes are then those of the entry."""
        self._store = store
        self._entry = entry
        self._sha1 = sha1
        self.sha1 = ""
        """Of the bytes, once all of them were read."""
        self._on_bytes = on_bytes
        self.problem: DampipeError | None = None
        """What `read` has raised last: tells it from errors of the store that is written to."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """See Content. `read` raises what the store raises, Conflict (`file.changed`) where the file is another one
        meanwhile, and Conflict (`file.differs`) where the bytes have another SHA-1."""
        stream = _Stream(self, self._store, self._entry, self._sha1, self._on_bytes)
        return cast(BinaryIO, io.BufferedReader(stream, _BUFFER))

    def stat(self) -> os.stat_result:
        """See Content."""
        seconds = self._entry.mtime_ns // 10**9
        facts = (S_IFREG | 0o644, 0, 0, 1, 0, 0, self._entry.size, seconds, seconds, seconds)
        times = {"st_atime_ns": self._entry.mtime_ns, "st_mtime_ns": self._entry.mtime_ns}
        return os.stat_result(facts, times)


class _Stream(io.RawIOBase):
    """Blocks of a file in their order; the last one only if the SHA-1 is right."""

    def __init__(
        self, content: StoredContent, store: FileStore, entry: FileEntry, sha1: str | None, on_bytes: OnBytes
    ) -> None:
        super().__init__()
        self._content = content
        self._store, self._entry, self._sha1, self._on_bytes = store, entry, sha1, on_bytes
        self._begin()

    def _begin(self) -> None:
        self._blocks: Iterator[bytes] = read_blocks(self._store, self._entry)
        self._digest = hashlib.sha1(usedforsecurity=False)
        self._rest = memoryview(b"")
        self._read = self._given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._given

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR and not offset:
            return self._given
        if whence != io.SEEK_SET or offset:
            raise io.UnsupportedOperation("only to the beginning")
        if self._read:
            self._begin()
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(self._next())
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._given += count
        return count

    def _next(self) -> bytes:
        try:
            block = self._checked()
        except DampipeError as error:
            self._content.problem = error
            raise
        if block:
            self._on_bytes(len(block))
        return block

    def _checked(self) -> bytes:
        block = next(self._blocks, b"")
        self._digest.update(block)
        self._read += len(block)
        facts = {"key": printable(self._entry.key), "store": self._store.url}
        if self._read > self._entry.size or (not block and self._read < self._entry.size):
            raise Conflict(FILE_CHANGED, **facts)
        if self._read == self._entry.size:
            self._content.sha1 = self._digest.hexdigest()
            if self._sha1 not in (None, self._content.sha1):
                raise Conflict(FILE_DIFFERS, **facts)
        return block


def read_back(store: FileStore, entry: FileEntry, on_bytes: OnBytes = lambda _: None) -> str:
    """The SHA-1 of a file as its storage has it, not of a copy in this machine's memory.

    Raises what the store raises, NotFound, and Conflict where the file is no longer `entry`, or is archived.
    """
    if not is_url(store.url):
        path = join_root(store.url, entry.key)
        if os.path.isfile(path):  # what else it may be, the store says
            drop_page_cache(path)
    digest = hashlib.sha1(usedforsecurity=False)
    for block in read_blocks(store, entry):
        digest.update(block)
        on_bytes(len(block))
    return digest.hexdigest()
