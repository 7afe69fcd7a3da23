"""What killed workers have left in managed sources: unfinished copies, and probes.

No listing shows them. A look at all folders to which something was written lately is taken once a day, a part of it in
each sweep.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast

from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import join_key
from dampipe.storage.files.base import (
    UNFINISHED,
    CleanedStore,
    FileEntry,
    FileStore,
    ManagedStore,
    is_temporary,
)
from dampipe.storage.files.stores import FileStores

DAY = 86_400.0
FOR = 8 * DAY
"""Seconds for which folders are looked at after what wrote to them has ended."""
SECONDS = 5.0
"""Seconds that one sweep takes for it at most, and then for one folder more."""


class Leftovers(ABC):
    """Deletes unfinished files that are older than a day."""

    def __init__(self, sources: SourceRepository, stores: FileStores) -> None:
        self._sources = sources
        self._stores = stores
        self._began = -DAY
        self._left: Iterator[tuple[int, str]] | None = None
        """The folders of the look that is being taken: source and path."""

    @abstractmethod
    def folders(self) -> Iterator[tuple[int, str]]:
        """The folders to which something may have been written in the last days: source and path."""

    def is_due(self, now: float) -> bool:
        """Whether a look begins. now: by the clock of `clean`."""
        return self._left is None and now - self._began >= DAY

    def clean(
        self, seconds: float = SECONDS, age: float = DAY, clock: Callable[[], float] = time.monotonic
    ) -> int:
        """Take a look, or a part of it, if it is time; returns how many files were deleted.

        age: seconds for which a file was not written to. clock: in seconds.
        """
        began = clock()
        if self._left is None:
            if not self.is_due(began):
                return 0
            self._began, self._left = began, self.folders()
        roots = {int(one.id): one.root for one in self._sources.all() if one.managed}
        away: set[int] = set()
        deleted = 0
        for source, folder in self._left:
            if source in roots and source not in away:
                try:
                    deleted += clean_folder(self._stores.of(roots[source]), folder, age)
                except DampipeError:  # it is away, or refuses it: tomorrow again
                    away.add(source)
            if clock() - began > seconds:
                return deleted
        self._left = None
        return deleted


def clean_folder(store: FileStore, folder: str, age: float) -> int:
    """Delete unfinished files of a folder that are older than `age` seconds; returns how many.

    Where such files are visible, in object stores for example, only probes have their names.
    """
    if hasattr(store, "clean"):
        return cast(CleanedStore, store).clean(folder, age)
    managed, deleted = cast(ManagedStore, store), 0
    start, before = len(folder) + 1 if folder else 0, (time.time() - age) * 1e9
    for entry in store.list(join_key(folder, UNFINISHED)):
        if isinstance(entry, FileEntry) and is_temporary(entry.key[start:]) and entry.mtime_ns <= before:
            with suppress(DampipeError):
                managed.delete(entry.key, entry)
                deleted += 1
    return deleted
