"""The port of a blob store: named, immutable bytes.

A name (key) is lower-case segments of [a-z0-9._-] joined by "/", which is safe on every file system and in every bucket.
The backends are in this package; each passes tests/contract/test_blobs.py.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class BlobStore(Protocol):
    """Writes are atomic, and blobs are immutable: new content gets a new name.

    Errors: `NotFound` if there is no blob of that name, `StorageFull` if no space is left, `Transient` if the store does
    not answer, `ValueError` for an invalid name.
    """

    def workspace(self) -> AbstractContextManager[Path]:
        """A private temporary folder, on the file system of the store if it has one. Deleted when the context ends."""

    def sweep(self, older_than: float, dry_run: bool = False) -> int:
        """Delete workspaces that killed processes left and that have not changed for `older_than` seconds.

        Returns their number. Those of living processes are kept. dry_run: only count them.
        """

    def put(self, key: str, file: Path) -> int:
        """Store a finished file under that name and return its size in bytes.

        The file is moved or copied. Readers see the complete blob or none, also after a power failure. An existing blob
        of that name is replaced atomically.
        """

    def open(self, key: str) -> BinaryIO:
        """A seekable binary reader."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The blob as a local file until the context ends. Read-only."""

    def size(self, key: str) -> int:
        """Size in bytes."""

    def modified(self, key: str) -> float:
        """When the blob was written last, in seconds since 1970 by the clock of the store; 0.0 if it does not say."""

    def exists(self, key: str) -> bool:
        """Whether the blob exists."""

    def delete(self, key: str) -> None:
        """Delete a blob. Does nothing if there is none of that name."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no particular order, without temporary files."""
