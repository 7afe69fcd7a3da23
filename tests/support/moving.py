"""Plans of tiers over a catalogue in one process: sources, files, actions, the sweep, and the workers."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select, text, update

from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.queue import record_verification
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.folders import ensure_folder
from dampipe.features.sources.locations import record_copy
from dampipe.features.sources.model import LocationState, Source, Tier
from dampipe.features.sources.tables import LOCATION
from dampipe.features.tiers import plans
from dampipe.features.tiers.apply import PlanMoves
from dampipe.features.tiers.bandwidth import Bandwidth
from dampipe.features.tiers.beside import Sidecars
from dampipe.features.tiers.copying import Copier
from dampipe.features.tiers.deleting import Deleter
from dampipe.features.tiers.handlers import CopyHandler, DeleteHandler, ReclassHandler
from dampipe.features.tiers.leftovers import PlanLeftovers
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.mounted import Mounted
from dampipe.features.tiers.policy import Limits
from dampipe.features.tiers.reclassing import Reclasser
from dampipe.features.tiers.sweep import TierSweep
from dampipe.features.tiers.tables import TIER_ACTION, TierActionRow
from dampipe.jobs.lease import LeaseRenewer, is_dead
from dampipe.jobs.model import RunState
from dampipe.jobs.policy import RunPolicy
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.feature import Work
from dampipe.kernel.ids import LocationId, RunId, VersionId
from dampipe.kernel.paths import split_key
from dampipe.kernel.visibility import EVERYTHING
from dampipe.storage.files.stores import FileStores
from tests.support.catalog import Catalog
from tests.support.memory_stores import MemoryStores
from tests.support.null_transport import NullTransport
from tests.support.version_rows import insert_versions

KINDS = {"tier-copy": CopyHandler, "tier-reclass": ReclassHandler, "tier-delete": DeleteHandler}
POLICY = """
[[rule]]
name = "old"
copies = 2
verified_within = "90d"
grace = "0d"
"""


class _NoDispatcher:
    def try_top_up(self, lanes: Sequence[str]) -> None:
        """Tests take the items from the catalogue."""


class _All:
    def of(self, actor: object) -> Any:
        return EVERYTHING


class Moving:
    """One deployment."""

    def __init__(
        self,
        catalog: Catalog,
        stores: FileStores | None = None,
        limits: Callable[[], Limits] = Limits,
        attempts: int = 3,
    ) -> None:
        self.catalog = catalog
        database = catalog.database
        self.stores = stores or MemoryStores()
        self.work = WorkRepository(database)
        self.sweep = TierSweep(database, self.work, PlanLeftovers(database, catalog.sources, self.stores))
        self._folder = TemporaryDirectory(prefix="dampipe-bandwidth-")
        self.bandwidth = Bandwidth(limits, Path(self._folder.name) / "limit")
        self.mounted = Mounted(database)
        self.deleter = Deleter(database, self.stores.of, self.mounted)
        handlers = {
            CopyHandler: lambda: CopyHandler(
                database,
                catalog.sources,
                Copier(self.stores.of, self.mounted),
                Sidecars(database, self.stores.of),
                self.bandwidth,
            ),
            ReclassHandler: lambda: ReclassHandler(database, Reclasser(database, self.stores.of)),
            DeleteHandler: lambda: DeleteHandler(database, self.deleter),
        }
        names = {
            kind: Work(queue="io", handler=f"dampipe.features.tiers.handlers:{handler.__name__}")
            for kind, handler in KINDS.items()
        }
        self.kinds = WorkRegistry(names, lambda kind: handlers[kind]())
        dispatcher: Any = _NoDispatcher()
        self.attempts = attempts
        self.runner = WorkRunner(
            self.work, catalog.runs, self.kinds, dispatcher, LeaseRenewer(), RunPolicy(60.0, attempts)
        )
        transport: Any = NullTransport(None)  # type: ignore[arg-type]
        visibility: Any = _All()
        self.moves = PlanMoves(database, self.sweep, lambda: transport, visibility)

    # The library

    def source(self, name: str, root: Path | str, tier: Tier = Tier.HOT, *, managed: bool = True) -> Source:
        """A source; a folder is made."""
        if isinstance(root, Path):
            root.mkdir(parents=True, exist_ok=True)
        return self.catalog.sources.add(name, str(root), managed=managed, tier=tier)

    def version(self, content: bytes) -> VersionId:
        """A version of an asset of its own, without files."""
        sha1 = hashlib.sha1(content).hexdigest()
        with self.catalog.database.write() as connection:
            number = connection.execute(text("SELECT coalesce(max(id), 0) + 1 FROM version")).scalar_one()
            row = {"id": number, "sha1": sha1, "size": len(content), "name": "clip", "added_at": 1.0}
            insert_versions(connection, row)
            if not self.catalog.database.is_sqlite:
                for table in ("version", "asset"):
                    connection.execute(
                        text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {number})")
                    )
        return VersionId(number)

    def file(
        self, source: Source, key: str, content: bytes, version: VersionId, *, verified: bool = True
    ) -> LocationId:
        """A file of a version that a scan has found and, perhaps, a fixity check has read."""
        store: Any = self.stores.of(source.root)
        if source.root.startswith("memory-files://"):
            store._bucket.write(store._prefix + key, content)
        else:
            path = Path(source.root) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        folder, name = split_key(key)
        database = self.catalog.database
        with database.write() as connection:
            holder = ensure_folder(connection, database, source.id, folder)
            location = record_copy(connection, database, holder, name, store.stat(key), version)
            if verified:
                record_verification(connection, database, location, version, Verdict.SAME)
        return location

    # Plans

    def policy(self, toml: str = POLICY) -> int:
        with self.catalog.database.write() as connection:
            return plans.add_policy(connection, toml, LOCAL)

    def plan(self, *actions: plans.NewAction, policy: int | None = None) -> int:
        """A plan that is applied."""
        number = policy or self.policy()
        database = self.catalog.database
        with database.write() as connection:
            plan = plans.add_plan(connection, number, LOCAL)
            plans.add_actions(connection, database, plan, actions)
            plans.complete_plan(connection, plan, "{}")
        self.moves.apply(LOCAL, plan)
        return plan

    def copy(self, location: LocationId, to: Source, key: str = "") -> plans.NewAction:
        return self._action(ActionKind.COPY, location, to.id, key)

    def delete(self, location: LocationId) -> plans.NewAction:
        return self._action(ActionKind.DELETE, location)

    def reclass(self, location: LocationId, storage_class: str) -> plans.NewAction:
        return self._action(ActionKind.RECLASS, location, storage_class=storage_class)

    def _action(
        self,
        kind: ActionKind,
        location: LocationId,
        source: int | None = None,
        key: str = "",
        storage_class: str = "",
    ) -> plans.NewAction:
        with self.catalog.database.read() as connection:
            row = connection.execute(
                text(
                    "SELECT location.version_id, location.size, folder.source_id, folder.path, location.name "
                    "FROM location JOIN folder ON folder.id = location.folder_id WHERE location.id = :id"
                ),
                {"id": location},
            ).one()
        own = b"/".join(bytes(part) for part in (row.path, row.name) if part)
        return plans.NewAction(
            kind=kind, rule="old", version=row.version_id, location=location,
            source=row.source_id if source is None else source,
            key=os.fsencode(key) if key else own, size=row.size, storage_class=storage_class,
        )  # fmt: skip

    # Work

    def step(self, most: int | None = None) -> int:
        """One sweep, and what the workers do after it; returns how many items."""
        self.catalog.recovery.expire(self.attempts, is_dead)
        self.sweep()
        done = 0
        while most is None or done < most:
            item = self.next_item()
            if item is None:
                break
            self.runner.run(*item)
            done += 1
        return done

    def next_item(self) -> tuple[str, RunId] | None:
        with self.catalog.database.read() as connection:
            row = connection.execute(
                select(RUN.c.kind, RUN.c.id)
                .where(RUN.c.kind.in_(list(KINDS)), RUN.c.state == RunState.PENDING, RUN.c.not_before <= NOW)
                .order_by(RUN.c.id)
                .limit(1)
            ).first()
        return None if row is None else (row.kind, RunId(row.id))

    def run(self, plan: int, rounds: int = 60) -> None:
        """Work until the plan is over; what is tried again later is tried again at once."""
        for _ in range(rounds):
            self.step()
            self.hurry()
            if self.plan_state(plan) in plans.OVER:
                return
        raise AssertionError(f"the plan does not end: {self.outcomes(plan)}")

    def hurry(self) -> None:
        """Have what waits for its time be due now."""
        with self.catalog.database.write() as connection:
            connection.execute(update(RUN).values(not_before=0.0))

    # What is known

    def plan_state(self, plan: int) -> str:
        with self.catalog.database.read() as connection:
            return plans.find_plan(connection, plan).state

    def actions(self, plan: int) -> list[TierActionRow]:
        with self.catalog.database.read() as connection:
            return plans.actions(connection, plan)

    def outcomes(self, plan: int) -> list[tuple[str, str, str]]:
        return [(row.kind, row.state, row.reason) for row in self.actions(plan)]

    def states(self) -> dict[int, str]:
        """The states of locations."""
        with self.catalog.database.read() as connection:
            return {row.id: row.state for row in connection.execute(select(LOCATION.c.id, LOCATION.c.state))}

    def verdicts(self) -> dict[int, str]:
        with self.catalog.database.read() as connection:
            rows = connection.execute(select(VERIFICATION.c.location_id, VERIFICATION.c.result))
            return {row.location_id: row.result for row in rows}

    def events(self, *names: str) -> list[str]:
        query = text("SELECT name FROM event ORDER BY id")
        with self.catalog.database.read() as connection:
            return [name for name in connection.execute(query).scalars() if name in names]

    def execute(self, sql: str, **values: object) -> None:
        """SQL by hand."""
        with self.catalog.database.write() as connection:
            connection.execute(text(sql), values)

    def close(self) -> None:
        self.catalog.database.close()
        self._folder.cleanup()


def visible(*roots: Path) -> dict[Path, bytes]:
    """All files below folders but those that stores hide while they are unfinished."""
    return {
        path: path.read_bytes()
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".dampipe-")
    }


def present(states: Iterable[str]) -> int:
    return sum(state == LocationState.PRESENT for state in states)


__all__ = ["POLICY", "TIER_ACTION", "ActionState", "Moving", "PlanState", "present", "visible"]
