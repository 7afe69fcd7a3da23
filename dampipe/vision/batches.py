"""Batches across assets: a model call is full even when every asset has one frame only, and the next one is ready."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

import numpy as np

from dampipe.vision.base import Embedder, Pictures, Vectors

BATCH = 256
"""Frames in one model call."""
READY = 2
"""Batches that are read and put together while the model works on one."""

_T = TypeVar("_T")


def embed_each(embedder: Embedder, assets: Iterable[Pictures], batch: int = BATCH) -> Iterator[Vectors]:
    """Vectors of each asset's frames, in order, one result per asset, each as soon as it is there.

    Assets may have any number of frames, none too. They are read by a thread of its own, some `READY` batches
    ahead of the model; what reading raises is raised here.
    """
    waiting: list[int] = []
    parts: list[Vectors] = []
    ready = 0
    with closing(ahead(_batches(assets, batch), READY)) as batches:
        for frames, counts in batches:
            waiting += counts
            if len(frames):
                parts.append(embedder.pictures(frames))
                ready += len(frames)
            while waiting and waiting[0] <= ready:
                result, parts = _split(parts, waiting[0])
                ready -= waiting.pop(0)
                yield result


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


def _batches(assets: Iterable[Pictures], batch: int) -> Iterator[tuple[Pictures, list[int]]]:
    """Full batches and a last one, each with the frame counts of the assets that began since the one before."""
    waiting: list[Pictures] = []
    counts: list[int] = []
    held = 0
    for frames in assets:
        counts.append(len(frames))
        held += len(frames)
        if len(frames):
            waiting.append(frames)
        while held >= batch:
            whole = waiting[0] if len(waiting) == 1 else np.concatenate(waiting)
            yield whole[:batch], counts
            waiting, counts, held = [whole[batch:]], [], held - batch
    if counts or held:
        yield np.concatenate(waiting) if waiting else np.empty((0, 1, 1, 3), np.uint8), counts


def _split(done: list[Vectors], count: int) -> tuple[Vectors, list[Vectors]]:
    if count == 0:
        return np.empty((0, 0), dtype=np.float32), done
    whole = done[0] if len(done) == 1 else np.concatenate(done)
    return whole[:count], [whole[count:]]
