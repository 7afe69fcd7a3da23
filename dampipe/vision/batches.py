"""Batches across assets: a model call is full even when every asset has one frame only, and the next one is ready."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Protocol, TypeVar

import numpy as np

from dampipe.vision.base import Embedder, HalfVectors, Pictures

READY = 3
"""Batches that are read and put together while the model works on one."""

_T = TypeVar("_T")


class Frames(Protocol):
    """The frames of one asset, read in their order."""

    def __len__(self) -> int:
        """How many."""

    def read(self, into: Pictures) -> None:
        """Fill `into` with the next ones."""


class NoFrames:
    """Of an asset without a picture."""

    def __len__(self) -> int:
        return 0

    def read(self, into: Pictures) -> None:
        """Never asked for."""


def embed_each(embedder: Embedder, assets: Iterable[Frames]) -> Iterator[HalfVectors]:
    """Vectors of each asset's frames, in order, one result per asset, each as soon as it is there, as float16.

    Assets may have any number of frames, none too. They are read by a thread of its own, some `READY` batches
    ahead of the model and straight into the memory that the model takes them from; what reading raises is
    raised here.
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
        room, held = None, 0
        for frames in self._assets:
            left = len(frames)
            self.counts.append(left)
            while left:
                if room is None:
                    room = self._free.popleft() if self._free else self._embedder.room()
                some = min(left, len(room) - held)
                frames.read(room[held : held + some])
                held += some
                left -= some
                if held == len(room):
                    yield room, held
                    room, held = None, 0
        if room is not None:
            yield room, held

    def sent(self, batches: Iterable[tuple[Pictures, int]]) -> Iterator[Pictures]:
        """What the model gets."""
        for room, held in batches:
            self._sent.append(room)
            yield room[:held]

    def reuse(self) -> None:
        """The vectors of the batch that was sent first are here."""
        self._free.append(self._sent.popleft())


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
