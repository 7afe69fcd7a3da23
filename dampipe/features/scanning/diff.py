"""Comparison: what a walk reads, held against what the catalogue knows, folder by folder and file by file.

What is unchanged costs no write and no query. A file that was written to a moment ago is left until it has
held still.
"""

import os
import time

from dampipe.features.assets.model import LocationState
from dampipe.features.scanning.apply_changes import FoundFile
from dampipe.features.scanning.change_buffer import ChangeBuffer
from dampipe.features.scanning.checkpoint import Unsettled
from dampipe.features.scanning.folder_state import FolderState
from dampipe.features.scanning.known_files import KnownFile, KnownFolder, Peekable, known_files
from dampipe.features.scanning.listing import Listing
from dampipe.features.sources.model import Source
from dampipe.kernel.db.database import Database


class FolderDiff:
    """Takes notes of what is new, changed, gone or back."""

    def __init__(self, database: Database, memory: FolderState, notes: ChangeBuffer, settle: float) -> None:
        """settle: seconds a file must have held still."""
        self._db = database
        self._memory = memory
        self._notes = notes
        self._settle = settle

    def folder(self, source: Source, path: str, listing: Listing, folder: KnownFolder | None) -> None:
        """Compare a folder's files with what is known of it; None: nothing is."""
        count = len(listing.names)
        if listing.names or folder is not None:
            digest = listing.digest()
            if folder is None or folder.listing != digest or listing.unread:
                count = self._compare(source, path, listing, folder, digest)
        self._notes.found += count
        self._notes.position.seen += len(listing.names) + len(listing.unread)

    def file(self, source: int, path: str, listing: Listing, number: int, before: KnownFile | None) -> bool:
        """Note what has become of a file; False: it has to be looked at again."""
        name, size, mtime = listing.names[number], listing.sizes[number], listing.times[number]
        same = before is not None and (before.size, before.mtime_ns) == (size, mtime)
        if not same and _is_young(listing.path, name, mtime, self._settle):
            self._notes.position.unsettled.append(Unsettled(source, path, name, size, mtime))
            return False
        self.sort(FoundFile(source, path, name, size, mtime, listing.inodes[number]), before)
        return True

    def sort(self, found: FoundFile, before: KnownFile | None) -> None:
        """Tell new, changed, returned and unchanged files apart."""
        changes = self._notes.changes
        if before is None:
            changes.new.append(found)
        elif (before.size, before.mtime_ns) != (found.size, found.mtime_ns):
            changes.changed.append((before.id, found))
        elif before.state == LocationState.MISSING:
            changes.back.append((before.id, found.inode))
        elif before.inode != found.inode:
            changes.renumbered.append((before.id, found.inode))

    def _compare(
        self, source: Source, path: str, listing: Listing, folder: KnownFolder | None, digest: bytes
    ) -> int:
        """File by file; returns how many were dealt with."""
        self._memory.keep_sidecars(source, path, listing.sidecars, is_new=folder is None)
        rows = iter(()) if folder is None else known_files(self._db, folder.id)
        if folder is not None and not all(map(str.isascii, listing.names)):
            rows = iter(self._memory.spelled_as_found(rows, listing.names))
        known = Peekable(rows)
        unread = {os.fsencode(name) for name in listing.unread}
        self._notes.warn_unread(listing)
        taken = lost = 0
        for done, (key, number) in enumerate(listing.in_order(), 1):
            lost += self._lose(known, key, unread)
            taken += self.file(source.id, path, listing, number, known.at(key))
            if not done % self._notes.batch:
                self._notes.write()
        lost += self._lose(known, None, unread)
        agrees = taken == len(listing.names) and not lost and not unread
        if agrees or (folder is not None and folder.listing is not None):
            self._notes.changes.listings[source.id, path] = digest if agrees else None
        return taken

    def _lose(self, known: Peekable[KnownFile], key: bytes | None, unread: set[bytes]) -> int:
        """Note the known files that were passed without being met; returns how many."""
        gone = [
            file.id
            for file in known.before(key)
            if file.state == LocationState.PRESENT and file.key not in unread
        ]
        self._notes.changes.gone += gone
        return len(gone)


def _is_young(folder: str, name: str, mtime_ns: int, settle: float) -> bool:
    """Whether a file was written to within the last `settle` seconds."""
    now = time.time()
    if now - mtime_ns / 1e9 >= settle:
        return False
    if mtime_ns / 1e9 <= now:
        return True
    try:  # a date in the future is a camera's, or a program's; when the file was last touched is the system's
        return now - os.stat(os.path.join(folder, name)).st_ctime < settle
    except OSError:
        return True
