"""Signatures of pictures: the low frequencies of a small grey picture, whatever its encode, size and grade.

A picture is reduced to GRID × GRID grey cells. Bars that frame the picture of a whole clip are cut off. Then each cell
is replaced by its rank among the cells, which any monotone curve of brightness leaves as it is: contrast, gamma, lift.
The 16 lowest frequencies of the cosine transform of the ranks are the signature.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.track import WIDTH

GRID = 24
"""Cells of the small picture, each way."""
SIDE = 16
"""Cells after bars are cut off, each way."""
FLAT = 2.0
"""Standard deviation of the cells (of 255) below which a picture is blank."""
_AT_ONCE = 4096
"""Pictures that are computed at once."""
_STILL = 12
"""Range of grey within which the cells of a bar stay, in all frames."""
_MAX_BAR = 8
"""Cells of the widest bar."""
_UNEVEN = 1.5
"""Cells by which two opposite bars may differ."""
_SOFT = 0.3
"""Scale below which a coefficient is stored linearly, above it logarithmically."""
_FREQUENCIES = sorted(
    ((u, v) for u in range(6) for v in range(6) if u or v), key=lambda f: (f[0] ** 2 + f[1] ** 2, f)
)[:WIDTH]


@dataclass
class Bars:
    """Finds the bars of a clip: rows and columns at its edges that never change and are of one grey."""

    _low: NDArray[np.uint8] = field(default_factory=lambda: np.full((2, GRID), 255, np.uint8))
    _high: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((2, GRID), np.uint8))

    def add(self, pictures: NDArray[np.uint8]) -> None:
        """Take pictures, shape (count, GRID, GRID), into account."""
        if not len(pictures):
            return
        low, high = pictures.min(axis=0), pictures.max(axis=0)
        self._low = np.minimum(self._low, [low.min(axis=1), low.min(axis=0)])
        self._high = np.maximum(self._high, [high.max(axis=1), high.max(axis=0)])

    def extents(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The cells of the picture proper: (first, last + 1) of rows and of columns."""
        still = (self._high.astype(int) - self._low) <= _STILL
        return self._extent(still[0]), self._extent(still[1])

    @staticmethod
    def _extent(still: NDArray[np.bool_]) -> tuple[int, int]:
        """What is left of one axis. Only bars at both ends count: one alone may be a dark part of the picture."""
        if still.all():
            return 0, GRID
        first, last = int(np.argmin(still)), GRID - int(np.argmin(still[::-1]))
        before, after = first, GRID - last
        if not before or not after or abs(before - after) > _UNEVEN or max(before, after) > _MAX_BAR:
            return 0, GRID
        return first, last


def picture_signatures(chunks: Callable[[], Iterable[NDArray[np.uint8]]]) -> NDArray[np.int8]:
    """Signatures, shape (count, WIDTH), of the pictures of a clip.

    chunks: called twice; pictures in order, shape (any, GRID, GRID).
    """
    bars = Bars()
    for chunk in chunks():
        bars.add(chunk)
    rows, columns = (_resampling(first, last) for first, last in bars.extents())
    parts = [_signed(part, rows, columns) for chunk in chunks() for part in _split(chunk)]
    return np.concatenate(parts) if parts else np.empty((0, WIDTH), np.int8)


def _split(chunk: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for at in range(0, len(chunk), _AT_ONCE):
        yield chunk[at : at + _AT_ONCE]


def _resampling(first: float, last: float) -> NDArray[np.float32]:
    """The matrix, shape (SIDE, GRID), that averages the cells from `first` to `last` into SIDE cells."""
    edges = np.linspace(first, last, SIDE + 1)
    cells = np.arange(GRID)
    shared = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = np.maximum(shared, 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _cosines() -> NDArray[np.float32]:
    """The cosine transform of SIDE × SIDE cells at _FREQUENCIES, orthonormal, shape (SIDE * SIDE, WIDTH)."""
    at = (np.arange(SIDE) + 0.5) * np.pi / SIDE
    waves = np.cos(np.arange(6)[:, None] * at) * np.sqrt(2 / SIDE)
    waves[0] /= np.sqrt(2)
    columns = [np.outer(waves[u], waves[v]).ravel() for u, v in _FREQUENCIES]
    return np.stack(columns, axis=1).astype(np.float32)


_TRANSFORM = _cosines()


def _signed(
    pictures: NDArray[np.uint8], rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> NDArray[np.int8]:
    cells = np.rint(rows @ pictures.astype(np.float32) @ columns.T).astype(np.uint8)
    flat = cells.reshape(len(cells), -1)
    coefficients = _ranks(flat) @ _TRANSFORM
    largest = np.arcsinh(SIDE / np.sqrt(3) / _SOFT)
    signed: NDArray[np.int8] = np.rint(np.arcsinh(coefficients / _SOFT) * (127 / largest)).astype(np.int8)
    signed[flat.std(axis=1) < FLAT] = 0
    return signed


def _ranks(cells: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The rank of each cell in its row of cells, from -1 to 1; equal cells share their mean rank."""
    count, size = cells.shape
    at = cells + (np.arange(count, dtype=np.int64) * 256)[:, None]
    found = np.bincount(at.ravel(), minlength=256 * count).reshape(count, 256)
    upto = np.cumsum(found, axis=1)
    middle = (2 * upto - found).astype(np.float32) / size - 1
    return np.asarray(middle.ravel()[at])
