"""What a frame looks like from afar: colours of an 8 × 8 grid, comparable across encodes, sizes and brightness."""

import numpy as np
from numpy.typing import NDArray

CELLS = 8
WIDTH = CELLS * CELLS * 3
"""Bytes of a print."""
FLAT = 2.0
"""Where red, green and blue vary less over the grid (of 255), a frame shows nothing: black, a fade, a plain colour."""


def prints_of(frames: NDArray[np.uint8]) -> NDArray[np.int8]:
    """One print a frame, shape (count, 192); frames of shape (count, size, size, 3). All 0: it shows nothing.

    The mean colours of 8 × 8 cells, less the mean of each colour over the picture; cosines of two prints are
    their normalised cross-correlation.
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
    prints: NDArray[np.int8] = np.round(rows / largest * 127).astype(np.int8)
    prints[flat] = 0
    return prints


def unit_rows(prints: NDArray[np.int8]) -> NDArray[np.float32]:
    """Prints as rows of length 1, so that products are cosines; those that show nothing stay 0."""
    rows = prints.astype(np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def mirrored(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows of pictures with left and right exchanged."""
    return np.ascontiguousarray(rows.reshape(-1, CELLS, CELLS, 3)[:, :, ::-1]).reshape(len(rows), WIDTH)
