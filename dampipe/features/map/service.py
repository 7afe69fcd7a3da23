"""The use case of the map: clusters of the visible assets that pass filters, within a box."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.errors import FACETS_BUILDING
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.facets.positions import WORLD, latitude_of, longitude_of
from dampipe.features.map.clusters import Cell, Places, cells, visible, window_of, within, zoom_within
from dampipe.features.map.model import Box, Cluster, MapReport, MapTiles
from dampipe.features.search.filters import FilterResolver
from dampipe.kernel.access import SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import SearchUnavailable


class MapService:
    """The map of one library. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, filters: FilterResolver, tiles: MapTiles) -> None:
        self._db = database
        self._index = FacetIndex(database)
        self._filters = filters
        self._tiles = tiles

    def clusters(
        self, actor: Actor, box: Box, zoom: int, filters: Mapping[str, Sequence[str]] | None = None
    ) -> MapReport:
        """The assets with a position in a box, by cells.

        Raises SearchUnavailable (FACETS_BUILDING) while the index is being built, and what filters raise.
        """
        require(actor, SEARCH)
        if not self._index.refresh(BY_READERS):
            raise SearchUnavailable(FACETS_BUILDING, waiting=BY_READERS)
        mask = self._filters.mask(self._filters.resolve(actor, filters or {}))
        with self._db.read() as connection:
            positions = self._index.positions(connection)
            every = self._index.read(connection, [""])[""].named("")
            counted = len(every) if mask is ALL else every.common(mask)
            # Of a version that was deleted a moment ago the index may still have the position.
            places = visible(positions, mask)
            window = window_of(box)
            inside = within(places, window)
            zoom = zoom_within(window, zoom)
            found = cells(inside, window, zoom)
            covers = self._covers(connection, [one.newest for one in found])
        return MapReport(
            zoom=zoom,
            assets=len(inside.versions),
            placed=len(places.versions),
            without=max(0, counted - len(places.versions)),
            extent=_extent(places),
            clusters=tuple(_cluster(one, *covers[one.newest]) for one in found if one.newest in covers),
            tiles=self._tiles,
        )

    def _covers(self, connection: Connection, versions: Sequence[int]) -> dict[int, tuple[str, str]]:
        """SHA-1 and name of versions."""
        query = select(VERSION.c.id, VERSION.c.sha1, VERSION.c.name)
        rows = connection.execute(query.where(in_ids(self._db, VERSION.c.id, versions)))
        return {row[0]: (row[1], row[2]) for row in rows}


def _cluster(cell: Cell, sha1: str, name: str) -> Cluster:
    return Cluster(
        latitude=latitude_of(cell.y),
        longitude=longitude_of(cell.x),
        assets=cell.assets,
        west=longitude_of(cell.left),
        south=latitude_of(cell.bottom),
        east=longitude_of(cell.right),
        north=latitude_of(cell.top),
        cover=sha1,
        name=name,
    )


def _extent(places: Places) -> tuple[float, float, float, float] | None:
    if not places.versions.size:
        return None
    x, y = places.x, places.y
    south, north = latitude_of(min(int(y.max()) + 1, WORLD)), latitude_of(int(y.min()))
    return longitude_of(int(x.min())), south, longitude_of(int(x.max()) + 1), north
