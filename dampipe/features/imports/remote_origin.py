"""Origins in storage of any kind: `s3://bucket/card7`, `smb://nas/in`. They are read through `storage/files`.

A file is read once, hashed while it is read. The store gives the bytes of the one file that was listed, or none: what is
changed meanwhile is noticed by its token. A transfer that breaks off is continued where it did.
"""

import errno
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from dampipe.features.imports.errors import ORIGIN_NOT_FOUND
from dampipe.features.imports.folder import classified
from dampipe.features.imports.importers import OriginFile, OriginStat
from dampipe.features.imports.local_origin import Listed
from dampipe.features.imports.model import Reason
from dampipe.kernel.errors import Conflict, DampipeError, NotFound, Transient
from dampipe.kernel.paths import kept_time, printable, split_key
from dampipe.media.filetypes import HEAD, is_media_content, needs_content
from dampipe.storage.files.base import FileEntry, FileStore, StorageState, Unread
from dampipe.storage.files.errors import FILE_CHANGED
from dampipe.storage.files.reading import read_blocks
from dampipe.storage.files.stores import FileStores


class RemoteFolder:
    """A folder of a store, file by file, as `FolderImporter` takes one of this machine."""

    summary = "Copy the footage of a folder in a store."
    names_files = True
    fields: tuple[str, ...] = ("name", "stem", "suffix", "folder", "camera", "shot_on", "imported_on")
    default_pattern = "{folder}/{name}"
    proves_complete = False

    def __init__(self, stores: FileStores) -> None:
        self._stores = stores

    def check(self, origin: str) -> None:
        """Raise NotFound if nothing is there. Raises what the store does where it is away."""
        first = next(iter(self._store(origin).list()), None)
        if first is None:
            raise NotFound(ORIGIN_NOT_FOUND, path=printable(origin))
        if isinstance(first, Unread) and not first.prefix:
            raise _cannot_list(first)

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every file. What cannot be listed is set aside; a listing that breaks off raises OSError."""
        store = self._store(origin)
        folders: dict[str, Listed] = {}
        unread: list[OriginFile] = []
        try:
            for found in store.list():
                if isinstance(found, Unread):
                    if not found.prefix or not found.prefix.endswith("/"):
                        raise _cannot_list(found)
                    unread.append(_unreadable(found))
                    continue
                folder, name = split_key(found.key)
                here = folders.setdefault(folder, Listed(folder))
                here.files.append(_listed(found, name))
        except NotFound as error:
            raise FileNotFoundError(errno.ENOENT, str(error)) from error
        for folder in sorted(folders, key=os.fsencode):
            yield from classified(origin, folders[folder], lambda file: _has_content(store, file))
        yield from unread

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as it is now. Raises FileNotFoundError, and what the store raises where it is away."""
        entry = self._entry(origin, key)
        return OriginStat(entry.size, kept_time(entry.mtime_ns), entry.token)

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of the file as it is now. Reading raises OSError: ESTALE where it was changed meanwhile."""
        return _Blocks(self._store(origin), self._entry(origin, key))  # type: ignore[return-value]

    def local_path(self, origin: str, key: str) -> str | None:
        """None: no program on this machine can open it."""
        return None

    def label(self, origin: str) -> str:
        """The last part of the URL."""
        return origin.rstrip("/").rpartition("/")[2]

    def mount(self, origin: str) -> str:
        """Nothing is mounted."""
        return ""

    def _store(self, origin: str) -> FileStore:
        return self._stores.of(origin)

    def _entry(self, origin: str, key: str) -> FileEntry:
        try:
            return self._store(origin).stat(key)
        except NotFound as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error


def _cannot_list(found: Unread) -> OSError:
    return OSError(errno.EIO, f"it cannot be listed: {found.reason}")


def _unreadable(found: Unread) -> OriginFile:
    return OriginFile(
        found.prefix.rstrip("/"), 0, 0, is_footage=False, set_aside=Reason.FOLDER_UNREADABLE, detail=found.reason
    )  # fmt: skip


def _listed(entry: FileEntry, name: str) -> OriginFile:
    file = OriginFile(entry.key, entry.size, kept_time(entry.mtime_ns), token=entry.token)
    if not name:  # what some programs keep for a folder
        return replace(file, set_aside=Reason.NOT_A_FILE)
    if entry.state in (StorageState.ARCHIVED, StorageState.RESTORING):
        return replace(file, set_aside=Reason.ARCHIVED, detail=entry.storage_class)
    return file


def _has_content(store: FileStore, file: OriginFile) -> bool:
    """Whether a file whose suffix other kinds of files have, too, is media. One that cannot be read is, for now."""
    if not needs_content(split_key(file.key)[1]):
        return True
    try:
        with store.open(file.key) as stream:
            return is_media_content(file.key, stream.read(HEAD))
    except DampipeError:
        return True


class _Blocks(io.RawIOBase):
    """A stream over blocks, whose errors are those of files."""

    def __init__(self, store: FileStore, entry: FileEntry) -> None:
        super().__init__()
        self._blocks = read_blocks(store, entry)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read some bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        if not self._rest:
            self._rest = memoryview(self._next())
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next(self) -> bytes:
        try:
            return next(self._blocks, b"")
        except NotFound as error:
            raise FileNotFoundError(errno.ENOENT, str(error)) from error
        except Conflict as error:
            code = errno.ESTALE if error.code == FILE_CHANGED.code else errno.EACCES
            raise OSError(code, str(error)) from error
        except Transient as error:
            raise OSError(errno.EIO, str(error)) from error
