"""Keys of frames for the candidates of near duplicates: locality-sensitive hashing of perceptual hashes.

Random hyperplanes (Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002): frames on the same
side of all planes of a table have the same key. The planes lie in a space in which natural pictures spread evenly: the
low coefficients of the cosine transform of a hash, each weighted by how rarely it is large. In the space of the hashes
themselves most pictures are on the same sides, since a few coefficients hold most of their variance: light above, dark
below.

A frame is stored under one key a table. Who searches also looks under the keys of the neighbouring cells, those across
the planes nearest to the frame (Lv et al., Multi-probe LSH, VLDB 2007), so that four tables find what would take dozens.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dampipe.media.perceptual_hash import CELLS, WIDTH

TABLES = 4
PLANES = 32
"""Of each table."""
PROBED = 4
"""Nearest planes of a table across which neighbouring cells are looked at: 16 cells a table and frame."""
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
    keys, _ = _keys(rows)
    found: list[int] = np.unique(keys).tolist()
    return found


def probe_keys(rows: NDArray[np.float32]) -> list[int]:
    """The keys under which frames that look like these may be stored, each once, ascending."""
    keys, sides = _keys(rows)
    nearest = np.argpartition(np.abs(sides), PROBED - 1, axis=2)[..., :PROBED]
    flips = (1 << nearest.astype(np.int64)) @ _subsets().T
    found: list[int] = np.unique(keys[..., None] ^ flips).tolist()
    return found


def _keys(rows: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keys of shape (count, TABLES), and on which side of each plane the frames are, (count, TABLES, PLANES)."""
    sides = (rows @ _planes()).reshape(len(rows), TABLES, PLANES)
    bits = (sides > 0) @ (1 << np.arange(PLANES, dtype=np.int64))
    return bits | np.arange(TABLES, dtype=np.int64) << PLANES, sides


@cache
def _subsets() -> NDArray[np.int64]:
    """All subsets of PROBED planes as rows of 0 and 1."""
    return np.arange(1 << PROBED)[:, None] >> np.arange(PROBED) & 1


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
