"""Destinations in storage of any kind: a managed source whose root is a URL.

A store takes whole files of this machine. A copy is written to a temporary file here, read back, put into the store
under its name, which nothing may have, and read back from there: only then does it count.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dampipe.features.imports import errors
from dampipe.features.imports.files import CopyDiffers, Refused, Taken, check_space, sweep
from dampipe.features.imports.model import Reason
from dampipe.features.imports.places import Place, staging_folder
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, StorageFull, Unavailable
from dampipe.kernel.paths import is_valid, join_key, printable
from dampipe.storage.files.base import FileEntry, ManagedStore
from dampipe.storage.files.errors import FILE_EXISTS
from dampipe.storage.files.reading import read_blocks


@dataclass(frozen=True)
class RemotePlace(Place):
    """A destination in a store."""

    store: ManagedStore

    def mounted(self) -> str:
        """See Place."""
        return ""

    def is_there(self, mounted: str) -> bool:
        """Whether the store answers. Raises what it does where it does not."""
        next(iter(self.store.list()), None)
        return True

    def size_at(self, target: str) -> int | None:
        """See Place."""
        entry = self._entry(target)
        return None if entry is None else entry.size

    def time_at(self, target: str) -> int | None:
        """None: a store keeps when a file was put, and not its time."""
        return None

    def written_as(self, target: str, size: int, mtime_ns: int) -> tuple[int, int] | None:
        """None: what is in a store is hashed while it is fetched."""
        return None

    def head(self, target: str, count: int) -> bytes | None:
        """See Place."""
        try:
            with self.store.open(self._key(target)) as stream:
                return stream.read(count)
        except DampipeError:
            return None

    def sha1_of(self, target: str, on_bytes: Callable[[int], object]) -> str:
        """The SHA-1 of a file, read back from the store; "" if it is not there."""
        entry = self._entry(target)
        return "" if entry is None else self._sha1(entry, on_bytes)

    def unlink(self, target: str) -> None:
        """See Place: a store has no reserved names."""

    def sweep(self, session: int, targets: list[str]) -> None:
        """Delete copies that were to be put. Unfinished uploads go when they are a day old (leftovers.py)."""
        sweep(session, {staging_folder()})

    def prepare(self, target: str, size: int) -> str:
        """The folder of this machine to which a copy is written. Raises StorageFull."""
        folder = staging_folder()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        try:
            check_space(folder, size)
        except OSError as error:
            raise StorageFull(errors.DESTINATION_FULL, path=printable(folder)) from error
        if not is_valid(target):
            raise Refused(Reason.NAME_INVALID)
        return folder

    def publish(self, temporary: str, target: str, sha1: str, on_bytes: Callable[[int], object]) -> None:
        """Put a copy, and read it back. Raises Taken, Refused, CopyDiffers, StorageFull, and what the store raises."""
        try:
            entry = self.store.put(self._key(target), Path(temporary), metadata={"sha1": sha1})
        except Conflict as error:
            if error.code == FILE_EXISTS.code:
                raise Taken from error
            raise
        except StorageFull as error:
            raise StorageFull(errors.DESTINATION_FULL, path=printable(self.path)) from error
        except NotFound:
            raise
        except InvalidInput as error:
            raise Refused(Reason.NAME_INVALID, str(error)) from error
        if self._sha1(entry, on_bytes) != sha1:
            self.store.delete(self._key(target), entry)
            raise CopyDiffers(self.number)
        os.unlink(temporary)

    def _sha1(self, entry: FileEntry, on_bytes: Callable[[int], object]) -> str:
        digest = hashlib.sha1(usedforsecurity=False)
        for block in read_blocks(self.store, entry):
            digest.update(block)
            on_bytes(len(block))
        return digest.hexdigest()

    def _key(self, target: str) -> str:
        return join_key(self.folder, target)

    def _entry(self, target: str) -> FileEntry | None:
        try:
            return self.store.stat(self._key(target))
        except NotFound:
            return None


def managed_store(store: object, root: str) -> ManagedStore:
    """The store, if it can be written to. Raises Unavailable."""
    if not (hasattr(store, "put") and hasattr(store, "delete")):
        raise Unavailable(errors.DESTINATION_READ_ONLY, path=printable(root))
    return store  # type: ignore[return-value]
