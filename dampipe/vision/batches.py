"""Batches across assets: a model call is full even when every asset has one frame only, and the next one is ready."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Protocol, TypeVar

import numpy as np

from dampipe.vision.base import Embedder, HalfVectors, Pictures

READY = 3
"""Batches that are read and put together while the model works on one."""
READERS = 8
"""Files that are read at the same time: on a share or in a bucket each takes milliseconds."""
TOGETHER = 32
"""Files that a reader gets at once: to hand over each by itself takes longer than to read a local one."""

_T = TypeVar("_T")


class Frames(Protocol):
    """The frames of one asset, read in their order."""

    def __len__(self) -> int:
        """How many."""

    def read(self, into: Pictures) -> None:
        """Fill `into` with the next ones; in any thread, but one part after the other."""

    def close(self) -> None:
        """Nothing more is read. Not called where all was read, or reading failed."""


class NoFrames:
    """Of an asset without a picture."""

    def __len__(self) -> int:
        return 0

    def read(self, into: Pictures) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Nothing is open."""


def embed_each(embedder: Embedder, assets: Iterable[Frames]) -> Iterator[HalfVectors]:
    """Vectors of each asset's frames, in order, one result per asset, each as soon as it is there, as float16.

    Assets may have any number of frames, none too. They are read some `READY` batches ahead of the model, several at
    a time, straight into the memory that the model takes them from; what reading raises is raised here.
    """
    filling = _Filling(embedder, assets)
    parts: list[HalfVectors] = []
    ready = 0
    with closing(ahead(filling.batches(), READY)) as batches:
        for vectors in embedder.each(filling.sent(batches)):
            filling.reuse()
            parts.append(vectors.astype("<f2"))
            ready += len(vectors)
            while filling.counts and filling.counts[0] <= ready:
                count = filling.counts.popleft()
                ready -= count
                result, parts = _split(parts, count)
                yield result
    for _ in filling.counts:  # without frames, at the end
        yield _split([], 0)[0]


class _Filling:
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
        readers = ThreadPoolExecutor(READERS, "read")
        try:
            for frames in _until_raised(self._assets, problem):
                left = len(frames)
                self.counts.append(left)
                while left:
                    if not filled or filled[-1].is_full:
                        room = self._free.popleft() if self._free else self._embedder.room()
                        filled.append(_Batch(room, readers, filled[-1] if filled else None))
                    left -= filled[-1].take(frames, left)
                    if len(filled) > 1 and filled[-1].is_full:
                        yield filled[0].read()
                        filled.popleft()
            while filled:
                yield filled[0].read()
                filled.popleft()
            if problem:
                raise problem[0]
        finally:
            readers.shutdown(cancel_futures=True)
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

    def __init__(self, room: Pictures, readers: ThreadPoolExecutor, before: "_Batch | None") -> None:
        self._room = room
        self._readers = readers
        self._held = 0
        self._parts: list[tuple[Frames, Pictures]] = []
        self._reads: list[Future[None]] = []
        self._met: list[Frames] = []
        # An asset that does not fit goes on in the next batch, once it was read in the one before.
        self._before = before._reads[-1] if before is not None else None

    @property
    def is_full(self) -> bool:
        return self._held == len(self._room)

    def take(self, frames: Frames, left: int) -> int:
        """Have the next `left` frames read, or as many as there is room for; returns how many."""
        some = min(left, len(self._room) - self._held)
        self._parts.append((frames, self._room[self._held : self._held + some]))
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
            self._reads.append(self._readers.submit(_read, self._parts, self._before))
            self._parts, self._before = [], None


def _read(parts: Sequence[tuple[Frames, Pictures]], before: Future[None] | None) -> None:
    if before is not None:
        before.result()
    for frames, into in parts:
        frames.read(into)


def _until_raised(assets: Iterable[Frames], problem: list[Exception]) -> Iterator[Frames]:
    """The same; what ends them is kept in `problem`, to be raised when all is given that came before."""
    try:
        yield from assets
    except Exception as error:
        problem.append(error)


def ahead(items: Iterable[_T], depth: int) -> Generator[_T, None, None]:
    """The same items, made by a thread that is up to `depth` of them ahead; close it to stop the thread."""
    made: Queue[tuple[_T | None, BaseException | None]] = Queue(depth)
    over = Event()

    def put(item: _T | None, error: BaseException | None) -> None:
        while not over.is_set():
            try:
                made.put((item, error), timeout=0.1)
                return
            except Full:  # look whether anyone still wants it
                continue

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if over.is_set():
                    return
        except BaseException as error:
            put(None, error)
        else:
            put(None, StopIteration())

    thread = Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        over.set()
        while thread.is_alive():
            try:
                made.get_nowait()
            except Empty:
                thread.join(0.05)


def _split(done: list[HalfVectors], count: int) -> tuple[HalfVectors, list[HalfVectors]]:
    if count == 0:
        return np.empty((0, 0), dtype=np.float16), done
    whole = done[0] if len(done) == 1 else np.concatenate(done)
    return whole[:count], [whole[count:]]
