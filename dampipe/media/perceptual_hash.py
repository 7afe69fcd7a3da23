"""Perceptual hashes of frames: colours of an 8 × 8 grid, comparable across encodes, sizes and brightness."""

import numpy as np
from numpy.typing import NDArray

CELLS = 8
WIDTH = CELLS * CELLS * 3
"""Bytes of a hash."""
FLAT = 2.0
"""Standard deviation over the grid (of 255) below which a frame is blank: black, a fade, a plain colour."""


def perceptual_hashes(frames: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Hash frames of shape (count, size, size, 3); one row per frame, shape (count, 192), all 0 for a blank frame.

    A hash is the mean colour of each of 8 × 8 cells minus the mean colour of the frame; the cosine of two
    hashes is their normalised cross-correlation.
    """
    size = frames.shape[1]
    edges = np.linspace(0, size, CELLS + 1).astype(int)[:-1]
    # Summed in integers: a float copy of all frames would take gigabytes.
    sums = np.add.reduceat(np.add.reduceat(frames, edges, axis=1, dtype=np.uint32), edges, axis=2)
    across = np.diff([*edges, size])
    cells = sums / (across[:, None] * across[None])[..., None]
    flat = cells.std(axis=(1, 2)).max(axis=1) < FLAT
    rows = (cells - cells.mean(axis=(1, 2), keepdims=True)).reshape(len(frames), WIDTH)
    largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True, initial=0), 1e-6)
    hashes: NDArray[np.int8] = np.round(rows / largest * 127).astype(np.int8)
    hashes[flat] = 0
    return hashes


def unit_vectors(hashes: NDArray[np.int8]) -> NDArray[np.float32]:
    """Hashes as rows of length 1, so that products are cosines; rows of blank frames stay 0."""
    rows = hashes.astype(np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def mirrored(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vectors of the same frames mirrored left to right."""
    return np.ascontiguousarray(rows.reshape(-1, CELLS, CELLS, 3)[:, :, ::-1]).reshape(len(rows), WIDTH)
