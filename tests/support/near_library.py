"""A library of synthetic fingerprints, for tests of near duplicates."""

from collections.abc import Iterable
from itertools import combinations

from sqlalchemy import select

from dampipe.features.assets.service import AssetService, DetailFields
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.duplicates.match import align
from dampipe.features.duplicates.model import Duplicates, DuplicatesRequest, PairState
from dampipe.features.duplicates.service import DuplicateService
from dampipe.features.duplicates.tables import FRAME_KEY, NEAR_DUPLICATE_SEARCH
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Container
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import NoRights
from dampipe.media.outputs import Preview
from tests.support.catalog import Catalog
from tests.support.fingerprints import Clip
from tests.support.pipeline import save_output


class NearLibrary:
    """Assets with fingerprints, numbered from 1; asset `n` has the SHA-1 `f"{n:040x}"`."""

    def __init__(self, url: str, set_up: bool = True) -> None:
        self.catalog = Catalog(Database(url))
        if set_up:
            self.catalog.set_up()
        catalog = self.catalog
        assets = AssetService(catalog.assets, catalog.sources, DetailFields, Container(), NoRights())
        self.service = DuplicateService(catalog.prints, catalog.pairs, catalog.near, assets, NoRights())

    def add(self, asset: int, clip: Clip) -> None:
        """Save a preview of an asset, which is created if it is new."""
        row = {
            "id": asset,
            "sha1": f"{asset:040x}",
            "size": 1,
            "name": f"{asset}.mov",
            "kind": "video",
            "added_at": 0,
        }
        row["asset_id"] = asset
        with self.catalog.database.write() as connection:
            connection.execute(
                self.catalog.database.insert(ASSET).on_conflict_do_nothing(), {"id": asset, "added_at": 0}
            )
            connection.execute(self.catalog.database.insert(VERSION).on_conflict_do_nothing(), row)
        hashes = clip.hashes.tobytes()
        save_output(self.catalog, asset, Preview(hash_times=tuple(clip.times.tolist()), hashes=hashes))

    def search(self) -> int:
        """Search the near duplicates of all assets that wait for it."""
        return self.catalog.near.catch_up(600)

    def listed(self, state: PairState = PairState.OPEN) -> Duplicates:
        """What a request for near duplicates is answered with."""
        return self.service.find(LOCAL, DuplicatesRequest(near=True, state=state))

    def pairs(self, state: PairState = PairState.OPEN) -> set[tuple[int, int]]:
        """The pairs in a state, as numbers of assets, the smaller first; nothing is searched."""
        rows = self.catalog.pairs.listed(state, 0)
        return {(min(row.first_id, row.second_id), max(row.first_id, row.second_id)) for row in rows}

    def exhaustive(self, assets: Iterable[int]) -> set[tuple[int, int]]:
        """The pairs among assets that a comparison of each with each finds."""
        tracks = {
            asset: one.track
            for asset, one in self.catalog.prints.of(sorted(assets)).items()
            if len(one.track.times)
        }
        found = set()
        for one, other in combinations(sorted(tracks), 2):
            first, second = sorted((one, other), key=lambda asset: -float(tracks[asset].times[-1]))
            if align(tracks[first], tracks[second]) is not None:
                found.add((one, other))
        return found

    def keys(self, asset: int) -> list[int]:
        """The stored keys of an asset."""
        query = select(FRAME_KEY.c.key).where(FRAME_KEY.c.version_id == asset).order_by(FRAME_KEY.c.key)
        with self.catalog.database.read() as connection:
            return list(connection.execute(query).scalars())

    def waiting(self) -> dict[int, bool]:
        """The assets that are to be searched, with whether they have keys."""
        with self.catalog.database.read() as connection:
            rows = connection.execute(select(NEAR_DUPLICATE_SEARCH))
            return {row.version_id: row.has_keys for row in rows}

    def close(self) -> None:
        """Close the database."""
        self.catalog.close()
