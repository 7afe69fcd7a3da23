"""Keys of frames for the candidates of near duplicates: locality-sensitive hashing of perceptual hashes.

Random hyperplanes (Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002): frames on the same
side of all planes of a table have the same key. The planes lie in a space in which natural pictures spread evenly: the
low coefficients of the cosine transform of a hash, each weighted by how rarely it is large. In the space of the hashes
themselves most pictures are on the same sides, since a few coefficients hold most of their variance: light above, dark
below.

A frame is stored under one key a table. Who searches also looks at the neighbouring cells, those across the planes
nearest to the frame (Lv et al., Multi-probe LSH, VLDB 2007), so that four tables find what would take dozens. How many
planes count depends on the size of the library (Bawa et al., LSH Forest, WWW 2005): the fewer they are, the larger the
cells and the more is found; the more, the fewer frames share a cell by chance. They are the first ones of a table, so
that a cell is a range of keys.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import CELLS, WIDTH

TABLES = 4
PLANES = 32
"""Of each table."""
FEWEST_PLANES = 16
"""That count in a library of up to SMALL assets; one more with each doubling."""
SMALL = 256
PROBED = 5
"""Nearest planes of a table across which neighbouring cells are looked at: 32 cells a table and frame."""
MOST_PROBES = 8192
"""Cells that are looked at for one asset: fewer neighbours are where it has more than 64 frames."""
HIGHEST = 6
"""Highest sum of both frequencies of a coefficient of the luma; finer detail does not survive a crop or a moment."""
HIGHEST_CHROMA = 1
CHROMA = 2.0
"""Weight of chroma relative to luma. It would be 3 to 4 by its variance; less, since a re-grade changes it most."""
EVENNESS = 0.75
"""Exponent of the weights: 1 spreads natural pictures evenly over all coefficients, 0 leaves them as they are."""
_LUMA = (0.299, 0.587, 0.114)
_CHROMA = ((-0.169, -0.331, 0.5), (0.5, -0.419, -0.081))
_SEED = 1_000_003


def frame_keys(rows: NDArray[np.float32]) -> list[int]:
    """The keys under which frames (unit vectors of hashes, shape (count, 192)) are stored, each once, ascending.

    At most TABLES for each frame, and hardly more for footage that does not move. Never changed without a migration
    that has the keys of all fingerprints computed again: keys of two versions of this function do not meet.
    """
    found: list[int] = np.unique(_keys(_sides(rows))).tolist()
    return found


def planes_for(assets: int) -> int:
    """How many planes count in a library of so many assets."""
    return min(PLANES, FEWEST_PLANES + max(0, math.ceil(math.log2(max(1, assets) / SMALL))))


def probes(rows: NDArray[np.float32], planes: int) -> NDArray[np.int64]:
    """The cells in which frames that look like these may be stored, if so many planes count.

    Each is a range of keys, a row with its first and its last one. Without repetitions, in ascending order.
    """
    sides = _sides(rows)
    probed = int(math.log2(max(1, MOST_PROBES / (TABLES * max(1, len(rows))))))
    probed = min(PROBED, probed)
    nearest = np.argsort(np.abs(sides[..., :planes]), axis=2)[..., :probed]
    subsets = np.arange(1 << probed)[:, None] >> np.arange(probed) & 1
    flips = (1 << (PLANES - 1 - nearest.astype(np.int64))) @ subsets.T
    low = np.unique((_keys(sides)[..., None] ^ flips) >> (PLANES - planes)) << (PLANES - planes)
    return np.stack([low, low | (1 << (PLANES - planes)) - 1], axis=1)


def _sides(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """On which side of each plane the frames are, and how far away: shape (count, TABLES, PLANES)."""
    return np.asarray((rows @ _planes()).reshape(len(rows), TABLES, PLANES), np.float32)


def _keys(sides: NDArray[np.float32]) -> NDArray[np.int64]:
    """The keys of frames, shape (count, TABLES): the table, then a bit for each plane, the first one the highest."""
    bits = (sides > 0) @ (1 << np.arange(PLANES - 1, -1, -1, dtype=np.int64))
    return np.asarray(bits | np.arange(TABLES, dtype=np.int64) << PLANES, np.int64)


@cache
def _planes() -> NDArray[np.float32]:
    """The normals of all planes as columns, in the space of the hashes: shape (192, TABLES * PLANES)."""
    at = np.arange(CELLS)
    cosines = np.cos(np.pi * (2 * at[None] + 1) * at[:, None] / (2 * CELLS))
    axes = []
    for channel, (colour, highest) in enumerate(
        ((_LUMA, HIGHEST), *((chroma, HIGHEST_CHROMA) for chroma in _CHROMA))
    ):
        for down in range(CELLS):
            for across in range(CELLS):
                if 0 < down + across <= highest:
                    # The deviation of a coefficient of natural pictures falls with both frequencies.
                    weight = ((down + 0.6) * (across + 0.6)) ** EVENNESS * (CHROMA if channel else 1.0)
                    wave = np.outer(cosines[down], cosines[across])
                    wave /= np.linalg.norm(wave)
                    axes.append(weight * (wave[..., None] * np.array(colour)).reshape(WIDTH))
    # RandomState: the numbers of its generators are fixed for good, those of newer ones are not.
    normals = np.random.RandomState(_SEED).standard_normal((len(axes), TABLES * PLANES))
    return np.asarray(np.stack(axes, axis=1) @ normals, np.float32)
