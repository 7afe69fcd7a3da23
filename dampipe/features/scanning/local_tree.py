"""The files of a source in a file system."""

import os
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import heappop, heappush

from dampipe.features.scanning.checkpoint import UnstableFile
from dampipe.features.scanning.classify import is_not_footage
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.known_files import KnownFolder, known_folders
from dampipe.features.scanning.listing import Listing, read_file, read_folder
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.tree import Reading, Unseen
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import join_root, printable
from dampipe.kernel.unicode_paths import composed


class LocalTree:
    """A folder tree of a file system. Folders are sorted by the bytes of their paths. Implements `Tree`."""

    def __init__(self, root: str, policy: ScanPolicy, inodes: Inodes) -> None:
        self._root = root
        self._policy = policy
        self._inodes = inodes
        self._names_in = lru_cache(maxsize=8)(os.listdir)
        self._unseen: list[Unseen] = []
        self._unread: set[bytes] = set()
        self.most_unstable = policy.most_unstable

    def folders(self, top: str, reading: Reading, after: str | None) -> Iterator[tuple[bytes, str, Listing]]:
        """See Tree. Of the folders before `after`, only those on the way to it are read."""
        self._unseen, self._unread = [], set()
        last = None if after is None else os.fsencode(after)
        heap = [(os.fsencode(top), top)]
        while heap:
            key, path = heappop(heap)
            listing = self.folder(path, reading)
            for name in listing.folders:
                inner = f"{path}/{name}" if path else name
                inner_key = os.fsencode(inner)
                # All that lies below a folder sorts before its path and "0", the byte that follows "/".
                if last is None or last < inner_key + b"0":
                    heappush(heap, (inner_key, inner))
            if listing.problem:
                self._unread.add(os.fsencode(composed(path)))
                if last is None or key > last:
                    what = f"{printable(listing.path)} cannot be read: {listing.problem}"
                    self._unseen.append(Unseen(what, path == top))
            elif last is None or key > last:
                yield key, path, listing

    def known(
        self, database: Database, source: SourceId, top: str, after: str | None, page: int
    ) -> Iterator[KnownFolder]:
        """See Tree."""
        return known_folders(database, source, top, after, page)

    @property
    def unseen(self) -> Sequence[Unseen]:
        """See Tree."""
        return self._unseen

    def is_unseen(self, path: str) -> bool:
        """See Tree."""
        if not self._unread:
            return False
        if b"" in self._unread:
            return True
        key = os.fsencode(composed(path))  # it may be known under another spelling
        while key:
            if key in self._unread:
                return True
            key = key.rpartition(b"/")[0]
        return False

    def folder(self, path: str, reading: Reading) -> Listing:
        """See Tree."""
        return read_folder(
            join_root(self._root, path),
            reading.relative(path),
            self._policy.is_media,
            reading.exclude,
            self._inodes,
            reading.roots,
        )

    def file(self, path: str) -> Listing:
        """See Tree."""
        return read_file(join_root(self._root, path), self._inodes)

    def is_settled(self, listing: Listing) -> bool:
        """Whether no file was written to within the last `settle` seconds."""
        return not listing.times or time.time() - max(listing.times) / 1e9 >= self._policy.settle

    def may_grow(self, listing: Listing, number: int) -> bool:
        """Whether a file was written to within the last `settle` seconds."""
        now, mtime = time.time(), listing.times[number] / 1e9
        if now - mtime >= self._policy.settle:
            return False
        if mtime <= now:
            return True
        try:  # a time in the future was set by a camera or a program; the time of the last change is the system's
            changed = os.stat(os.path.join(listing.path, listing.names[number])).st_ctime
        except OSError:
            return True
        return now - changed < self._policy.settle

    def wait_for(self, files: Sequence[UnstableFile]) -> float:
        """See Tree."""
        youngest = max(file.mtime_ns for file in files) / 1e9
        return max(0.0, min(self._policy.settle, youngest + self._policy.settle - time.time()))

    def is_lookalike(self, path: str) -> bool:
        """See Tree."""
        return self._policy.is_lookalike(join_root(self._root, path))

    def is_not_footage(self, path: str) -> bool:
        """See Tree."""
        return is_not_footage(self._root, path, self._names_in)

    def are_two(self, path: str, other: str) -> bool:
        """See Tree. Where a file system distinguishes spellings, both may exist."""
        new_path, old_path = join_root(self._root, path), join_root(self._root, other)
        return os.path.lexists(old_path) and not os.path.samefile(new_path, old_path)
