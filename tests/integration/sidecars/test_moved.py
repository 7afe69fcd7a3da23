"""Sidecars of files that plans move: what was read of them, and what is still to be written, goes with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dampipe.features.sidecars.model import OutboxState, Place, PlaceRequest
from dampipe.features.sidecars.queries import SidecarRepository
from dampipe.features.sources.model import Source, Tier
from dampipe.features.sources.tables import LOCATION, SOURCE
from dampipe.kernel.access import LOCAL
from dampipe.kernel.ids import LocationId
from tests.support.moving import POLICY, Moving
from tests.support.sidecar_samples import LIGHTROOM
from tests.support.sidecars import Sidecars

ONE_COPY = POLICY.replace("copies = 2", "copies = 1")


@dataclass
class Moved:
    """A clip with a sidecar that says "Night drive", as read by a scan, and an empty source `cold`."""

    here: Sidecars
    moving: Moving
    cold: Source
    first: LocationId
    sha1: str

    def says(self, key: str, source: str) -> list[object]:
        found = self.here.metadata.get(LOCAL, self.sha1, [key]).fields[0].sources
        return [value for one in found if one.source == source for value in one.values]

    def edit(self, **values: object) -> None:
        self.here.edit("a.mp4", set=values)

    def copy(self, name: str = "a.mp4") -> None:
        plan = self.moving.plan(self.moving.copy(self.first, self.cold, f"footage/{name}"))
        self.moving.run(plan)
        assert self.moving.outcomes(plan) == [("copy", "done", "")]

    def delete(self) -> str:
        """Delete the original; returns the reason of what stays."""
        plan = self.moving.plan(self.moving.delete(self.first), policy=self.moving.policy(ONE_COPY))
        self.moving.run(plan)
        [(_, state, reason)] = self.moving.outcomes(plan)
        assert state == "done"
        return reason


@pytest.fixture
def moved(here: Sidecars, tmp_path: Path) -> Iterator[Moved]:
    here.clip("a.mp4")
    here.write("a.xmp", LIGHTROOM)
    here.scan()
    moving = Moving(here.library.catalog)
    with here.database.write() as connection:
        connection.execute(update(SOURCE).values(managed=True))
        first = LocationId(connection.execute(select(LOCATION.c.id)).scalar_one())
    cold = moving.source("cold", tmp_path / "cold", Tier.COLD)
    yield Moved(here, moving, cold, first, here.sha1("a.mp4"))
    moving.close()


@pytest.mark.parametrize("name", ["a.mp4", "a.5f3a9c21.mp4"])
def test_what_we_wrote_does_not_come_back_from_the_copy(moved: Moved, tmp_path: Path, name: str) -> None:
    here = moved.here
    here.place()
    moved.edit(title="Mine")
    assert here.flush() == {OutboxState.WRITTEN: 1}
    sidecar = here.read("a.xmp")
    moved.copy(name)
    assert moved.delete() == ""
    assert not (here.root / "a.xmp").exists()
    assert (tmp_path / "cold/footage" / name.replace("mp4", "xmp")).read_bytes() == sidecar
    for _ in range(2):
        here.take_in()
        assert moved.says("title", "sidecar") == ["Night drive"], "what the sidecar said itself"
        assert moved.says("rating", "sidecar") == [3]
        here.scanning.scan(tmp_path / "cold")
    with here.database.read() as connection:
        [known] = here.get(SidecarRepository).of_assets(connection, [1]).values()
    assert known.name == name.replace("mp4", "xmp") and known.is_own("title") and known.problem is None


def test_what_was_still_to_be_written_is_written_beside_the_copy(moved: Moved, tmp_path: Path) -> None:
    here = moved.here
    here.place()
    here.service.set_place(LOCAL, "cold", PlaceRequest(place=Place.BESIDE))
    moved.edit(title="Mine")
    moved.copy()
    assert moved.delete() == ""
    here.take_in()
    assert here.flush() == {OutboxState.WRITTEN: 1}
    written = (tmp_path / "cold/footage/a.xmp").read_bytes()
    assert written == LIGHTROOM.replace(b"Night drive", b"Mine")
    assert moved.says("title", "sidecar") == ["Night drive"]


def test_what_was_written_after_the_copy_was_made_stays_where_it_is(moved: Moved, tmp_path: Path) -> None:
    here = moved.here
    here.place()
    moved.copy()
    moved.edit(title="Mine")
    assert here.flush() == {OutboxState.WRITTEN: 1}
    written = here.read("a.xmp")
    assert moved.delete() == "tier.sidecars_stay"
    assert here.read("a.xmp") == written
    assert (tmp_path / "cold/footage/a.xmp").read_bytes() == LIGHTROOM


def test_the_copy_is_known_with_its_sidecar_before_a_scan(moved: Moved, tmp_path: Path) -> None:
    here = moved.here
    moved.copy()
    here.service.set_place(LOCAL, "cold", PlaceRequest(place=Place.BESIDE))
    moved.edit(title="Mine")
    assert here.flush() == {OutboxState.WRITTEN: 1}
    assert sorted(path.name for path in (tmp_path / "cold/footage").iterdir()) == ["a.mp4", "a.xmp"]
