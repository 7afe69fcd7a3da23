"""The port to footage: a root of files, in whatever kind of storage it is.

    FileStore           list, stat and open: enough for footage, which is read-only by default
    └── ManagedStore    put and delete, too: for sources that are declared as managed
        ├── CleanedStore   delete what a killed `put` has left, where it leaves a file
        └── TieredStore change the storage class of a file, and restore an archived one

The implementations are in this package, one file for each kind; each passes tests/contract/test_files.py.

A **key** is the path of a file below the root: segments joined by "/", as `os.fsdecode` gives it, so bytes that are not
UTF-8 are lone surrogates. Keys are compared by their bytes (`os.fsencode`). In object stores, segments may be empty.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Literal, Protocol
from uuid import uuid4


class StorageState(StrEnum):
    """Whether the bytes of a file can be read now."""

    ONLINE = "online"
    ARCHIVED = "archived"
    """They have to be restored first."""
    RESTORING = "restoring"
    RESTORED = "restored"
    """They can be read until `restored_until`."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as a listing shows it."""

    key: str
    size: int
    """Bytes."""
    mtime_ns: int
    """Nanoseconds since 1970 by the clock of the storage; of an object, when it was uploaded.

    Where there is a token, a listing and `stat` may differ in it.
    """
    token: str = ""
    """Differs whenever the content does, an ETag for example; "" where the storage has nothing of the kind.

    Equal content may have several.
    """
    checksum: str = ""
    """`algorithm:hexadecimal digits` where the storage states a digest of the content that can be trusted; else ""."""
    inode: int = 0
    """The number that stays with a file when it is moved; 0 where there is none."""
    state: StorageState = StorageState.ONLINE
    storage_class: str = ""
    """As the storage names it; "" where it has none."""
    restored_until: float | None = None
    """Seconds since 1970; None unless restored."""


def is_same(entry: FileEntry, expected: FileEntry) -> bool:
    """Whether two entries are of the same content: by size, and by token or, where there is none, by time."""
    if entry.size != expected.size:
        return False
    if entry.token and expected.token:
        return entry.token == expected.token
    return entry.mtime_ns == expected.mtime_ns


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a listing that cannot be read: nothing is known of the files there."""

    prefix: str
    """Of the keys that may be missing from the listing; a folder's ends with "/", "" stands for all."""
    reason: str


UNFINISHED = ".dampipe-"
"""Beginning of the names under which `put` writes where files are visible before they are complete; not listed."""


_TEMPORARY = re.compile(re.escape(UNFINISHED) + r"(?:import-[0-9]+-)?[0-9a-f]{16}(?:[0-9a-f]{16})?\.part")


def temporary_name(beginning: str = UNFINISHED) -> str:
    """A name that no other file has, for one that is not complete yet; listings leave it out.

    beginning: `UNFINISHED`, or `UNFINISHED` and the number of the import that writes it.
    """
    return f"{beginning}{uuid4().hex}.part"


def is_temporary(name: str) -> bool:
    """Whether `temporary_name` may have made a name."""
    return _TEMPORARY.fullmatch(name) is not None


@dataclass(frozen=True)
class Traits:
    """What a kind of storage guarantees."""

    appears_complete: bool = False
    """Whether a file is visible only once it is completely written."""
    lists_flat: bool = False
    """Whether a listing of everything costs fewer requests than one of each folder."""
    has_inodes: bool = False
    """Whether `FileEntry.inode` stays with a file when it is moved."""


class FileStore(Protocol):
    """A root of footage. Safe to use from several threads, and by a process that was forked since it was made.

    Any method may raise `Transient` where the storage does not answer, is overloaded or throttles, `Permanent` where it
    refuses the credentials, and `Unavailable` where a package is missing. No error contains a secret.
    """

    @property
    def url(self) -> str:
        """The root: an absolute path or a URL, without credentials."""
        ...

    @property
    def traits(self) -> Traits:
        """What this kind of storage guarantees."""
        ...

    def list(self, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
        """All files whose keys begin with `prefix` and sort after the key `after`, in the order of their keys' bytes.

        A listing is lazy, and complete: what cannot be listed is an `Unread`, and if the listing cannot be continued,
        the last item is an `Unread` of all that follows. It raises only where nothing was listed yet. Links to files
        are files, links to folders are not followed; devices and pipes are left out, and so is what `put` has not
        finished.
        """
        ...

    def stat(self, key: str) -> FileEntry:
        """The file as it is now. Raises NotFound."""
        ...

    def is_folder(self, key: str) -> bool:
        """Whether there is a folder of that name, or in a store without folders a file below it; "" is the root."""
        ...

    def open(self, key: str, expected: FileEntry | None = None, end: int | None = None) -> BinaryIO:
        """A seekable stream of the file's bytes. Consecutive reads are one request; a seek begins another.

        expected: raise Conflict, at once or from `read`, where the file is no longer this one (size, and token or time).
        end: bytes of the file that are wanted from its beginning; the stream ends there, and nothing beyond is asked for
        where the storage can be asked for a part. None: all of them.
        Raises NotFound, and Conflict where the file is archived.
        """
        ...

    def presigned_url(self, key: str, seconds: int, filename: str = "") -> str | None:
        """A URL at which anyone can read the file for that long, without credentials; None where there is none."""
        ...

    def close(self) -> None:
        """Close connections; they are opened again on use."""
        ...


class Content(Protocol):
    """Bytes that `put` writes. A `Path` is one."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """A stream of the bytes, of which a store may seek to the beginning to start again."""
        ...

    def stat(self) -> os.stat_result:
        """Size and time of last modification."""
        ...


class ManagedStore(FileStore, Protocol):
    """A root of footage that may be written to."""

    def put(self, key: str, file: Content, *, metadata: Mapping[str, str] | None = None) -> FileEntry:
        """Copy a local file (a `Path`), or a file of another store (`content.py`), to a key that does not exist; the
        copy is visible only once it is complete and durable.

        What the content raises while it is read is raised, and there is no copy then. metadata: kept beside the file
        where the storage can, the SHA-1 for example. Raises Conflict where the key
        exists, and StorageFull.
        """
        ...

    def delete(self, key: str, expected: FileEntry | None = None) -> None:
        """Delete a file, if it exists. Raises Conflict where it is not `expected`."""
        ...


class CleanedStore(ManagedStore, Protocol):
    """A root of footage in which a `put` that was killed leaves a file that listings leave out."""

    def clean(self, folder: str, seconds: float) -> int:
        """Delete what `put` has left unfinished in a folder ("": the root), not below it; returns how many files.

        seconds: only what was not written to for so long, by the clocks of this machine and the storage. What cannot be
        deleted stays. A folder that does not exist has none. A `put` that is still running may fail by it.
        """
        ...


class TieredStore(ManagedStore, Protocol):
    """A root of footage whose files have storage classes."""

    def set_storage_class(self, key: str, storage_class: str) -> FileEntry:
        """Move a file to another storage class."""
        ...

    def restore(self, key: str, days: int, speed: str) -> None:
        """Ask for an archived file to be readable for that many days. speed: `expedited`, `standard` or `bulk`.

        Idempotent. `stat` says when it can be read.
        """
        ...
