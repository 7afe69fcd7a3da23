"""The files of a source in a storage that lists them flat: an object store, or a server.

A listing is one stream of keys, sorted by their bytes. A folder is complete when the stream leaves the keys that begin
with its path; so each folder comes after those in it. Kept in memory are the folders in which the stream is, and the
structure of a card until all of it is listed, since it takes the folders beside each other to tell what is footage.
"""

import os
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from dampipe.features.scanning.checkpoint import UnstableFile
from dampipe.features.scanning.classify import FolderEntries, classify_entries
from dampipe.features.scanning.known_files import (
    KnownFolder,
    children_first,
    known_folders_children_first,
)
from dampipe.features.scanning.listing import Listing, lone_proxies, xmp_of
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.tree import Reading, Unseen
from dampipe.features.sources.cards import (
    card_of,
    is_judged_with_others,
    may_have_own_folders,
    own_folders,
    sibling_folders,
)
from dampipe.features.sources.sidecars import may_be_sidecar
from dampipe.features.sources.storage_facts import storage_facts
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError, NotFound, StageError, Transient
from dampipe.kernel.gitignore import Exclude
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import join_root, kept_time, printable, split_key
from dampipe.media import filetypes
from dampipe.storage.files.base import FileEntry, FileStore, Unread
from dampipe.storage.files.errors import STORE_UNREACHABLE

_LOW = 2**63 - 1
_PASSED = 1000
"""Files below a folder that are listed in passing, before the listing is begun anew after them."""


@dataclass(slots=True)
class _Open:
    """A folder in which the stream of keys is, or of a card that is not complete."""

    path: str
    prefix: str
    """Of the keys in it."""
    is_skipped: bool = False
    """Whether scans skip it: by a pattern, as the root of another source, or as the camera's own."""
    entries: list[FileEntry] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """Names of the folders in it that are not skipped by patterns or as other sources."""
    beside: dict[str, "_Open"] = field(default_factory=dict)
    """Of a card's folder: the folders in it, by name."""
    held: list["_Open"] | None = None
    """Complete folders below it, which wait until this one is complete; None: they do not wait."""
    is_partial: bool = False
    """Whether some of its files are not listed."""
    holder: "_Open | None" = None
    """The folder of a card whose folders tell what belongs to the files in this one."""


class StoreTree:
    """A root in a storage. Folders come children first. Implements `Tree`."""

    def __init__(self, store: FileStore, root: str, policy: ScanPolicy) -> None:
        self._store = store
        self._root = root
        self._policy = policy
        self._unseen: list[Unseen] = []
        self._prefixes: list[str] = []
        self._looked_at = 0.0
        self.most_unstable = policy.most_unstable_stored

    def folders(self, top: str, reading: Reading, after: str | None) -> Iterator[tuple[bytes, str, Listing]]:
        """See Tree. All keys are listed again to resume: a thousand of them are one request."""
        self._unseen, self._prefixes = [], []
        compared = b"" if after is None else children_first(after)
        last = b""
        for folder in self._complete(top, reading):
            key = children_first(folder.path)
            if key <= last:
                what = f"{printable(self._store.url)} is not listed in order; nothing was marked as missing"
                self._miss("", what, is_all=True, is_doubtful=True)
                return
            last = key
            if key > compared:
                yield key, folder.path, self._listing(folder, reading)

    def _complete(self, top: str, reading: Reading) -> Iterator[_Open]:
        """The folders, as soon as they are complete, without those that scans skip."""
        prefix = f"{top}/" if top else ""
        stack = [self._top(top, prefix, reading)]
        last = ""
        for entry in self._entries(prefix):
            if isinstance(entry, Unread):
                self._take_unread(entry, prefix, stack, last)
                continue
            last = key = entry.key
            current = stack[-1]
            cut = key.rfind("/")
            if key.startswith(current.prefix) and cut < len(current.prefix):
                current.entries.append(entry)
                continue
            while not key.startswith(stack[-1].prefix):
                yield from self._close(stack, reading)
            start = key.find("/", len(stack[-1].prefix))
            while start != -1:
                if start:
                    self._enter(stack, key[:start], reading)
                start = key.find("/", start + 1)
            stack[-1].entries.append(entry)
        while stack:
            yield from self._close(stack, reading)

    def _top(self, top: str, prefix: str, reading: Reading) -> _Open:
        """The folder at which a listing begins; of a card's clip folder, with those beside it."""
        if top and sibling_folders(join_root(self._root, top)):
            with suppress(StageError, NotFound):
                return _Open(top, prefix, holder=self._with_siblings(top, reading))
        return _Open(top, prefix)

    def _with_siblings(self, path: str, reading: Reading) -> _Open:
        """The folder above a card's clip folder, with those that belong to its clips."""
        above = self._one_folder(split_key(path)[0], reading)
        for name in above.folders:
            if name.casefold() in sibling_folders(join_root(self._root, path)):
                above.beside[name] = self._one_folder(f"{above.prefix}{name}", reading)
        return above

    def _entries(self, prefix: str) -> Iterator[FileEntry | Unread]:
        """The listing; if it fails, the last item is an `Unread`."""
        try:
            yield from self._store.list(prefix)
        except (StageError, NotFound) as error:
            yield Unread(prefix, f"{error}. {error.hint}".rstrip(". "))

    def _enter(self, stack: list[_Open], path: str, reading: Reading) -> None:
        """Begin a folder in the one that is open."""
        above = stack[-1]
        name = path[len(above.prefix) :]
        folder = _Open(path, f"{path}/", above.is_skipped, holder=above.holder)
        if not folder.is_skipped:
            folder.is_skipped = reading.exclude.folder(reading.relative(path)) or (
                bool(reading.roots) and join_root(self._root, path) in reading.roots
            )
            if not folder.is_skipped:
                above.folders.append(name)
        card = _name_of(join_root(self._root, above.path))
        if may_have_own_folders(card):
            above.beside[name] = folder
            if is_judged_with_others(card, name) and above.held is None:
                above.held = []
            if above.held is not None:
                folder.holder = above
            elif own_folders(card, [name]):
                folder.is_skipped = True
        stack.append(folder)

    def _close(self, stack: list[_Open], reading: Reading) -> Iterator[_Open]:
        """The folders that are complete now that the stream has left the innermost one."""
        folder = stack.pop()
        complete = self._judged(folder)
        if not folder.is_skipped:
            if folder.is_partial:
                self._prefixes.append(folder.prefix)
            else:
                complete.append(folder)
        if folder.holder is None or folder.holder.held is None:
            yield from complete
        else:
            folder.holder.held += complete

    def _judged(self, folder: _Open) -> list[_Open]:
        """The folders that have waited for a card's folder, without those of the camera."""
        if folder.held is None:
            return []
        card = _name_of(join_root(self._root, folder.path))
        own = own_folders(card, folder.folders)
        folder.folders = [name for name in folder.folders if name not in own]
        if folder.is_partial or any(prefix.startswith(folder.prefix) for prefix in self._prefixes):
            # With an unknown folder beside them, they might be judged wrongly.
            self._prefixes.append(folder.prefix)
            return []
        length = len(folder.prefix)
        return [held for held in folder.held if held.path[length:].partition("/")[0] not in own]

    # What could not be listed

    def _take_unread(self, unread: Unread, target: str, stack: list[_Open], last: str) -> None:
        prefix = unread.prefix
        covers_all = target.startswith(prefix)
        shown = printable(join_root(self._root, prefix.rstrip("/")))
        if covers_all:
            shown = printable(join_root(self._root, target.rstrip("/")))
            more = "the listing ended early, and nothing" if last else "nothing"
            what = f"{shown} cannot be listed: {unread.reason}; {more} was marked as missing. Scan again once it can be"
        else:
            what = f"{shown} cannot be listed: {unread.reason}"
        is_late = not covers_all and not last.startswith(prefix) and os.fsencode(prefix) < os.fsencode(last)
        self._miss(prefix, what, is_all=covers_all, is_doubtful=covers_all or is_late)
        for folder in stack:
            folder.is_partial |= _is_touched(folder.prefix, prefix)

    def _miss(self, prefix: str, what: str, *, is_all: bool, is_doubtful: bool) -> None:
        self._prefixes.append(prefix)
        self._unseen.append(Unseen(what, is_all, is_doubtful))

    @property
    def unseen(self) -> Sequence[Unseen]:
        """See Tree."""
        return self._unseen

    def is_unseen(self, path: str) -> bool:
        """See Tree."""
        own = f"{path}/" if path else ""
        return any(_is_touched(own, prefix) for prefix in self._prefixes)

    def known(
        self, database: Database, source: SourceId, top: str, after: str | None, page: int
    ) -> Iterator[KnownFolder]:
        """See Tree."""
        return known_folders_children_first(database, source, top, after, page)

    # Contents of folders

    def _listing(self, folder: _Open, reading: Reading) -> Listing:
        """The contents of a complete folder, by the rules of `read_folder`."""
        path = join_root(self._root, folder.path)
        relative = reading.relative(folder.path)
        before = f"{relative}/" if relative else ""
        exclude, is_media, start = reading.exclude, self._policy.is_media, len(folder.prefix)
        names = [entry.key[start:] for entry in folder.entries]
        media = [is_media(name) for name in names]
        taken = media
        if exclude.asks_files:
            taken = [
                is_one and not exclude.file(before + name) for is_one, name in zip(media, names, strict=True)
            ]
        found = Listing(path, folders=folder.folders)
        others: list[str] = []
        if all(taken):
            _add(found, names, folder.entries)
        else:
            kept = [number for number, is_one in enumerate(taken) if is_one]
            _add(found, [names[number] for number in kept], [folder.entries[number] for number in kept])
            rest = [name for name, is_one in zip(names, media, strict=True) if not is_one and name]
            others = sorted(filter(may_be_sidecar, rest))
            found.unknown = Counter(_unknown_kinds(rest, before, reading))
        files = FolderEntries(list(found.names), list(found.folders), others)
        found.sidecars = classify_entries(path, files, lambda _: _files_beside(path, folder))
        found.folders = files.folders
        if found.sidecars:
            found.packets = _packets(found.sidecars, folder, names)
        if len(files.files) < len(found.names):
            found.keep(set(files.files))
        for name in lone_proxies(others, found.sidecars):
            if not exclude.file(before + name):
                found.include(_one(path, name, folder.entries[names.index(name)]))
        return found

    def folder(self, path: str, reading: Reading) -> Listing:
        """See Tree."""
        full_path = join_root(self._root, path)
        try:
            folder = self._one_folder(path, reading)
            if path and sibling_folders(full_path):
                folder.holder = self._with_siblings(path, reading)
        except (StageError, NotFound) as error:
            return Listing(full_path, problem=str(error))
        return self._listing(folder, reading)

    def _one_folder(self, path: str, reading: Reading) -> _Open:
        """A folder without what lies below the folders in it; for these, the listing is begun anew after each page.

        Raises StageError and NotFound where it cannot be listed.
        """
        folder = _Open(path, f"{path}/" if path else "")
        start, after = len(folder.prefix), ""
        names: dict[str, None] = {}
        while True:
            passed = 0
            for entry in self._store.list(folder.prefix, after):
                if isinstance(entry, Unread):
                    if _is_touched(folder.prefix, entry.prefix):
                        raise Transient(STORE_UNREACHABLE, store=self._store.url, reason=entry.reason)
                    continue
                end = entry.key.find("/", start or 1)
                if end == -1:
                    folder.entries.append(entry)
                    continue
                name = entry.key[start:end]
                names[name] = None
                passed += 1
                if passed > _PASSED:
                    after = f"{folder.prefix}{name}/\U0010ffff"  # after all that lies in that folder
                    break
            else:
                break
        folder.folders = [
            name
            for name in names
            if not reading.exclude.folder(reading.relative(f"{folder.prefix}{name}"))
            and join_root(self._root, f"{folder.prefix}{name}") not in reading.roots
        ]
        return folder

    def file(self, path: str) -> Listing:
        """See Tree."""
        folder, name = split_key(path)
        full_path = join_root(self._root, folder)
        try:
            return _one(full_path, name, self._store.stat(path))
        except NotFound:
            return Listing(full_path)
        except StageError as error:
            return Listing(full_path, unread={name: str(error)})

    # Single files

    def is_settled(self, listing: Listing) -> bool:
        """See Tree."""
        return self._store.traits.appears_complete or self._policy.settle <= 0

    def may_grow(self, listing: Listing, number: int) -> bool:
        """See Tree. No clock is compared with another one: a file has to look the same twice."""
        if self.is_settled(listing):
            return False
        self._looked_at = time.monotonic()
        return True

    def wait_for(self, files: Sequence[UnstableFile]) -> float:
        """See Tree. After a restart, of which no time is known, as long as for a file that was just seen."""
        looked_at = self._looked_at or time.monotonic()
        return max(0.0, looked_at + self._policy.settle - time.monotonic())

    def is_lookalike(self, path: str) -> bool:
        """See Tree. Reads the beginning of the file only."""
        name = split_key(path)[1]
        if not self._policy.needs_content(name):
            return False
        try:
            with self._store.open(path) as stream:
                return not filetypes.is_media_content(name, stream.read(filetypes.HEAD))
        except (OSError, DampipeError):
            return False

    def is_not_footage(self, path: str) -> bool:
        """See Tree."""
        reading = Reading(Exclude(), frozenset())
        try:
            return self._is_own(path, reading) or self._is_own_file(path, reading)
        except (StageError, NotFound):
            return False

    def _is_own(self, path: str, reading: Reading) -> bool:
        """Whether a path lies in a folder that the camera keeps for itself, or is one."""
        for end, letter in enumerate(f"/{path}"):
            above = path[: max(0, end - 1)]
            card = _name_of(join_root(self._root, above))
            if letter != "/" or not may_have_own_folders(card):
                continue
            inner = path[end:].partition("/")[0]
            if own_folders(card, [inner]):
                return True
            if is_judged_with_others(card, inner):
                return inner in own_folders(card, self._one_folder(above, reading).folders)
        return False

    def _is_own_file(self, path: str, reading: Reading) -> bool:
        """Whether a file of a card is one that the camera keeps for itself."""
        above, name = split_key(path)
        full_path = join_root(self._root, above)
        if card_of(full_path) is None:
            return False
        folder = self._one_folder(above, reading)
        entries = FolderEntries(files=[entry.key[len(folder.prefix) :] for entry in folder.entries])
        if name not in entries.files:
            return False
        classify_entries(full_path, entries, lambda _: [])
        return name not in entries.files

    def are_two(self, path: str, other: str) -> bool:
        """See Tree."""
        try:
            return self._store.is_folder(other)
        except StageError:
            return True


def _is_touched(folder: str, unread: str) -> bool:
    """Whether files of a folder, by its prefix, may be among those that could not be listed, by theirs."""
    return folder.startswith(unread) or (unread.startswith(folder) and "/" not in unread[len(folder) :])


def _name_of(path: str) -> str:
    return path.rpartition("/")[2]


def _add(found: Listing, names: list[str], entries: Sequence[FileEntry]) -> None:
    """Add files to a listing, under these names."""
    found.names += names
    found.sizes.extend([entry.size for entry in entries])
    try:
        found.times.extend(array("q", [entry.mtime_ns for entry in entries]))
    except OverflowError:
        found.times.extend([kept_time(entry.mtime_ns) for entry in entries])
    found.inodes.extend([entry.inode & _LOW for entry in entries])
    found.checksums += [entry.checksum for entry in entries]
    found.tokens += [entry.token for entry in entries]
    found.storage += [storage_facts(entry) for entry in entries]


def _one(path: str, name: str, entry: FileEntry) -> Listing:
    found = Listing(path)
    _add(found, [name], [entry])
    return found


def _unknown_kinds(names: Sequence[str], before: str, reading: Reading) -> Iterator[str]:
    """The suffixes of files of unknown kinds, as often as they occur."""
    for name in names:
        suffix = filetypes.unknown_kind(name)
        if suffix is not None and not reading.exclude.file(before + name):
            yield suffix


def _files_beside(path: str, folder: _Open) -> list[str]:
    """The files in those folders beside a card's clip folder that belong to its clips, named from it."""
    siblings = sibling_folders(path)
    if not siblings or folder.holder is None or not folder.path.startswith(folder.holder.prefix):
        return []
    found = []
    for name in sorted(folder.holder.beside):
        if name.casefold() in siblings:
            own = folder.holder.beside[name]
            found += sorted(f"../{name}/{entry.key[len(own.prefix) :]}" for entry in own.entries)
    return found


def _packets(
    sidecars: dict[str, list[str]], folder: _Open, names: Sequence[str]
) -> dict[str, tuple[int | str, ...]]:
    """Size, time and token of those of the sidecars that are XMP."""
    wanted = xmp_of(sidecars)
    if not wanted:
        return {}
    entries = dict(zip(names, folder.entries, strict=True))
    beside = folder.holder.beside if folder.holder is not None else {}
    for name, own in beside.items():
        entries |= {f"../{name}/{entry.key[len(own.prefix) :]}": entry for entry in own.entries}
    return {
        name: (entry.size, entry.mtime_ns, entry.token) for name, entry in entries.items() if name in wanted
    }
