"""How vectors of frames become tags: standardised scores, and moments. No I/O.

A cosine says nothing alone: similarities differ more from term to term than between right and wrong. So the score
of a frame is how much nearer it is to a term's prompts than to background prompts, in standard deviations over the
frames of the library itself.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dampipe.features.machinetags.model import Moment
from dampipe.features.machinetags.precision import PROPOSED_FROM

MOST_MOMENTS = 5
"""Moments kept of a term in a version: the best one of each shot."""
SAMPLE = 10_000
"""Frames over which scores are standardised."""
LEAST_SAMPLE = 10
"""Fewer frames say nothing about a library."""


def direction(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The mean of unit vectors of prompts, as a unit vector."""
    mean = np.mean(np.stack(list(vectors)), axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def margins(
    frames: NDArray[np.float32], terms: NDArray[np.float32], background: NDArray[np.float32]
) -> NDArray[np.float32]:
    """By how much each frame (rows) is nearer to each term than to the background prompts."""
    near: NDArray[np.float32] = frames @ terms.T
    return np.asarray(near - (frames @ background.T).mean(axis=1, keepdims=True), dtype=np.float32)


def moments_of(
    times: Sequence[float], shots: Sequence[int], scores: NDArray[np.float32]
) -> tuple[Moment, ...]:
    """The best moment of each shot in which a term is proposed, the best ones alone, in the order of time."""
    best: dict[int, Moment] = {}
    for row in np.flatnonzero(scores >= PROPOSED_FROM).tolist():
        found = Moment(times[row], round(float(scores[row]), 3))
        if shots[row] not in best or found.score > best[shots[row]].score:
            best[shots[row]] = found
    chosen = sorted(best.values(), key=lambda one: -one.score)[:MOST_MOMENTS]
    return tuple(sorted(chosen))
