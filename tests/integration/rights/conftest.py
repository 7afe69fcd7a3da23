"""Libraries with a few files and licences."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dampipe.features.assets.selected import Selected
from dampipe.features.originals.release import ReleaseService
from dampipe.features.rights.model import NewLicence, Policy
from dampipe.features.rights.queries import LicenceRepository
from dampipe.features.rights.reports import LicenceReport
from dampipe.features.rights.service import RightsService
from dampipe.features.rights.timeline import TimelineRightsService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.events.tables import EVENT
from tests.support.searching import Searching


@dataclass
class Licensed:
    """A library, and its rights."""

    library: Searching
    a: str
    b: str
    c: str

    def __post_init__(self) -> None:
        services = self.library.services
        self.rights = services.get(RightsService)
        self.releases = services.get(ReleaseService)
        self.timelines = services.get(TimelineRightsService)
        self.licences = services.get(LicenceRepository)

    def licence(self, name: str, *assets: str, **terms: Any) -> LicenceReport:
        """Add a licence, and attach it."""
        made = self.rights.add(LOCAL, NewLicence.model_validate({"name": name, "zone": "UTC", **terms}))
        if assets:
            self.rights.attach(LOCAL, name, Selected(assets=assets))
        return made

    def policy(self, **given: Any) -> None:
        """Replace the policy."""
        self.rights.set_policy(LOCAL, Policy.model_validate(given))

    def id(self, sha1: str) -> int:
        """The number of an asset."""
        return int(self.library.catalog.assets.find(sha1).asset_id)

    def events(self, *names: str) -> list[Any]:
        """The events of those names, oldest first."""
        with self.library.catalog.database.read() as connection:
            query = EVENT.select().where(EVENT.c.name.in_(names)).order_by(EVENT.c.at, EVENT.c.id)
            return list(connection.execute(query).all())


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Licensed]:
    """Three files, over each database."""
    library = Searching(catalogue_url, tmp_path)
    yield Licensed(
        library, library.add("day1/A001_C001.mov"), library.add("day1/A001_C002.mov"), library.add("b.mov")
    )
    library.close()
