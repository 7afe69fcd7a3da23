"""The map: clusters by cell, within a box, for who may see what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.index import FacetIndex
from dampipe.features.map.model import Box, MapReport, MapTiles
from dampipe.features.map.service import MapService
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.facets.dirty import mark_versions
from dampipe.kernel.field import FieldType
from dampipe.web.app import create_app
from tests.support.gathered import Gathered
from tests.support.searching import sha1

PLACES = {
    "rome/1": (41.9, 12.5),
    "rome/2": (41.9001, 12.5001),
    "oslo/1": (59.9, 10.75),
    "fiji/1": (-17.7, 178.0),
    "samoa/1": (-13.8, -172.1),
    "pole/1": (-90.0, 0.0),
}


class Mapped(Gathered):
    """A library whose files have positions, but for `nowhere`."""

    def place(self, name: str, latitude: float | None, longitude: float | None) -> None:
        """Let a file have a position."""
        values = {"latitude": latitude, "longitude": longitude}
        with self.catalog.database.write() as connection:
            mine = VERSION.c.sha1 == sha1(f"{name}.mp4")
            changed = connection.execute(update(VERSION).where(mine).values(values).returning(VERSION.c.id))
            mark_versions(connection, list(changed.scalars()))

    def map(
        self, box: str = "-180,-90,180,90", zoom: int = 0, by: Actor = LOCAL, **filters: tuple[str, ...]
    ) -> MapReport:
        """The map."""
        return self.services.get(MapService).clusters(by, Box.parse(box), zoom, filters)


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Mapped]:
    made = Mapped(catalogue_url, tmp_path, names="")
    made.services.provide(MapTiles, MapTiles)
    for name, (latitude, longitude) in PLACES.items():
        made.add(f"{name}.mp4")
        made.place(name, latitude, longitude)
    made.add("nowhere.mp4")
    yield made
    made.close()


def test_positions_are_counted_by_cells_of_the_zoom(here: Mapped) -> None:
    whole = here.map()
    assert (whole.assets, whole.placed, whole.without) == (6, 6, 1)
    near = here.map(zoom=5)
    assert sorted(one.assets for one in near.clusters) == [1, 1, 1, 1, 2]
    rome = near.clusters[0]
    assert (rome.assets, rome.cover) == (2, sha1("rome/2.mp4")), "the newest is the cover"
    assert (rome.latitude, rome.longitude) == pytest.approx((41.90005, 12.50005), abs=1e-5)
    closest = here.map("12.4999,41.8999,12.5003,41.9003", zoom=20)
    assert [one.assets for one in closest.clusters] == [1, 1] and closest.assets == 2


def test_a_filter_by_the_limits_of_a_cluster_finds_its_assets(here: Mapped) -> None:
    for zoom in (0, 3, 7):
        for one in here.map(zoom=zoom).clusters:
            where = f"latitude>={one.south} and latitude<={one.north} and longitude>={one.west} and longitude<{one.east}"
            assert len(here.names(where=(where,))) == one.assets, (zoom, one)


def test_a_box_may_reach_over_the_180th_meridian(here: Mapped) -> None:
    found = here.map("170,-30,-170,0", zoom=4)
    assert sorted(one.name for one in found.clusters) == ["1.mp4", "1.mp4"] and found.assets == 2
    assert {round(one.longitude) for one in found.clusters} == {178, -172}
    assert here.map("-170,-30,170,0", zoom=4).assets == 0


def test_the_map_shows_what_passes_filters_and_is_visible(here: Mapped) -> None:
    assert here.map(folder=(str(here.root / "rome"),)).assets == 2
    vera = here.user("vera", sees=("oslo",))
    found = here.map(by=vera)
    assert (found.assets, found.placed, found.without) == (1, 1, 0)
    assert found.clusters[0].cover == sha1("oslo/1.mp4")
    assert found.extent is not None and found.extent[3] == pytest.approx(59.9, abs=0.01)
    assert here.map(by=here.user("nobody", sees=())).extent is None


def test_positions_that_change_are_shown_at_once_and_impossible_ones_never(here: Mapped) -> None:
    here.place("oslo/1", 60.5, 10.75)
    [oslo] = here.map("0,55,20,65", zoom=3).clusters
    assert oslo.latitude == pytest.approx(60.5, abs=1e-6)
    here.place("oslo/1", None, None)
    assert here.map("0,55,20,65", zoom=3).assets == 0
    for impossible in ((91.0, 0.0), (0.0, 181.0), (float("inf"), 0.0)):
        here.place("oslo/1", *impossible)
        assert here.map().placed == 5
    FacetIndex(here.catalog.database).clear()
    assert here.map().placed == 5, "an index that is built again says the same"


def test_a_field_of_the_schema_may_hold_the_position(here: Mapped) -> None:
    own = tuple(
        FieldDeclaration(key=key, label=key, type=FieldType.NUMBER) for key in ("latitude", "longitude")
    )
    here.services.get(SchemaService).apply(LOCAL, Schema(field=(*own, *default_schema().field)))
    assert here.map().placed == 0
    edit = AssetEdit(set={"latitude": 48.85, "longitude": 2.35})
    here.services.get(MetadataService).edit(LOCAL, sha1("nowhere.mp4"), edit)
    [paris] = here.map(zoom=4).clusters
    assert (paris.latitude, paris.longitude) == pytest.approx((48.85, 2.35), abs=1e-6)


def test_the_api_refuses_what_is_no_box(here: Mapped) -> None:
    http = TestClient(create_app(here.services), base_url="http://127.0.0.1/api/v1")
    answer = http.get("/map", params={"box": "0,40,20,60", "zoom": 3}).json()
    assert answer["assets"] == 3 and answer["tiles"] == {"url": "", "credit": ""}
    for box in ("", "1,2,3", "a,b,c,d", "0,50,10,40", "0,-91,10,40", "-181,0,0,1", "nan,0,1,1"):
        refused = http.get("/map", params={"box": box})
        assert refused.status_code == 422, box
    with pytest.raises(InvalidInput):
        Box.parse("1,2,3,inf")
