"""A library of contents with files in sources of several tiers, as rows: for policies and plans, which read no file."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.scanning.model import ScanState
from dampipe.features.scanning.tables import SCAN
from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers import plans
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.plan_reports import PlanReport
from dampipe.features.tiers.service import TierService
from dampipe.features.tiers.tables import TierActionRow
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.paths import split_key
from dampipe.storage.files.base import StorageState
from tests.support.searching import Searching

DAY = 86_400.0
HUNDRED_MB = 100_000_000


class Tiered:
    """The library, and its service of policies and plans."""

    def __init__(self, url: str, folder: Path) -> None:
        self.library = Searching(url, folder)
        self.catalog, self.database = self.library.catalog, self.library.catalog.database
        self.catalog.sources.remove(self.catalog.sources.named("footage").id)
        self.service = self.library.services.get(TierService)
        self._folder = folder
        self._sources: dict[str, int] = {}
        with self.database.read() as connection:
            self.now = database_time(connection)

    def close(self) -> None:
        self.library.close()

    def source(
        self, name: str, tier: str = "hot", *, managed: bool = True, root: str = "", **cost: Any
    ) -> int:
        """A source; a folder unless its root is said."""
        made = self.catalog.sources.add(
            name,
            root or str(self._folder / name),
            tier=Tier(tier),
            managed=managed,
            cost=CostModel(**cost),
        )
        self._sources[name] = int(made.id)
        return self._sources[name]

    def content(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        verified: Mapping[str, float] | None = None,
        size: int = HUNDRED_MB,
        age: float = 0.0,
        asset: int | None = None,
        superseded: bool = False,
    ) -> int:
        """A version with files, by source their keys; returns its number.

        verified: days since each was verified; None: all of them a day ago. age: days since its asset was added.
        """
        verified = dict.fromkeys(files, 1.0) if verified is None else verified
        sha1 = hashlib.sha1(name.encode()).hexdigest()
        added = self.now - age * DAY
        with self.database.write() as connection:
            if asset is None:
                new = insert(ASSET).values(added_at=added).returning(ASSET.c.id)
                asset = int(connection.execute(new).scalar_one())
            version = int(
                connection.execute(
                    insert(VERSION)
                    .values(
                        sha1=sha1, size=size, name=name, added_at=added, asset_id=asset, kind="video",
                        superseded_at=added if superseded else None,
                    )
                    .returning(VERSION.c.id)
                ).scalar_one()
            )  # fmt: skip
        for source, key in files.items():
            self.file(version, source, key, verified.get(source), size=size)
        return version

    def file(
        self,
        version: int | None,
        source: str,
        key: str,
        verified: float | None = 1.0,
        *,
        size: int = HUNDRED_MB,
    ) -> int:
        """A file; returns its location. verified: days ago; None: never."""
        folder, name = split_key(key)
        with self.database.write() as connection:
            at = self._sources[source]
            connection.execute(
                self.database.insert(FOLDER).values(
                    source_id=at, path=folder, sidecars="{}", is_regrouped=False
                ).on_conflict_do_nothing()
            )  # fmt: skip
            number = connection.execute(
                select(FOLDER.c.id).where(FOLDER.c.source_id == at, FOLDER.c.path == folder)
            ).scalar_one()
            location = int(
                connection.execute(
                    insert(LOCATION)
                    .values(
                        folder_id=number, name=name, size=size, mtime_ns=int(self.now * 1e9), inode=0,
                        state=LocationState.PRESENT, version_id=version, is_named=False,
                    )
                    .returning(LOCATION.c.id)
                ).scalar_one()
            )  # fmt: skip
        if verified is not None and version is not None:
            self.verified(location, version, self.now - verified * DAY)
        return location

    def verified(self, location: int, version: int, at: float, result: Verdict = Verdict.SAME) -> None:
        """Record the last verification of a file."""
        with self.database.write() as connection:
            connection.execute(delete(VERIFICATION).where(VERIFICATION.c.location_id == location))
            connection.execute(
                insert(VERIFICATION).values(
                    location_id=location, version_id=version, requested_until=0.0, lease_until=0.0,
                    at=at, result=result,
                )
            )  # fmt: skip

    def change(self, location: int, **values: Any) -> None:
        """Change a location's row."""
        with self.database.write() as connection:
            connection.execute(update(LOCATION).where(LOCATION.c.id == location).values(values))

    def scanned(self, root: str, days: float, warnings: str = "[]") -> None:
        """A complete scan that began so many days ago."""
        with self.database.write() as connection:
            connection.execute(
                insert(SCAN).values(
                    paths=f'["{root}"]', state=ScanState.WALKED, warnings=warnings, unknown="{}",
                    created_at=self.now - days * DAY, accept_missing=False, process=True, priority=0, paused=False,
                    found=0, new=0, changed=0, moved=0, returned=0, missing=0, lease_until=0.0, not_before=0.0,
                )
            )  # fmt: skip

    def locations(self, version: int) -> dict[int, Any]:
        """The rows of the files of a version, by number."""
        with self.database.read() as connection:
            rows = connection.execute(select(LOCATION).where(LOCATION.c.version_id == version)).all()
        return {row.id: row for row in rows}

    def policy(self, toml: str) -> int:
        """Put a policy in force."""
        return self.service.apply_policy(LOCAL, toml).number

    def plan(self, rule: str | None = None) -> PlanReport:
        """Make a plan."""
        return self.service.make_plan(LOCAL, rule)

    def done(self, plan: PlanReport) -> list[tuple[str, str, str]]:
        """What a plan does: kind, source and key, in order."""
        found = self.service.actions(LOCAL, plan.number)
        return sorted((str(one.kind), one.source, one.key) for one in found)

    def carry_out(self, plan: int) -> None:
        """Do what a plan says to the rows, as if all of it went well and the time of grace was over."""
        with self.database.write() as connection:
            plans.require_plan(connection, plan, (PlanState.DRAFT,), PlanState.RUNNING, "applied")
        names = {number: name for name, number in self._sources.items()}
        for step in range(3):
            with self.database.read() as connection:
                ready = plans.ready_actions(connection, plan, step)
            for action in ready:
                made = self._do(action, names)
                with self.database.write() as connection:
                    assert action.id is not None
                    before = (ActionState.WAITING,)
                    plans.set_actions(
                        connection, self.database, [action.id], before, ActionState.DONE, made=made
                    )
        with self.database.write() as connection:
            assert plans.finish_plan(connection, plan)

    def _do(self, action: TierActionRow, names: Mapping[int, str]) -> int | None:
        assert action.source_id is not None and action.version_id is not None
        if action.kind == ActionKind.COPY:
            return self.file(action.version_id, names[action.source_id], action.key, 0.0, size=action.size)
        location = action.location_id
        if location is None:  # the copy that the plan has made
            folder, name = split_key(action.key)
            there = (FOLDER.c.source_id == action.source_id, FOLDER.c.path == folder, LOCATION.c.name == name)
            with self.database.read() as connection:
                found = select(LOCATION.c.id).join_from(LOCATION, FOLDER).where(*there)
                location = int(connection.execute(found).scalar_one())
        if action.kind == ActionKind.RECLASS:
            is_archived = action.storage_class in ("GLACIER", "DEEP_ARCHIVE")
            state = StorageState.ARCHIVED if is_archived else StorageState.ONLINE
            self.change(location, storage_class=action.storage_class, storage_state=state)
        else:
            with self.database.write() as connection:
                connection.execute(delete(LOCATION).where(LOCATION.c.id == location))
        return None
