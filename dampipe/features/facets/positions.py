"""Where versions were recorded, kept for all at once, so that a map of a million is counted in one array. No I/O.

The facet index has it in the column POSITION: a place on a square map of the world in the projection of Web Mercator, as
the tiles of maps have it, in units of 1/2**32 of its width (a centimetre): x from 180° west to the east, y from the
north, with the poles at the edge. So a cell of the map at any zoom is a number of leading bits. An entry is x in its
upper 32 bits, and y + 1 in its lower ones.
"""

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

BITS = 32
WORLD = 1 << BITS
LAST = WORLD - 2
"""The greatest place."""
Degrees = Sequence[tuple["NDArray[np.int64]", "NDArray[np.float64]"]]


def to_map(longitudes: "NDArray[np.float64]", latitudes: "NDArray[np.float64]") -> "NDArray[np.uint32]":
    """Places on the map, one row of x and y for each position in degrees."""
    import numpy as np

    x = (longitudes + 180.0) / 360.0
    sine = np.sin(np.radians(np.clip(latitudes, -89.9999, 89.9999)))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    units = np.clip(np.floor(np.stack([x, y], axis=1) * WORLD), 0, LAST)
    places: NDArray[np.uint32] = units.astype(np.uint32)
    return places


def longitude_of(x: float) -> float:
    """Degrees east of a place on the map."""
    return x / WORLD * 360.0 - 180.0


def latitude_of(y: float) -> float:
    """Degrees north of a place on the map; of its edges those of the poles."""
    if y <= 0 or y >= WORLD - 1:
        return 90.0 if y <= 0 else -90.0
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / WORLD))))


def positions_of(latitudes: Degrees, longitudes: Degrees) -> "tuple[NDArray[np.int64], NDArray[np.uint64]]":
    """The versions that have a valid position, ascending, each once, and their entries of the column."""
    import numpy as np

    north, east = _known(latitudes, 90.0), _known(longitudes, 180.0)
    both = sorted(north.keys() & east.keys())
    given = np.array([(north[one], east[one]) for one in both], np.float64).reshape(-1, 2)
    return np.array(both, np.int64), entries_of(to_map(given[:, 1], given[:, 0]))


def _known(degrees: Degrees, most: float) -> dict[int, float]:
    """Valid degrees by version; where several are given, the last ones."""
    found: dict[int, float] = {}
    for versions, numbers in degrees:
        found |= dict(zip(versions.tolist(), numbers.tolist(), strict=True))
    return {version: number for version, number in found.items() if abs(number) <= most}


def entries_of(places: "NDArray[np.uint32]") -> "NDArray[np.uint64]":
    """Places on the map as entries of the column."""
    import numpy as np

    wide = places.astype(np.uint64)
    entries: NDArray[np.uint64] = wide[:, 0] << np.uint64(BITS) | wide[:, 1] + np.uint64(1)
    return entries


class Positions:
    """The positions of versions, at one time. Immutable."""

    __slots__ = ("versions", "x", "y")

    def __init__(self, entries: "NDArray[np.uint64]") -> None:
        """entries: of the column, by the number of the version."""
        import numpy as np

        self.versions: NDArray[np.int64] = np.flatnonzero(entries)
        """The versions that have a position, ascending;"""
        known = entries[self.versions]
        self.x: NDArray[np.uint32] = (known >> np.uint64(BITS)).astype(np.uint32)
        """the place of each on the map;"""
        self.y: NDArray[np.uint32] = (known & np.uint64(WORLD - 1)).astype(np.uint32) - np.uint32(1)
        """from the north."""


class PositionCache:
    """The positions of one catalogue, made anew when the column has changed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[NDArray[np.uint64], Positions] | None = None

    def of(self, entries: "NDArray[np.uint64]") -> Positions:
        """The positions of a column, which is the same array as long as it has not changed."""
        with self._lock:
            if self._kept is None or self._kept[0] is not entries:
                self._kept = entries, Positions(entries)
            return self._kept[1]
