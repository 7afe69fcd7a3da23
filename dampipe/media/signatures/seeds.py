"""Seeds of an alignment: pairs of frames of two tracks that look alike, found through a locality-sensitive index.

Random hyperplanes (Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002): frames on the same
side of all planes of a table share its key. A run of frames with one key counts once, so that footage that does not move
gives few seeds, and keys that many runs share give none: black, slates and stills show nothing about times.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.track import WIDTH, SignatureTrack

TABLES = 8
MIN_ALIKE = 0.85
"""Cosine of two signatures from which two frames are a seed."""
CROWDED = 12
"""Keys that more runs of either track than this share are ignored."""
MOST_OF_FRAME = 4
"""Seeds of one frame of the first track that are kept, the most alike."""


class Seeds(NamedTuple):
    """Pairs of frames, by their numbers, with the weight of each: 1 for a unique one."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weight: NDArray[np.float32]
    cosine: NDArray[np.float32]


def find_seeds(first: SignatureTrack, second: SignatureTrack) -> Seeds:
    """The seeds of two tracks."""
    rng = np.random.default_rng(0)
    planes = min(24, max(10, math.ceil(math.log2(1 + max(len(first), len(second)))) + 2))
    found: list[Seeds] = []
    for _ in range(TABLES):
        table = rng.standard_normal((WIDTH, planes)).astype(np.float32)
        found.append(_alike(first, second, _joined(_runs(first, table), _runs(second, table))))
    one = Seeds(*(np.concatenate([getattr(seeds, name) for seeds in found]) for name in Seeds._fields))
    return _best(one)


def _best(seeds: Seeds) -> Seeds:
    """Each pair once, and of each frame of the first track the pairs that are most alike."""
    _, once = np.unique(seeds.first << 32 | seeds.second, return_index=True)
    order = once[np.lexsort((-seeds.cosine[once], seeds.first[once]))]
    frames = seeds.first[order]
    rank = np.arange(len(order)) - np.searchsorted(frames, frames)
    order = order[rank < MOST_OF_FRAME]
    return Seeds(*(part[order] for part in seeds))


def _runs(track: SignatureTrack, table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first frame of each run of frames with one key, and its key."""
    weights = (1 << np.arange(table.shape[1])).astype(np.int64)
    keys = (track.units @ table > 0) @ weights
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    starts = starts[~track.blank[starts]]
    return starts, keys[starts]


def _joined(
    first: tuple[NDArray[np.int64], NDArray[np.int64]], second: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """All pairs of runs with one key, without crowded ones: frames of both tracks, and weights."""
    (starts, keys), (others, other_keys) = first, second
    order = np.argsort(other_keys, kind="stable")
    others, other_keys = others[order], other_keys[order]
    _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
    left = np.searchsorted(other_keys, keys, "left")
    matches = np.searchsorted(other_keys, keys, "right") - left
    matches[(matches > CROWDED) | (counts[at] > CROWDED)] = 0
    ours = np.repeat(np.arange(len(keys)), matches)
    offset = np.arange(len(ours)) - np.repeat(np.cumsum(matches) - matches, matches)
    weight = 1 / (matches * counts[at]).clip(1)
    return starts[ours], others[left[ours] + offset], weight[ours].astype(np.float32)


def _alike(
    first: SignatureTrack,
    second: SignatureTrack,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]],
) -> Seeds:
    """The pairs whose signatures are alike, too."""
    ours, theirs, weight = pairs
    cosine = np.empty(len(weight), np.float32)
    for at in range(0, len(weight), 1 << 18):
        part = slice(at, at + (1 << 18))
        cosine[part] = np.einsum("ij,ij->i", first.units[ours[part]], second.units[theirs[part]])
    alike = cosine >= MIN_ALIKE
    return Seeds(ours[alike], theirs[alike], weight[alike], cosine[alike])
