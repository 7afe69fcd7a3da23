"""What a walk found, and the writer that applies it in bulk, together with the walk's checkpoint.

A new file with the move key of a known one (same size, time and inode; in other storages than file systems, same size
and checksum) is written without a hash run: at the end of the walk, reconciling decides whether it is that file, moved,
or has to be identified.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from dampipe.features.scanning.known_files import KnownFile
from dampipe.features.scanning.model import ScanJob
from dampipe.features.scanning.queries import add_counts, save_progress
from dampipe.features.scanning.runs import create_hash_runs, delete_runs
from dampipe.features.sources.folders import (
    FolderKey,
    ensure_folders,
    forget_listings,
    save_listings,
    save_lookalikes,
)
from dampipe.features.sources.locations import (
    NewLocation,
    StatedLocation,
    StoredLocation,
    insert_found,
    mark_missed,
    mark_named,
    restore,
    update_changed,
    update_inodes,
    update_stated,
    update_storage,
)
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.storage_facts import AT_HAND, StorageFacts
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.jobs.keys import RunKey
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import FolderId, LocationId, SourceId
from dampipe.kernel.paths import encoded

if TYPE_CHECKING:  # imports what reads patterns, which commands that submit a scan do not need
    from dampipe.features.scanning.listing import Listing

MoveKey = tuple[SourceId, int | str, int, int]
"""Source, inode, size and mtime_ns, or source, checksum, size and 0: what a file keeps when it is moved within its
source."""


class FoundFile(NamedTuple):
    """A media file as the walk sees it."""

    source: SourceId
    folder: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    """0 where the file system has no meaningful inodes."""
    is_named: bool = False
    """Whether it was enqueued by its own path although scans of its source skip it."""
    checksum: str = ""
    """What the storage states of its content, if it can be trusted; "" in file systems."""
    token: str = ""
    """What the storage changes with the content; "" in file systems."""
    storage: StorageFacts = AT_HAND
    """How the storage keeps it."""

    @property
    def move_key(self) -> MoveKey:
        """What the file keeps when it is moved within its source."""
        if self.checksum:
            return self.source, self.checksum, self.size, 0
        return self.source, self.inode, self.size, self.mtime_ns


def is_unchanged(known: KnownFile, found: FoundFile) -> bool:
    """Whether a file has the content that is known, as far as size, checksum, token and time tell.

    Equal checksums decide; else tokens, where both have one; else times.
    """
    if known.size != found.size:
        return False
    if known.checksum and found.checksum and _algorithm(known.checksum) == _algorithm(found.checksum):
        return known.checksum == found.checksum
    if known.token and found.token:
        return known.token == found.token
    return known.mtime_ns == found.mtime_ns


def _algorithm(checksum: str) -> str:
    return checksum.partition(":")[0]


def found_in_order(
    listing: "Listing", source: SourceId, folder: str, is_named: bool
) -> Iterator[tuple[bytes, int, FoundFile]]:
    """Name in bytes, index in the listing, and what was found, of each file of a folder, sorted by name.

    Made one by one, since a folder may hold a million files, and by the interpreter's own loops.
    """
    keys = encoded(listing.names)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    columns = (listing.names, listing.sizes, listing.times, listing.inodes)
    stated = (listing.checksums, listing.tokens, listing.storage) if listing.tokens else ()
    rows = zip(
        repeat(source),
        repeat(folder),
        *(map(column.__getitem__, order) for column in columns),
        repeat(is_named),
        *(map(column.__getitem__, order) for column in stated),
        *(() if stated else (repeat(""), repeat(""), repeat(AT_HAND))),
        strict=False,
    )
    return zip(map(keys.__getitem__, order), order, map(FoundFile._make, rows), strict=True)


@dataclass
class ChangeSet:
    """What a walk found since it last wrote."""

    new: list[FoundFile] = field(default_factory=list)
    changed: list[tuple[LocationId, FoundFile]] = field(default_factory=list)
    """Known files with another size or time, with their location ids."""
    returned: list[tuple[LocationId, int]] = field(default_factory=list)
    """Missing files that exist again: location id and inode."""
    renumbered: list[tuple[LocationId, int]] = field(default_factory=list)
    """Unchanged files with another inode, as after a restore: location id and inode."""
    stated: list[StatedLocation] = field(default_factory=list)
    """Files with the same content of which the storage states another time, checksum or token."""
    kept_otherwise: list[StoredLocation] = field(default_factory=list)
    """Files that can be read now and could not, or the other way round, or have another storage class."""
    gone: list[LocationId] = field(default_factory=list)
    """Location ids of files that were not found."""
    gone_folders: list[FolderId] = field(default_factory=list)
    """Ids of folders that were not found."""
    named: list[LocationId] = field(default_factory=list)
    """Known files that were enqueued by their own paths although scans of their sources skip them."""
    lookalikes: dict[FolderKey, bytes | None] = field(default_factory=dict)
    """By source and path, the new marks of files that look like media by their suffixes only."""
    listings: dict[FolderKey, bytes | None] = field(default_factory=dict)
    """By source and path, digests of folders with which their locations agree once all this is written."""

    def __len__(self) -> int:
        files = len(self.new) + len(self.changed) + len(self.returned) + len(self.renumbered) + len(self.gone)
        folders = len(self.gone_folders) + len(self.listings) + len(self.lookalikes)
        return files + len(self.stated) + len(self.kept_otherwise) + len(self.named) + folders

    def add(self, found: FoundFile, known: KnownFile | None) -> None:
        """Record a file as new, changed, returned or with another inode; an unchanged one is not recorded."""
        if known is not None and found.is_named and not known.is_named:
            self.named.append(known.id)
        if known is None:
            self.new.append(found)
        elif not is_unchanged(known, found):
            self.changed.append((known.id, found))
        else:
            self._add_unchanged(found, known)

    def _add_unchanged(self, found: FoundFile, known: KnownFile) -> None:
        stated = (found.mtime_ns, found.checksum, found.token)
        if stated != (known.mtime_ns, known.checksum, known.token):
            self.stated.append((known.id, *stated))
        if found.storage != known.storage:
            self.kept_otherwise.append((known.id, *found.storage))
        if known.state == LocationState.MISSING:
            self.returned.append((known.id, found.inode))
        elif known.inode != found.inode:
            self.renumbered.append((known.id, found.inode))


class ChangeWriter:
    """Writes what walks find to one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def apply(
        self,
        job: ScanJob,
        changes: ChangeSet,
        key: RunKey,
        found: int,
        checkpoint: str,
        warnings: str,
        unknown: str,
    ) -> None:
        """Write what a walk found, with a hash run (`key`) for every file that cannot be a moved one.

        found: media files seen so far. Raises ScanStopped when the job is no longer this owner's.
        """
        with self._db.write() as connection:
            save_progress(
                connection, job, found=found, checkpoint=checkpoint, warnings=warnings, unknown=unknown
            )
            if not len(changes):
                return
            move_keys = known_move_keys(connection, self._db, changes.new)
            perhaps_moved = [f for f in changes.new if f.move_key in move_keys] if move_keys else []
            new = self._insert(
                connection,
                job,
                [f for f in changes.new if f.move_key not in move_keys] if perhaps_moved else changes.new,
            )
            if new:
                between = LOCATION.c.id.between(new[0], new[-1])
                self._create_hash_runs(connection, job, key, LOCATION.c.scan_id == job.scan, between)
            inserted = len(new) + len(self._insert(connection, job, perhaps_moved))
            self._update(connection, job, changes.changed, key)
            update_stated(connection, changes.stated)
            update_storage(connection, changes.kept_otherwise)
            update_inodes(connection, changes.returned + changes.renumbered)
            unidentified = restore(connection, [location for location, _ in changes.returned], job.scan)
            mark_missed(connection, job.scan, locations=changes.gone, folders=changes.gone_folders)
            # Should a folder return as it was, its files have to be compared.
            forget_listings(connection, changes.gone_folders)
            mark_named(connection, changes.named)
            if changes.lookalikes:
                ensure_folders(connection, self._db, changes.lookalikes.keys())
                save_lookalikes(connection, changes.lookalikes)
            if inserted == len(changes.new):  # else another scan wrote here at the same time
                save_listings(connection, changes.listings)
            add_counts(
                connection,
                job,
                new=inserted + unidentified,
                changed=len(changes.changed),
                returned=len(changes.returned) - unidentified,
            )

    def _insert(self, connection: Connection, job: ScanJob, files: Sequence[FoundFile]) -> list[LocationId]:
        """Returns the ids of the locations inserted."""
        if not files:
            return []
        # In columns, so that the work for each file is done by the interpreter's own loops.
        sources, paths, names, *facts, checksums, tokens, storage = zip(*files, strict=True)
        places = list(zip(sources, paths, strict=True))
        folders = ensure_folders(connection, self._db, set(places))
        if any(checksums) or any(tokens):  # else, as in file systems, these columns would only take time
            facts += [checksums, tokens]
            if storage.count(AT_HAND) < len(storage):
                facts += zip(*storage, strict=True)
        numbers = map(folders.__getitem__, places)
        rows: list[NewLocation] = list(zip(numbers, encoded(names), *facts, strict=True))
        return insert_found(connection, self._db, rows, job.scan)

    def _update(
        self,
        connection: Connection,
        job: ScanJob,
        changed: Sequence[tuple[LocationId, FoundFile]],
        key: RunKey,
    ) -> None:
        facts = [
            (location, file.size, file.mtime_ns, file.inode, file.checksum, file.token, *file.storage)
            for location, file in changed
        ]
        update_changed(connection, facts, job.scan)
        locations = [location for location, _ in changed]
        delete_runs(connection, locations)
        for ids in chunked(locations):
            self._create_hash_runs(connection, job, key, LOCATION.c.id.in_(ids))

    def _create_hash_runs(
        self, connection: Connection, job: ScanJob, key: RunKey, *where: ColumnElement[bool]
    ) -> None:
        create_hash_runs(connection, self._db, key, *where, process=job.process, priority=job.priority)


def known_move_keys(connection: Connection, database: Database, files: Sequence[FoundFile]) -> set[MoveKey]:
    """The move keys of known, identified files, as far as one of `files` may have the same."""
    keys: set[MoveKey] = set()
    for checksums in chunked(sorted({file.checksum for file in files} - {""})):
        of_these = (LOCATION.c.checksum.in_(checksums), LOCATION.c.checksum != literal_column("''"))
        same: Select[Any] = (
            select(FOLDER.c.source_id, LOCATION.c.checksum, LOCATION.c.size)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(*of_these, LOCATION.c.version_id.is_not(None))
        )
        keys.update((row[0], row[1], row[2], 0) for row in connection.execute(same))
    for inodes in chunked(sorted({file.inode for file in files if file.inode and not file.checksum})):
        rows: Select[Any] = (
            select(FOLDER.c.source_id, LOCATION.c.inode, LOCATION.c.size, LOCATION.c.mtime_ns)
            .join_from(LOCATION, FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .where(database.among(LOCATION.c.inode, inodes), LOCATION.c.version_id.is_not(None))
        )
        keys.update((row[0], row[1], row[2], row[3]) for row in connection.execute(rows))
    return keys
