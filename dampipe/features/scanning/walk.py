"""The walk: one look at folder trees, compared with what the catalogue knows, folder by folder.

Two sorted streams are merged, what is there and what is known, so that memory stays bounded. Nothing is
called missing that could not be looked for, nor of a source that lost too much.
"""

import os
from collections.abc import Callable
from pathlib import PurePath

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.change_buffer import ChangeBuffer
from dampipe.features.scanning.checkpoint import Checkpoint, CheckpointPlace
from dampipe.features.scanning.diff import FolderDiff
from dampipe.features.scanning.folder_state import FolderState
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.known_files import KnownFolder, Peekable, known_folders
from dampipe.features.scanning.listing import Listing, read, read_file
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanJob
from dampipe.features.scanning.reconcile import Reconciler, known
from dampipe.features.scanning.tree import folders
from dampipe.features.scanning.write_stability import wait_until_stable
from dampipe.features.sources.model import Source
from dampipe.jobs.keys import RunKey
from dampipe.kernel.paths import printable

MOST_UNSETTLED = 500
"""Files that hold still or do not are looked at again together."""


class Walk:
    """One scan's walk over its paths, begun or gone on with."""

    def __init__(self, order: ScanJob, catalog: Catalog, hash_key: RunKey, rules: ScanPolicy) -> None:
        self._order = order
        self._catalog = catalog
        self._hash_key = hash_key
        self._rules = rules
        self._inodes = Inodes()
        self._memory = FolderState(catalog)
        self._renamed: set[int] = set()
        """Folders that were found under another spelling."""
        self._read_last: tuple[int, str] | None = None
        """The folder whose sidecars were looked for last, on behalf of single files."""
        self._sources = {source.id: source for source in catalog.sources.all()}

    @property
    def suspicious(self) -> bool:
        """Whether a source is away, empty or much smaller than it was."""
        return self._position.suspicious

    @property
    def moving(self) -> list[str]:
        """Files that are still being written."""
        return self._position.moving

    def run(self, written: Callable[[], None]) -> list[str]:
        """Walk and return what a person should know. `written` is called when there may be work to start.

        Raises Stopped when the scan is paused, cancelled or taken over; what was written by then is true.
        """
        before = self._order.position
        if before is None:
            self._position = Checkpoint([], self._catalog.sources.newest_location())
        else:
            self._position = Checkpoint.from_json(before)
        database, seconds = self._catalog.database, self._rules.settle
        self._notes = ChangeBuffer(self._order, self._catalog, self._hash_key, self._position, written)
        self._comparison = FolderDiff(database, self._memory, self._notes, seconds)
        if before is None:
            self._begin()
        while self._position.place < len(self._position.places):
            self._walk_place(self._position.places[self._position.place])
            self._position.place += 1
            self._position.folder, self._position.seen = None, 0
        self._settle()
        self._notes.write()
        self._conclude()
        written()
        return self._notes.warnings

    def _begin(self) -> None:
        for path in dict.fromkeys(self._order.paths):
            self._plan(path)
        if self._order.process:
            for place in self._position.places:
                self._catalog.holding.adopt(self._order, place.source, place.path)
        self._notes.write()

    def _plan(self, path: str) -> None:
        """Note what a path stands for: a tree, with those of sources inside it, or a file."""
        if not os.path.lexists(path):
            if self._order.follows_up:
                return
            self._position.suspicious = True
            self._notes.warn(f"{printable(path)} is not there: is the share mounted?")
            return
        is_folder = os.path.isdir(path)
        folder, name = (path, "") if is_folder else os.path.split(path)
        holder = self._catalog.sources.holding(folder)
        self._sources[holder.id] = holder
        places = [CheckpointPlace(holder.id, _relative(folder, holder), name)]
        if is_folder:
            inner = [s for s in self._sources.values() if s.id != holder.id and _reaches(path, s.root)]
            places += [
                CheckpointPlace(source.id, "") for source in sorted(inner, key=lambda source: source.root)
            ]
        self._position.places += [place for place in places if place not in self._position.places]

    def _walk_place(self, place: CheckpointPlace) -> None:
        source = self._sources.get(place.source)
        if source is None:  # forgotten since the walk began
            return
        if place.file:
            self._look_at_file(source, place)
        else:
            self._walk_tree(source, place)

    def _look_at_file(self, source: Source, place: CheckpointPlace) -> None:
        listing = read_file(os.path.join(source.root, place.path, place.file), self._inodes)
        before = self._catalog.findings.file(source.id, place.path, place.file)
        self._notes.warn_unread(listing)
        if listing.names and (source.id, place.path) != self._read_last:
            self._read_last = (source.id, place.path)  # of a folder's files, one after the other, once
            beside = self._read(source, place.path, frozenset())
            if not beside.problem:
                self._memory.keep_sidecars(source, place.path, beside.sidecars)
        if listing.names and self._comparison.file(source.id, place.path, listing, 0, before):
            self._notes.found += 1

    def _walk_tree(self, source: Source, place: CheckpointPlace) -> None:
        roots = frozenset(other.root for other in self._sources.values()) - {source.root}
        after = None if self._position.folder is None else os.fsencode(self._position.folder)
        ahead = Peekable(known_folders(self._catalog.database, source.id, place.path, self._position.folder))
        unread: set[bytes] = set()

        for key, path, listing in folders(place.path, lambda path: self._read(source, path, roots), after):
            if listing.problem:
                unread.add(key)
            if after is not None and key <= after:
                continue
            self._miss(ahead, key, unread)
            folder = ahead.at(key) or self._respelled(source, path)
            if listing.problem:
                self._notes.warn(f"{printable(listing.path)} cannot be read: {listing.problem}")
                self._position.suspicious |= path == place.path
            else:
                self._comparison.folder(source, path, listing, folder)
            self._position.folder = path
            if self._notes.due:
                self._notes.write()
            if len(self._position.unsettled) >= MOST_UNSETTLED:
                self._settle()
        self._miss(ahead, None, unread)
        if not (place.path or unread or self._position.seen or self._order.accept_missing):
            self._doubt(source)

    def _miss(self, ahead: Peekable[KnownFolder], key: bytes | None, unread: set[bytes]) -> None:
        """Note the folders that were passed without being met, unless they may lie in one not read."""
        for folder in ahead.before(key):
            if folder.id not in self._renamed and (not unread or not _lies_in(folder.key, unread)):
                self._notes.changes.gone_folders.append(folder.id)

    def _respelled(self, source: Source, path: str) -> KnownFolder | None:
        """The folder as it is known by another spelling of its name; it is not gone then."""
        folder = self._memory.respelled_folder(source, path)
        if folder is not None:
            self._renamed.add(folder.id)
            gone = self._notes.changes.gone_folders
            gone[:] = [number for number in gone if number != folder.id]
        return folder

    def _read(self, source: Source, path: str, roots: frozenset[str]) -> Listing:
        exclude = self._rules.exclude_of(source)
        whole = os.path.join(source.root, path) if path else source.root
        return read(whole, path, self._rules.is_media, exclude, self._inodes, roots)

    def _doubt(self, source: Source) -> None:
        """Leave a source alone that is the empty place where a share is to be mounted."""
        files = known(self._catalog.database, source.id, self._position.newest)
        if files:
            self._position.suspicious = True
            self._position.doubted.append(source.id)
            self._notes.warn(
                f"{printable(source.root)} is empty, but {files} files are known there: is the share "
                "mounted? Nothing was marked as missing."
            )

    def _settle(self) -> None:
        findings, seconds = self._catalog.findings, self._rules.settle
        wait_until_stable(self._notes, findings, self._comparison, self._sources, self._inodes, seconds)

    def _conclude(self) -> None:
        guard = None if self._order.accept_missing else self._rules.guard
        newest, doubted = self._position.newest, self._position.doubted
        conclusion = Reconciler(self._catalog.database, self._order, newest, doubted)
        for loss in conclusion.run(guard, self._hash_key):
            self._position.suspicious = True
            self._notes.warn(
                f"{printable(self._sources[loss.source].root)} lacks {loss.lost} of {loss.known} known files: "
                "is all of it mounted? Nothing was marked as missing; if they are gone for good, scan again "
                "with --accept-missing."
            )


def _lies_in(key: bytes, folders: set[bytes]) -> bool:
    if b"" in folders:
        return True
    while key:
        if key in folders:
            return True
        key = key.rpartition(b"/")[0]
    return False


def _relative(path: str, source: Source) -> str:
    """A path below a source's root, "" for the root itself."""
    below = str(PurePath(path).relative_to(source.root))
    return "" if below == "." else below


def _reaches(top: str, root: str) -> bool:
    """Whether a walk of `top` comes by `root`: a folder below it, and no link on the way."""
    if not PurePath(root).is_relative_to(top) or not os.path.isdir(root):
        return False
    return os.path.realpath(root) == os.path.join(os.path.realpath(top), os.path.relpath(root, top))
