"""Files of a store as the catalogue knows them: whether one is still the file whose content was identified."""

from dataclasses import dataclass
from typing import BinaryIO

from dampipe.kernel.errors import Conflict
from dampipe.kernel.paths import kept_time, printable
from dampipe.storage.files.base import FileEntry, FileStore, StorageState
from dampipe.storage.files.errors import FILE_ARCHIVED, FILE_CHANGED, FILE_RESTORING


@dataclass(frozen=True)
class KnownFile:
    """A file as a scan has seen it."""

    root: str
    key: str
    size: int
    mtime_ns: int
    checksum: str = ""
    token: str = ""

    def is_same(self, entry: FileEntry) -> bool:
        """Whether a file has the same content: by size and checksum, else by token, else by time.

        The token alone is not enough: one that is copied onto itself, or moved by the storage, has another.
        """
        if entry.size != self.size:
            return False
        for mine, now in ((self.checksum, entry.checksum), (self.token, entry.token)):
            if mine and now:
                return mine == now
        return kept_time(entry.mtime_ns) == kept_time(self.mtime_ns)

    def entry(self, store: FileStore) -> FileEntry:
        """The file as it is now, if it is still this one and can be read.

        Raises NotFound; Conflict with the code `file.changed`, `file.archived` or `file.restoring`; and what the store
        raises where it does not answer.
        """
        entry = store.stat(self.key)
        if not self.is_same(entry):
            raise Conflict(FILE_CHANGED, key=printable(self.key), store=self.root)
        check_readable(entry, self.root)
        return entry

    def open(self, store: FileStore) -> BinaryIO:
        """A stream of the file's bytes, which never holds those of another file that was put in its place.

        Raises what `entry` does, Conflict from `read` as well.
        """
        return store.open(self.key, self.entry(store))


def check_readable(entry: FileEntry, root: str) -> None:
    """Raise Conflict for a file that has to be restored first, or is being restored."""
    facts = {"key": printable(entry.key), "store": root, "storage_class": entry.storage_class}
    if entry.state is StorageState.ARCHIVED:
        raise Conflict(FILE_ARCHIVED, **facts)
    if entry.state is StorageState.RESTORING:
        raise Conflict(FILE_RESTORING, **facts)
