"""Remote files of which only parts are fetched: a file of this machine with holes where nothing was asked for."""

import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock

from dampipe.kernel.errors import Conflict
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import Span
from dampipe.storage.files.base import FileEntry, FileStore, is_same
from dampipe.storage.files.cache import full_disk
from dampipe.storage.files.errors import FILE_CHANGED
from dampipe.storage.files.reading import read_blocks

BLOCK = 1 << 16
"""Bytes that a read fetches at least; an index is read in small steps."""
LONGEST_BLOCK = 4 << 20
"""Bytes that a read fetches at most, once reads have followed each other: each one fetches twice as many."""
GAP = 256 << 10
"""Bytes between two spans that cost less than another request."""
REQUESTS = 4
"""That are under way at the same time."""


class FootageParts:
    """Parts of one file; implements `FileParts`. For use by one thread."""

    def __init__(
        self,
        store: FileStore,
        entry: FileEntry,
        path: Path,
        *,
        translated: Callable[[], AbstractContextManager[None]],
        check_space: Callable[[int], None],
        on_bytes: Callable[[int, int, int], None],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Make the file at `path`, which does not exist.

        translated: errors of a store as those of a stage. check_space: raises StorageFull. on_bytes: called with a
        number of bytes that have come, those that have come of what was asked for, and all of that.
        """
        self._store = store
        self._entry = entry
        self._translated = translated
        self._check_space = check_space
        self._on_bytes = on_bytes
        self._pause = pause
        self._here = Spans()
        self._lock = Lock()
        self._ahead = BLOCK
        self._last_end = -1
        self.path = str(path)
        self.size = entry.size
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        os.truncate(self._file, entry.size)

    @property
    def fetched(self) -> int:
        """See FileParts."""
        return self._here.total

    def read(self, start: int, count: int) -> bytes:
        """See FileParts."""
        end = min(start + count, self.size)
        if start >= end:
            return b""
        missing = self._here.missing([(start, end)])
        if missing:
            begin, follows = missing[0][0], missing[0][0] == self._last_end
            self._ahead = min(2 * self._ahead, LONGEST_BLOCK) if follows else BLOCK
            self._last_end = min(max(end, begin + self._ahead), self.size)
            self._fetch(self._here.missing([(begin, self._last_end)]))
        return os.pread(self._file, end - start, start)

    def fetch(self, spans: Sequence[Span]) -> None:
        """See FileParts."""
        inside = [(max(0, start), min(end, self.size)) for start, end in spans]
        self._fetch(self._here.missing(merged(inside, GAP)))
        with self._translated():
            self._check_same()

    def close(self) -> None:
        """Close the file, which stays at its path."""
        os.close(self._file)

    def _fetch(self, spans: Sequence[Span]) -> None:
        if not spans:
            return
        wanted = sum(end - start for start, end in spans)
        self._check_space(wanted)
        come = 0

        def fetch(span: Span) -> None:
            nonlocal come
            at = span[0]
            for block in read_blocks(self._store, self._entry, at, self._pause, span[1]):
                self._write(block, at)
                at += len(block)
                with self._lock:
                    come += len(block)
                    self._on_bytes(len(block), come, wanted)

        with self._translated():
            if len(spans) == 1:
                fetch(spans[0])
            else:
                with ThreadPoolExecutor(REQUESTS, "fetch") as threads:
                    waiting = [threads.submit(fetch, span) for span in spans]
                    try:
                        for one in waiting:
                            one.result()
                    except BaseException:
                        threads.shutdown(wait=True, cancel_futures=True)
                        raise
        for span in spans:
            self._here.add(span)

    def _write(self, block: bytes, at: int) -> None:
        with full_disk(Path(self.path).parent, len(block)):
            while block:
                count = os.pwrite(self._file, block, at)
                block, at = block[count:], at + count

    def _check_same(self) -> None:
        """Raise Conflict where the file was replaced: not every storage notices that in the middle of a file."""
        if not is_same(self._store.stat(self._entry.key), self._entry):
            raise Conflict(FILE_CHANGED, key=printable(self._entry.key), store=self._store.url)


class Spans:
    """A set of bytes of a file."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        """Ascending; they neither overlap nor touch."""

    @property
    def total(self) -> int:
        """How many bytes."""
        return sum(end - start for start, end in self._spans)

    def add(self, span: Span) -> None:
        """Add bytes."""
        self._spans = merged([*self._spans, span])

    def missing(self, spans: Iterable[Span]) -> list[Span]:
        """What of these is not among the bytes.

        >>> some = Spans()
        >>> some.add((10, 20))
        >>> some.missing([(0, 12), (15, 18), (19, 30)])
        [(0, 10), (20, 30)]
        """
        found: list[Span] = []
        for start, end in spans:
            row = max(0, bisect_right(self._spans, (start, start)) - 1)
            while start < end and row < len(self._spans) and self._spans[row][0] < end:
                here, until = self._spans[row]
                if start < here:
                    found.append((start, here))
                start = max(start, until)
                row += 1
            if start < end:
                found.append((start, end))
        return found


def merged(spans: Iterable[Span], gap: int = 0) -> list[Span]:
    """Spans in order, those that are at most `gap` bytes apart as one; empty ones are left out.

    >>> merged([(8, 9), (0, 4), (4, 6), (5, 5)]), merged([(8, 9), (0, 6)], gap=2)
    ([(0, 6), (8, 9)], [(0, 9)])
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
