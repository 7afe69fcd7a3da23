"""The walk: one look at folder trees, compared with what the catalogue knows, folder by folder.

Two sorted streams are merged, what is there and what is known, so that memory stays bounded. What is
unchanged costs no write and no query. A file that was written to a moment ago is left until it has held
still. Nothing is called missing that could not be looked for, nor of a source that lost too much.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import PurePath

from dampipe.domain.assets import LocationState, Source, printable
from dampipe.pipeline.folder_memory import FolderMemory
from dampipe.pipeline.inodes import Inodes
from dampipe.pipeline.listing import Listing, read, read_file
from dampipe.pipeline.position import Place, Position, Unsettled
from dampipe.pipeline.rules import Rules
from dampipe.pipeline.tree import folders
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.conclusion import Conclusion, known
from dampipe.storage.catalog.findings import Changes, FoundFile
from dampipe.storage.catalog.keys import RunKey
from dampipe.storage.catalog.known import Ahead, KnownFile, KnownFolder, known_files, known_folders
from dampipe.storage.catalog.scans import Order

BATCH = 1000
"""Changes written in one transaction."""
INTERVAL = 0.5
"""Seconds after which it is written how far the walk is, and seen whether it is to stop."""
MOST_UNSETTLED = 500
MOST_WARNINGS = 100


class Walk:
    """One scan's walk over its paths, begun or gone on with."""

    def __init__(self, order: Order, catalog: Catalog, hash_key: RunKey, rules: Rules) -> None:
        self._order = order
        self._catalog = catalog
        self._hash_key = hash_key
        self._rules = rules
        self._inodes = Inodes()
        self._memory = FolderMemory(catalog)
        self._renamed: set[int] = set()
        """Folders that were found under another spelling."""
        self._read_last: tuple[int, str] | None = None
        """The folder whose sidecars were looked for last, on behalf of single files."""
        self._changes = Changes()
        self._found = order.found
        self._warnings = order.warnings
        self._sources = {source.id: source for source in catalog.sources.all()}
        self._wrote = time.monotonic()

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
        self._written = written
        self._begin()
        while self._position.place < len(self._position.places):
            self._walk_place(self._position.places[self._position.place])
            self._position.place += 1
            self._position.folder, self._position.seen = None, 0
        self._settle()
        self._write()
        self._conclude()
        written()
        return self._warnings

    def _begin(self) -> None:
        if self._order.position is not None:
            self._position = Position.from_json(self._order.position)
            return
        self._position = Position([], self._catalog.sources.newest_location())
        for path in dict.fromkeys(self._order.paths):
            self._plan(path)
        if self._order.process:
            for place in self._position.places:
                self._catalog.holding.adopt(self._order, place.source, place.path)
        self._write()

    def _plan(self, path: str) -> None:
        """Note what a path stands for: a tree, with those of sources inside it, or a file."""
        if not os.path.lexists(path):
            if self._order.follows_up:
                return
            self._position.suspicious = True
            self._warn(f"{printable(path)} is not there: is the share mounted?")
            return
        is_folder = os.path.isdir(path)
        folder, name = (path, "") if is_folder else os.path.split(path)
        holder = self._catalog.sources.holding(folder)
        self._sources[holder.id] = holder
        places = [Place(holder.id, _relative(folder, holder), name)]
        if is_folder:
            inner = [s for s in self._sources.values() if s.id != holder.id and _reaches(path, s.root)]
            places += [Place(source.id, "") for source in sorted(inner, key=lambda source: source.root)]
        self._position.places += [place for place in places if place not in self._position.places]

    def _walk_place(self, place: Place) -> None:
        source = self._sources.get(place.source)
        if source is None:  # forgotten since the walk began
            return
        if place.file:
            self._look_at_file(source, place)
        else:
            self._walk_tree(source, place)

    def _look_at_file(self, source: Source, place: Place) -> None:
        listing = read_file(os.path.join(source.root, place.path, place.file), self._inodes)
        before = self._catalog.findings.file(source.id, place.path, place.file)
        for name, reason in listing.unread.items():
            self._warn_unread(listing, name, reason)
        if listing.names and (source.id, place.path) != self._read_last:
            self._read_last = (source.id, place.path)  # of a folder's files, one after the other, once
            beside = self._read(source, place.path, frozenset())
            if not beside.problem:
                self._memory.keep_sidecars(source, place.path, beside.sidecars)
        if listing.names and self._note(source.id, place.path, listing, 0, before):
            self._found += 1

    def _walk_tree(self, source: Source, place: Place) -> None:
        roots = frozenset(other.root for other in self._sources.values()) - {source.root}
        after = None if self._position.folder is None else os.fsencode(self._position.folder)
        ahead = Ahead(known_folders(self._catalog.database, source.id, place.path, self._position.folder))
        unread: set[bytes] = set()

        for key, path, listing in folders(place.path, lambda path: self._read(source, path, roots), after):
            if listing.problem:
                unread.add(key)
            if after is not None and key <= after:
                continue
            self._miss(ahead, key, unread)
            folder = ahead.at(key) or self._respelled(source, path)
            if listing.problem:
                self._warn(f"{printable(listing.path)} cannot be read: {listing.problem}")
                self._position.suspicious |= path == place.path
            else:
                self._look(source, path, listing, folder)
            self._position.folder = path
            if len(self._changes) >= BATCH or time.monotonic() - self._wrote > INTERVAL:
                self._write()
            if len(self._position.unsettled) >= MOST_UNSETTLED:
                self._settle()
        self._miss(ahead, None, unread)
        if not (place.path or unread or self._position.seen or self._order.accept_missing):
            self._doubt(source)

    def _miss(self, ahead: Ahead[KnownFolder], key: bytes | None, unread: set[bytes]) -> None:
        """Note the folders that were passed without being met, unless they may lie in one not read."""
        for folder in ahead.before(key):
            if folder.id not in self._renamed and (not unread or not _lies_in(folder.key, unread)):
                self._changes.gone_folders.append(folder.id)

    def _respelled(self, source: Source, path: str) -> KnownFolder | None:
        """The folder as it is known by another spelling of its name; it is not gone then."""
        folder = self._memory.respelled_folder(source, path)
        if folder is not None:
            self._renamed.add(folder.id)
            self._changes.gone_folders = [gone for gone in self._changes.gone_folders if gone != folder.id]
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
            self._warn(
                f"{printable(source.root)} is empty, but {files} files are known there: is the share "
                "mounted? Nothing was marked as missing."
            )

    def _look(self, source: Source, path: str, listing: Listing, folder: KnownFolder | None) -> None:
        """Compare a folder's files with the catalogue."""
        count = len(listing.names)
        if listing.names or folder is not None:
            digest = listing.digest()
            if folder is None or folder.listing != digest or listing.unread:
                count = self._compare(source, path, listing, folder, digest)
        self._found += count
        self._position.seen += len(listing.names) + len(listing.unread)

    def _compare(
        self, source: Source, path: str, listing: Listing, folder: KnownFolder | None, digest: bytes
    ) -> int:
        """File by file; returns how many were dealt with."""
        self._memory.keep_sidecars(source, path, listing.sidecars, is_new=folder is None)
        rows = iter(()) if folder is None else known_files(self._catalog.database, folder.id)
        if folder is not None and not all(map(str.isascii, listing.names)):
            rows = iter(self._memory.spelled_as_found(rows, listing.names))
        known = Ahead(rows)
        unread = {os.fsencode(name) for name in listing.unread}
        for name, reason in listing.unread.items():
            self._warn_unread(listing, name, reason)
        taken = lost = 0
        for done, (key, number) in enumerate(listing.in_order(), 1):
            lost += self._lose(known, key, unread)
            taken += self._note(source.id, path, listing, number, known.at(key))
            if not done % BATCH:
                self._write()
        lost += self._lose(known, None, unread)
        agrees = taken == len(listing.names) and not lost and not unread
        if agrees or (folder is not None and folder.listing is not None):
            self._changes.listings[source.id, path] = digest if agrees else None
        return taken

    def _lose(self, known: Ahead[KnownFile], key: bytes | None, unread: set[bytes]) -> int:
        """Note the known files that were passed without being met; returns how many."""
        gone = [
            file.id
            for file in known.before(key)
            if file.state == LocationState.PRESENT and file.key not in unread
        ]
        self._changes.gone += gone
        return len(gone)

    def _note(self, source: int, path: str, listing: Listing, number: int, before: KnownFile | None) -> bool:
        """Note what has become of a file; False: it has to be looked at again."""
        name, size, mtime = listing.names[number], listing.sizes[number], listing.times[number]
        inode = listing.inodes[number]
        same = before is not None and (before.size, before.mtime_ns) == (size, mtime)
        if not same and _is_young(listing.path, name, mtime, self._rules.settle):
            self._position.unsettled.append(Unsettled(source, path, name, size, mtime))
            return False
        self._sort(FoundFile(source, path, name, size, mtime, inode), before)
        return True

    def _sort(self, found: FoundFile, before: KnownFile | None) -> None:
        """Tell new, changed, returned and unchanged files apart."""
        if before is None:
            self._changes.new.append(found)
        elif (before.size, before.mtime_ns) != (found.size, found.mtime_ns):
            self._changes.changed.append((before.id, found))
        elif before.state == LocationState.MISSING:
            self._changes.back.append((before.id, found.inode))
        elif before.inode != found.inode:
            self._changes.renumbered.append((before.id, found.inode))

    def _settle(self) -> None:
        """Look again at files that were written to a moment ago, once they have had time to hold still."""
        if not self._position.unsettled:
            return
        self._write()
        settle = self._rules.settle
        youngest = max(file.mtime_ns for file in self._position.unsettled) / 1e9
        time.sleep(max(0.0, min(settle, youngest + settle - time.time())))
        # A folder that was begun before a kill and read again after it has its files in here twice.
        waiting, self._position.unsettled = dict.fromkeys(self._position.unsettled), []
        moving: list[str] = []
        for file in waiting:
            source = self._sources.get(file.source)
            if source is None:
                continue
            path = os.path.join(source.root, file.folder, file.name)
            listing = read_file(path, self._inodes)
            if not listing.names:
                continue
            if (listing.sizes[0], listing.times[0]) != (file.size, file.mtime_ns):
                moving.append(path)
                continue
            before = self._catalog.findings.file(file.source, file.folder, file.name)
            place = (file.source, file.folder, file.name, file.size, file.mtime_ns, listing.inodes[0])
            self._sort(FoundFile(*place), before)
            self._found += 1
        if moving:
            first = printable(moving[0])
            more = f" and {len(moving) - 1} more" if len(moving) > 1 else ""
            self._warn(f"{first}{more}: still being written; taken once it holds still")
            self._position.moving += moving
        self._write()

    def _conclude(self) -> None:
        guard = None if self._order.accept_missing else self._rules.guard
        newest, doubted = self._position.newest, self._position.doubted
        conclusion = Conclusion(self._catalog.database, self._order, newest, doubted)
        for loss in conclusion.run(guard, self._hash_key):
            self._position.suspicious = True
            self._warn(
                f"{printable(self._sources[loss.source].root)} lacks {loss.lost} of {loss.known} known files: "
                "is all of it mounted? Nothing was marked as missing; if they are gone for good, scan again "
                "with --accept-missing."
            )

    def _warn_unread(self, listing: Listing, name: str, reason: str) -> None:
        self._warn(f"{printable(os.path.join(listing.path, name))} cannot be read: {reason}")

    def _warn(self, text: str) -> None:
        if len(self._warnings) < MOST_WARNINGS:
            self._warnings.append(text)
        else:
            unsaid = len(self._warnings) == MOST_WARNINGS
            more = 1 if unsaid else int(self._warnings.pop().split()[1]) + 1
            self._warnings.append(f"and {more} more like these")

    def _write(self) -> None:
        self._catalog.findings.apply(
            self._order,
            self._changes,
            self._hash_key,
            self._found,
            self._position.to_json(),
            json.dumps(self._warnings),
        )
        changed, self._changes = len(self._changes), Changes()
        self._wrote = time.monotonic()
        if changed:
            self._written()


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
