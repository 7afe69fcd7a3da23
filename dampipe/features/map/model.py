"""The map as values. No I/O."""

import math
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.map.errors import BOX_INVALID
from dampipe.kernel.errors import InvalidInput

MOST_ZOOM = 22
MOST_CELLS = 4_096
"""Cells of an answer, at most: of a box with more at its zoom, the zoom is lowered."""
CELL_BITS = 2
"""A cell is 1/2**(zoom + CELL_BITS) of the width of the world: 64 pixels of a map whose tiles have 256."""


@dataclass(frozen=True)
class Box:
    """A part of the map, in degrees. Over 180° west is greater than east."""

    west: float = -180.0
    south: float = -90.0
    east: float = 180.0
    north: float = 90.0

    @classmethod
    def parse(cls, text: str) -> "Box":
        """From `west,south,east,north`. Raises InvalidInput (BOX_INVALID).

        >>> Box.parse("170,-20,-170,20")
        Box(west=170.0, south=-20.0, east=-170.0, north=20.0)
        """
        try:
            numbers = [float(one) for one in text.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise InvalidInput(BOX_INVALID, text=text[:200], reason="it is not four numbers")
        box = cls(*numbers)
        if not -90 <= box.south <= box.north <= 90:
            raise InvalidInput(BOX_INVALID, text=text[:200], reason="it does not lie between the poles")
        if not (-180 <= box.west <= 180 and -180 <= box.east <= 180):
            raise InvalidInput(BOX_INVALID, text=text[:200], reason="degrees east lie between -180 and 180")
        return box


class MapTiles(BaseModel):
    """What a map draws below the assets."""

    model_config = ConfigDict(frozen=True)

    url: str = ""
    """With {z}, {x} and {y}; empty: nothing."""
    credit: str = ""


class Cluster(BaseModel):
    """Assets that were recorded in one cell of the map."""

    model_config = ConfigDict(frozen=True)

    latitude: float
    """Degrees north, of the middle of them all."""
    longitude: float
    """Degrees east."""
    assets: int
    west: float
    """The limits of the cell in degrees: a filter by them finds these assets."""
    south: float
    east: float
    north: float
    cover: str
    """SHA-1 of the newest."""
    name: str
    """Name of its file."""


class MapReport(BaseModel):
    """Where assets were recorded, within a box."""

    model_config = ConfigDict(frozen=True)

    zoom: int
    """Of the cells: lower than that which was asked for where the box would have too many."""
    assets: int
    """Assets in the box."""
    placed: int
    """Assets with a position, everywhere."""
    without: int
    """Assets without one."""
    extent: tuple[float, float, float, float] | None = None
    """West, south, east and north of all assets with a position; null: there are none."""
    clusters: tuple[Cluster, ...] = ()
    """Those with most assets first."""
    tiles: MapTiles = Field(default_factory=MapTiles)
