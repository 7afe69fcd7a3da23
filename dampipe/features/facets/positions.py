"""Where versions were recorded, kept for all at once, so that a map of a million is counted in one array. No I/O.

The facet index has it beside the texts: under the field "@", in blocks of as many versions, two numbers of 32 bits for
each, little-endian. They are the place on a square map of the world in the projection of Web Mercator, as the tiles of
maps have it, in units of 1/2**32 of its width (a centimetre): x from 180° west to the east, y from the north, with the
poles at the edge. So a cell of the map at any zoom is a number of leading bits.
"""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dampipe.features.facets.texts import BLOCK_BITS

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

FIELD = "@"
"""Of the rows that hold blocks of positions: no field has this key."""
BITS = 32
WORLD = 1 << BITS
NOWHERE = WORLD - 1
"""Of a version without a position; no place has this number."""
_SIZE = 1 << BLOCK_BITS
Degrees = Sequence[tuple["NDArray[np.int64]", "NDArray[np.float64]"]]


def to_map(longitudes: "NDArray[np.float64]", latitudes: "NDArray[np.float64]") -> "NDArray[np.uint32]":
    """Places on the map, one row of x and y for each position in degrees."""
    import numpy as np

    x = (longitudes + 180.0) / 360.0
    sine = np.sin(np.radians(np.clip(latitudes, -89.9999, 89.9999)))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    units = np.clip(np.floor(np.stack([x, y], axis=1) * WORLD), 0, NOWHERE - 1)
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


def positions_of(latitudes: Degrees, longitudes: Degrees) -> "tuple[NDArray[np.int64], NDArray[np.uint32]]":
    """The versions that have a valid position, ascending, each once, and their places on the map."""
    import numpy as np

    north, east = _known(latitudes, 90.0), _known(longitudes, 180.0)
    both = sorted(north.keys() & east.keys())
    given = np.array([(north[one], east[one]) for one in both], np.float64).reshape(-1, 2)
    return np.array(both, np.int64), to_map(given[:, 1], given[:, 0])


def _known(degrees: Degrees, most: float) -> dict[int, float]:
    """Valid degrees by version; where several are given, the last ones."""
    found: dict[int, float] = {}
    for versions, numbers in degrees:
        found |= dict(zip(versions.tolist(), numbers.tolist(), strict=True))
    return {version: number for version, number in found.items() if abs(number) <= most}


def pack_positions(
    block: int,
    stored: bytes | None,
    gone: "NDArray[np.int64]",
    versions: "NDArray[np.int64]",
    places: "NDArray[np.uint32]",
) -> bytes:
    """A block with some versions replaced. stored: as it is; None: there is none. gone: the versions that are replaced;
    versions and places: those of them that have a position, and which. All lie in the block."""
    import numpy as np

    if stored is None:
        known = np.full((_SIZE, 2), NOWHERE, "<u4")
    else:
        known = np.frombuffer(stored, "<u4").reshape(_SIZE, 2).copy()
    known[gone - (block << BLOCK_BITS)] = NOWHERE
    known[versions - (block << BLOCK_BITS)] = places
    return known.tobytes()


class Positions:
    """The positions of versions, at one time. Immutable."""

    __slots__ = ("_blocks", "versions", "x", "y")

    def __init__(self, blocks: dict[int, "NDArray[np.uint32]"] | None = None) -> None:
        """blocks: places by the number of the block."""
        import numpy as np

        self._blocks = {} if blocks is None else blocks
        numbers, places = [np.empty(0, np.int64)], [np.empty((0, 2), np.uint32)]
        for block, known in sorted(self._blocks.items()):
            [there] = np.nonzero(known[:, 0] != NOWHERE)
            numbers.append(there + (block << BLOCK_BITS))
            places.append(known[there])
        self.versions: NDArray[np.int64] = np.concatenate(numbers)
        """The versions that have a position, ascending;"""
        all_places = np.concatenate(places)
        self.x: NDArray[np.uint32] = np.ascontiguousarray(all_places[:, 0])
        """the place of each on the map;"""
        self.y: NDArray[np.uint32] = np.ascontiguousarray(all_places[:, 1])
        """from the north."""

    def replaced(self, blocks: Iterable[tuple[int, bytes]]) -> "Positions":
        """The same with some blocks, by their numbers, replaced."""
        import numpy as np

        new = {block: np.frombuffer(stored, "<u4").reshape(_SIZE, 2) for block, stored in blocks}
        return Positions(self._blocks | new) if new else self
