"""Memory that a model takes pictures from, filled with the frames of one asset after the other."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Protocol, TypeAlias

from dampipe.vision.base import Embedder, Pictures

READERS = 8
"""Files that are read at the same time where they come late."""
LATE = 0.001
"""Seconds a file, from which that is worth it: a share or a bucket takes longer. To hand local files to threads that
have to take turns with the interpreter costs more than to read them."""
TOGETHER = 32
"""Files that are read in one go."""


class Frames(Protocol):
    """The frames of one asset."""

    def __len__(self) -> int:
        """How many."""

    def read(self, into: Pictures, first: int) -> None:
        """Fill `into` with those from the `first` on, counted from 0; in any thread. Each is read once."""

    def close(self) -> None:
        """Nothing more is read. Need not be called where all was read, or reading failed."""


class NoFrames:
    """Of an asset without a picture."""

    def __len__(self) -> int:
        return 0

    def read(self, into: Pictures, first: int) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Nothing is open."""


_Part: TypeAlias = tuple[Frames, Pictures, int]
"""What is read from, what is filled, and with which frames from the first on."""


class BatchLoader:
    """Assets to batches, in memory that is used again and again."""

    def __init__(self, embedder: Embedder, assets: Iterable[Frames]) -> None:
        self._embedder = embedder
        self._assets = assets
        self._free = deque[Pictures]()
        self._sent = deque[Pictures]()
        self.counts = deque[int]()
        """Frames of the assets that were met and not given yet."""

    def batches(self) -> Iterator[tuple[Pictures, int]]:
        """Full ones and a last one: memory, and how many pictures are in it."""
        problem: list[Exception] = []
        filled = deque[_Batch]()
        readers = _Readers()
        try:
            for frames in _until_raised(self._assets, problem):
                count, taken = len(frames), 0
                self.counts.append(count)
                while taken < count:
                    if not filled or filled[-1].is_full:
                        room = self._free.popleft() if self._free else self._embedder.room()
                        filled.append(_Batch(room, readers))
                    taken += filled[-1].take(frames, taken, count)
                    if len(filled) > 1 and filled[-1].is_full:
                        yield filled[0].read()
                        filled.popleft()
            while filled:
                yield filled[0].read()
                filled.popleft()
            if problem:
                raise problem[0]
        finally:
            readers.close()
            for batch in filled:
                batch.close()

    def sent(self, batches: Iterable[tuple[Pictures, int]]) -> Iterator[Pictures]:
        """What the model gets."""
        for room, held in batches:
            self._sent.append(room)
            yield room[:held]

    def reuse(self) -> None:
        """The vectors of the batch that was sent first are here."""
        self._free.append(self._sent.popleft())


class _Batch:
    """Memory that is being filled by readers."""

    def __init__(self, room: Pictures, readers: "_Readers") -> None:
        self._room = room
        self._readers = readers
        self._held = 0
        self._parts: list[_Part] = []
        self._reads: list[Future[None]] = []
        self._met: list[Frames] = []

    @property
    def is_full(self) -> bool:
        return self._held == len(self._room)

    def take(self, frames: Frames, first: int, count: int) -> int:
        """Have those from the `first` to the last of `count` read, or what there is room for; returns how many."""
        some = min(count - first, len(self._room) - self._held)
        self._parts.append((frames, self._room[self._held : self._held + some], first))
        self._met.append(frames)
        self._held += some
        if self.is_full or len(self._parts) >= TOGETHER:
            self._begin()
        return some

    def read(self) -> tuple[Pictures, int]:
        """Wait for it: the memory, and how many pictures are in it. Raises what reading raises."""
        self._begin()
        for one in self._reads:
            one.result()
        return self._room, self._held

    def close(self) -> None:
        """It is not wanted any more."""
        for frames in self._met:
            frames.close()

    def _begin(self) -> None:
        if self._parts:
            self._reads.append(self._readers.begin(self._parts))
            self._parts = []


class _Readers:
    """Read files here, until they come late; then several at a time."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, parts: Sequence[_Part]) -> Future[None]:
        """Fill each."""
        if self._threads is not None:
            return self._threads.submit(_read, parts)
        done = Future[None]()
        began = monotonic()
        try:
            _read(parts)
            done.set_result(None)
        except Exception as error:
            done.set_exception(error)
        if monotonic() - began > LATE * len(parts):
            self._threads = ThreadPoolExecutor(READERS, "read")
        return done

    def close(self) -> None:
        """Nothing more is read."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)


def _read(parts: Sequence[_Part]) -> None:
    for frames, into, first in parts:
        frames.read(into, first)


def _until_raised(assets: Iterable[Frames], problem: list[Exception]) -> Iterator[Frames]:
    """The same; what ends them is kept in `problem`, to be raised when all is given that came before."""
    try:
        yield from assets
    except Exception as error:
        problem.append(error)
