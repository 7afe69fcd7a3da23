"""Batches across assets: a model call is full even when every asset has one frame only."""

from collections.abc import Iterable, Iterator

import numpy as np

from dampipe.vision.base import Embedder, Pictures, Vectors

BATCH = 256
"""Frames in one model call."""


def embed_each(embedder: Embedder, assets: Iterable[Pictures], batch: int = BATCH) -> Iterator[Vectors]:
    """Vectors of each asset's frames, in order, one result per asset.

    Assets may have any number of frames, none too. Holds about one batch of frames at a time.
    """
    waiting: list[Pictures] = []
    counts: list[int] = []
    done: list[Vectors] = []
    ready = 0
    for frames in assets:
        counts.append(len(frames))
        waiting.append(frames)
        while sum(map(len, waiting)) >= batch:
            whole = np.concatenate(waiting)
            done.append(embedder.pictures(whole[:batch]))
            waiting = [whole[batch:]]
            ready += batch
        while counts and (counts[0] <= ready):
            result, done = _split(done, counts[0])
            ready -= counts.pop(0)
            yield result
    rest = np.concatenate(waiting) if waiting else np.empty((0, 1, 1, 3), dtype=np.uint8)
    if len(rest):
        done.append(embedder.pictures(rest))
    for count in counts:
        result, done = _split(done, count)
        yield result


def _split(done: list[Vectors], count: int) -> tuple[Vectors, list[Vectors]]:
    if count == 0:
        return np.empty((0, 0), dtype=np.float32), done
    whole = done[0] if len(done) == 1 else np.concatenate(done)
    return whole[:count], [whole[count:]]
