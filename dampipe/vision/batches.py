"""Batches across assets: a model call is full even when every asset has one frame only, and the next one is ready."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

import numpy as np

from dampipe.vision.base import Embedder, HalfVectors
from dampipe.vision.batch_loader import BatchLoader, Frames

READY = 3
"""Batches that are read and put together while the model works on one."""
_T = TypeVar("_T")


def embed_each(embedder: Embedder, assets: Iterable[Frames]) -> Iterator[HalfVectors]:
    """Vectors of each asset's frames, in order, one result per asset, each as soon as it is there, as float16.

    Assets may have any number of frames, none too. They are read some `READY` batches ahead of the model, several at
    a time, straight into the memory that the model takes them from; what reading raises is raised here.
    """
    filling = BatchLoader(embedder, assets)
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
