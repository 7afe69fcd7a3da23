"""The port of a blob store: named, immutable bytes.

A name is lower-case segments of [a-z0-9._-] joined by "/": safe on every file system and bucket.
Backends sit beside this file; each passes tests/contract/test_blobs.py.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class BlobStore(Protocol):
    """Blobs appear whole or not at all, and are never changed: a new content has a new name.

    Errors: `NotFound` for a name that is not there, `StorageFull` when no space is left,
    `Transient` when the place does not answer, `ValueError` for a name outside the rule.
    """

    def workspace(self) -> AbstractContextManager[Path]:
        """A private temporary folder, on the store's own file system where it has one; gone after use."""

    def put(self, key: str, file: Path) -> int:
        """Take over a finished file under that name and return its size in bytes.

        The file is moved or copied away; readers see the blob complete or not at all, also after a
        power cut. An existing blob of that name is replaced as a whole.
        """

    def open(self, key: str) -> BinaryIO:
        """A seekable binary reader."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The blob as a local file for as long as the context lasts; read only."""

    def size(self, key: str) -> int:
        """Bytes."""

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""

    def delete(self, key: str) -> None:
        """Remove a blob; an unknown name is no error."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no order; temporary files never show."""
