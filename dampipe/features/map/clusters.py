"""Counts positions by cells of the map. No I/O.

Positions are places on a square map (`dampipe/features/facets/positions.py`), so that the cell of one is its leading
bits, and a million are counted by one pass over an array for each of the few numbers that a cluster has.
"""

from typing import TYPE_CHECKING, NamedTuple

from dampipe.features.facets.positions import BITS, LAST, WORLD, Positions, to_map
from dampipe.features.map.model import CELL_BITS, MOST_CELLS, Box
from dampipe.kernel.asset_set import ALL, AssetSet, Selection

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray


class Places(NamedTuple):
    """Versions and their places on the map, ascending by version."""

    versions: "NDArray[np.int64]"
    x: "NDArray[np.uint32]"
    y: "NDArray[np.uint32]"


class Cell(NamedTuple):
    """What lies in one cell."""

    assets: int
    x: float
    """The middle of the places in it,"""
    y: float
    """on the map."""
    left: int
    """The limits of the cell on the map; right and bottom are not part of it."""
    top: int
    right: int
    bottom: int
    newest: int
    """The version with the greatest number."""


class Window(NamedTuple):
    """A box on the map, of cells at a zoom. right and bottom are part of it; over 180° right is less than left."""

    left: int
    top: int
    right: int
    bottom: int


def window_of(box: Box) -> Window:
    """A box as places of the map."""
    import numpy as np

    corners = to_map(np.array([box.west, box.east]), np.array([box.north, box.south]))
    (left, top), (right, bottom) = corners.tolist()
    return Window(left, top, right, bottom)


def visible(positions: Positions, mask: Selection) -> Places:
    """The positions of some versions."""
    import numpy as np

    versions = positions.versions
    if mask is ALL or not versions.size:
        return Places(versions, positions.x, positions.y)
    wanted = np.zeros(int(versions[-1]) + 1, bool)
    numbers = (mask & AssetSet(range(len(wanted)))).to_numpy()
    wanted[numbers] = True
    shown = wanted[versions]
    return Places(versions[shown], positions.x[shown], positions.y[shown])


def within(places: Places, window: Window) -> Places:
    """Those in a window."""
    x, y = places.x, places.y
    is_whole = window.left == 0 and window.right >= LAST
    if is_whole and window.top == 0 and window.bottom >= LAST:
        return places
    inside = (y >= window.top) & (y <= window.bottom)
    if not is_whole and window.left <= window.right:
        inside &= (x >= window.left) & (x <= window.right)
    elif not is_whole:
        inside &= (x >= window.left) | (x <= window.right)
    return Places(places.versions[inside], x[inside], y[inside])


def zoom_within(window: Window, zoom: int) -> int:
    """The zoom, lowered until a window has MOST_CELLS cells at most."""
    while zoom > 0 and _columns(window, zoom) * _rows(window, zoom) > MOST_CELLS:
        zoom -= 1
    return zoom


def _shift(zoom: int) -> int:
    return max(0, BITS - zoom - CELL_BITS)


def _columns(window: Window, zoom: int) -> int:
    shift = _shift(zoom)
    across = (window.right >> shift) - (window.left >> shift)
    return (across if window.left <= window.right else across + (WORLD >> shift)) + 1


def _rows(window: Window, zoom: int) -> int:
    return (window.bottom >> _shift(zoom)) - (window.top >> _shift(zoom)) + 1


def cells(places: Places, window: Window, zoom: int) -> list[Cell]:
    """The cells of places that lie in a window, those with most places first. zoom: see `zoom_within`."""
    import numpy as np

    if not places.versions.size:
        return []
    shift = _shift(zoom)
    columns, rows = _columns(window, zoom), _rows(window, zoom)
    first_column, first_row = window.left >> shift, window.top >> shift
    world = WORLD >> shift
    column = ((places.x >> np.uint32(shift)).astype(np.int64) - first_column) % world
    where = column + columns * ((places.y >> np.uint32(shift)).astype(np.int64) - first_row)
    counts = np.bincount(where, minlength=columns * rows)
    # Within the cell, so that sums of a million places stay exact.
    inner = np.uint32((1 << shift) - 1)
    sums_x = np.bincount(where, (places.x & inner).astype(np.float64), columns * rows)
    sums_y = np.bincount(where, (places.y & inner).astype(np.float64), columns * rows)
    newest = np.zeros(columns * rows, np.int64)
    newest[where] = places.versions  # ascending: the last one stays
    [filled] = np.nonzero(counts)
    found = []
    for one in filled[np.argsort(-counts[filled], kind="stable")].tolist():
        left = ((first_column + one % columns) % world) << shift
        top = (first_row + one // columns) << shift
        count = int(counts[one])
        found.append(
            Cell(
                count,
                left + float(sums_x[one]) / count,
                top + float(sums_y[one]) / count,
                left,
                top,
                left + (1 << shift),
                top + (1 << shift),
                int(newest[one]),
            )
        )
    return found
