"""Lists a tree of folders in the byte order of whole keys, for kinds of storage that list one folder at a time."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dampipe.kernel.errors import Conflict, DampipeError, NotFound, Permanent, Transient, Unavailable
from dampipe.storage.files.base import UNFINISHED, FileEntry, Unread, is_temporary


@dataclass(frozen=True, slots=True)
class Listed:
    """A file or folder as the listing of its folder shows it."""

    name: str
    is_folder: bool = False
    size: int = 0
    """Bytes."""
    mtime_ns: int = 0
    token: str = ""
    inode: int = 0
    """Of a folder: the number that tells it from all other folders; 0 if unknown."""
    problem: str = ""
    """Why nothing is known but the name; "" for all others."""

    def entry(self, key: str) -> FileEntry:
        """The facts of this file, whose key is given."""
        return FileEntry(key, self.size, self.mtime_ns, token=self.token, inode=self.inode)

    @property
    def sort_key(self) -> bytes:
        """What brings the items of a folder into the byte order of the keys of all files below it."""
        return os.fsencode(f"{self.name}/" if self.is_folder else self.name)


ListFolder = Callable[[str], Sequence[Listed]]
"""The files and folders in a folder, given as its key ("": the root), without those that are neither.

An item "." may state the inode of the folder itself.
"""


def clean(
    list_folder: ListFolder, delete: Callable[[str, FileEntry], None], folder: str, seconds: float
) -> int:
    """See CleanedStore. delete: deletes a file, if it still is the one that was listed."""
    before, deleted = (time.time() - seconds) * 1e9, 0
    try:
        items = list_folder(folder)
    except NotFound:
        return 0
    for item in items:
        if item.is_folder or item.problem or item.mtime_ns > before or not is_temporary(item.name):
            continue
        key = f"{folder}/{item.name}" if folder else item.name
        with suppress(Conflict, Permanent):
            delete(key, item.entry(key))
            deleted += 1
    return deleted


def walk(list_folder: ListFolder, prefix: str = "", after: str = "") -> Iterator[FileEntry | Unread]:
    """List the files whose keys begin with `prefix` and sort after `after`, depth first and one folder at a time.

    list_folder: raises `Transient` or `Unavailable` where nothing else can be listed either: that ends the listing.
    Any other error leaves out one folder. What it raises for the first folder is raised, but for `NotFound` of a folder
    other than the root, which has no files, and `Permanent` there, which leaves it out.
    """
    start = prefix.rpartition("/")[0]
    if prefix.startswith("/") or "//" in prefix:
        return  # file systems have no empty names
    try:
        items = list_folder(start)
    except NotFound:
        if not start:
            raise
        return
    except Permanent as error:
        if not start:
            raise
        yield Unread(f"{start}/", str(error))
        return
    yield from _Walk(list_folder, os.fsencode(prefix), os.fsencode(after)).run(start, items)


class _Walk:
    def __init__(self, list_folder: ListFolder, prefix: bytes, after: bytes) -> None:
        self._list_folder = list_folder
        self._prefix = prefix
        self._after = after

    def run(self, start: str, items: Sequence[Listed]) -> Iterator[FileEntry | Unread]:
        # A stack in place of recursion: trees may be deeper than Python's stack.
        own = next((item.inode for item in items if item.name == "."), 0)
        stack = [(start, self._sorted(items), own)]
        while stack:
            folder, rest, _ = stack[-1]
            item = next(rest, None)
            if item is None:
                stack.pop()
                continue
            key = f"{folder}/{item.name}" if folder else item.name
            if item.problem:
                yield Unread(key, item.problem)  # also of a folder of that name
                continue
            if not item.is_folder:
                if (encoded := os.fsencode(key)) > self._after and encoded.startswith(self._prefix):
                    yield item.entry(key)
                continue
            if not self._may_hold(os.fsencode(f"{key}/")):
                continue
            if item.inode and any(item.inode == inode for _, _, inode in stack):
                continue  # a link of the server to a folder that contains it
            try:
                items = self._list_folder(key)
            except (Transient, Unavailable) as error:
                yield Unread(os.fsdecode(self._prefix), str(error))
                return
            except DampipeError as error:
                yield Unread(f"{key}/", str(error))
                continue
            stack.append((key, self._sorted(items), item.inode))

    def _may_hold(self, folder: bytes) -> bool:
        """Whether keys that are asked for may begin with `folder`, which ends with a slash."""
        common = min(len(folder), len(self._prefix))
        if folder[:common] != self._prefix[:common]:
            return False
        return folder > self._after or self._after.startswith(folder)

    @staticmethod
    def _sorted(items: Sequence[Listed]) -> Iterator[Listed]:
        shown = (item for item in items if item.name != "." and not item.name.startswith(UNFINISHED))
        return iter(sorted(shown, key=lambda item: item.sort_key))
