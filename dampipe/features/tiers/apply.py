"""The use cases of moving: apply, pause, resume and cancel plans; what is leaving, and keeping it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, select

from dampipe.features.assets.queries import assets_of
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.locations import take_back
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.features.tiers import plans, reasons
from dampipe.features.tiers.estimate import PlanEstimate, asks
from dampipe.features.tiers.known_copies import lock_copies
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.move_events import CopyKept, PlanChanged
from dampipe.features.tiers.policy import parse_policy
from dampipe.features.tiers.scopes import MOVE_COPIES
from dampipe.features.tiers.sweep import TierSweep
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.access import MANAGE, Actor, Scope, require
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import BrokerDown, Conflict, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import Visibility


class LeavingFile(BaseModel):
    """A file in the trash: it is where it was, and is deleted when its time of grace is over."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1."""
    source: str
    path: str
    """Printable; as this machine sees it."""
    size: int
    """Bytes."""
    leaves_at: float
    """Seconds since 1970."""
    plan: int | None = None
    rule: str = ""
    is_being_deleted: bool = False
    """Whether it cannot be kept any more."""


class Trash(BaseModel):
    """What is leaving, first what is deleted first."""

    model_config = ConfigDict(frozen=True)

    files: tuple[LeavingFile, ...] = ()
    total: int = 0
    """All that are leaving, however many are listed."""
    bytes: int = 0
    """Of all."""


class KeepRequest(BaseModel):
    """Files to take back from the trash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: tuple[str, ...]
    """Paths of files, and SHA-1s of assets, all of whose leaving files are meant."""


class PlanMoves:
    """Has plans done. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        sweep: TierSweep,
        transport: Callable[[], TaskTransport],
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._sweep = sweep
        self._transport = transport
        self._visibility = visibility

    def apply(self, actor: Actor, plan: int, *, accepts_cost: bool = False) -> None:
        """Begin a draft.

        accepts_cost: of a plan that costs more than the policy allows without asking. Raises NotFound and Conflict.
        """
        self._require(actor, MOVE_COPIES)
        if not accepts_cost and (cost := self.asked_cost(plan)):
            raise Conflict(reasons.COST_NOT_ACCEPTED, plan=plan, cost=cost)
        self._change(actor, plan, [PlanState.DRAFT], PlanState.RUNNING, "applied")

    def pause(self, actor: Actor, plan: int) -> None:
        """Have no further file moved or deleted; what is being copied stops within seconds. Raises NotFound and
        Conflict."""
        self._change(actor, plan, [PlanState.RUNNING], PlanState.PAUSED, "paused")
        self._sweep.stop(plan)

    def resume(self, actor: Actor, plan: int) -> None:
        """Continue a paused plan. Raises NotFound and Conflict."""
        self._change(actor, plan, [PlanState.PAUSED], PlanState.RUNNING, "resumed")

    def cancel(self, actor: Actor, plan: int) -> None:
        """End a plan: what it has copied stays, what is leaving stays too. Raises NotFound and Conflict."""
        before = [PlanState.DRAFT, PlanState.RUNNING, PlanState.PAUSED]
        self._change(actor, plan, before, PlanState.CANCELLED, "cancelled")
        self._sweep.clear(plan)

    def asked_cost(self, plan: int) -> str:
        """What a plan costs, if that is more than the policy in force allows without asking; else "". Raises
        NotFound."""
        with self._db.read() as connection:
            row, in_force = plans.find_plan(connection, plan), plans.find_policy(connection)
        estimate = PlanEstimate.model_validate_json(row.estimate)
        if in_force is None or not asks(estimate, parse_policy(in_force.text).limits):
            return ""
        return ", ".join(f"{amount:.2f} {currency}" for currency, amount in estimate.once().items())

    def _require(self, actor: Actor, scope: Scope) -> None:
        require(actor, scope)
        self._visibility.of(actor).require_all(actor)

    def _change(
        self, actor: Actor, plan: int, before: Sequence[PlanState], state: PlanState, verb: str
    ) -> None:
        self._require(actor, MOVE_COPIES)
        with self._db.write() as connection:
            plans.require_plan(connection, plan, before, state, verb)
            record_event(connection, PlanChanged(plan=plan, state=state), actor=actor)
        if state is PlanState.RUNNING:
            with suppress(BrokerDown):  # the sweep begins it
                self._transport().notify("sweep")

    def trash(self, actor: Actor, limit: int = 1000) -> Trash:
        """The files that are leaving, as far as the actor may see them."""
        require(actor, MANAGE)
        view = self._visibility.of(actor)
        shown = (
            LOCATION.c.leaves_at.is_not(None),
            LOCATION.c.state == LocationState.LEAVING,
            view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id),
        )
        files = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE)
        query = (
            select(
                *(LOCATION.c.id, LOCATION.c.size, LOCATION.c.leaves_at, VERSION.c.sha1),
                *(SOURCE.c.name.label("source"), *place_columns(self._db)),
            )
            .select_from(files.join(VERSION, VERSION.c.id == LOCATION.c.version_id))
            .where(*shown)
            .order_by(LOCATION.c.leaves_at, LOCATION.c.id)
            .limit(limit)
        )
        count = select(func.count(), func.coalesce(func.sum(LOCATION.c.size), 0)).where(*shown)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            total, size = connection.execute(count).one()
            owners = _owners(connection, [row.id for row in rows])
        return Trash(
            files=tuple(
                LeavingFile(
                    asset=row.sha1,
                    source=row.source,
                    path=printable(full_path(row)),
                    size=row.size,
                    leaves_at=row.leaves_at,
                    plan=owners[row.id].plan_id if row.id in owners else None,
                    rule=owners[row.id].rule if row.id in owners else "",
                    is_being_deleted=row.id in owners and owners[row.id].state == ActionState.QUEUED,
                )
                for row in rows
            ),
            total=total,
            bytes=int(size),
        )

    def keep(self, actor: Actor, request: KeepRequest) -> int:
        """Take leaving files back; returns how many.

        Raises NotFound for what is neither a leaving file nor an asset with one, and Conflict for a file that is being
        deleted at this moment.
        """
        self._require(actor, MOVE_COPIES)
        wanted = [(name, self._found(name)) for name in request.what]
        for name, found in wanted:
            if not found:
                raise NotFound(reasons.FILE_UNKNOWN, name=printable(name)[:500])
        kept = 0
        for location, version, path, source in dict.fromkeys(one for _, found in wanted for one in found):
            kept += self._keep(actor, LocationId(location), VersionId(version), path, source)
        return kept

    def _found(self, name: str) -> list[tuple[int, int, str, str]]:
        """The leaving files that a path or a SHA-1 names: location, version, printable path, source."""
        query = (
            select(
                *(LOCATION.c.id, LOCATION.c.version_id, VERSION.c.sha1, SOURCE.c.name.label("source")),
                *place_columns(self._db),
            )
            .select_from(
                LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .join(SOURCE)
                .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
            )
            .where(LOCATION.c.leaves_at.is_not(None), LOCATION.c.state == LocationState.LEAVING)
        )
        with self._db.read() as connection:
            return [
                (row.id, row.version_id, printable(full_path(row)), row.source)
                for row in connection.execute(query)
                if name in (row.sha1, full_path(row), printable(full_path(row)))
            ]

    def _keep(self, actor: Actor, location: LocationId, version: VersionId, path: str, source: str) -> bool:
        with self._db.write() as connection:
            lock_copies(connection, self._db, version)
            owner = _owners(connection, [location], lock=True).get(location)
            if owner is not None and owner.state == ActionState.QUEUED:
                raise Conflict(reasons.BEING_DELETED, path=path)
            if not take_back(connection, location):
                return False
            if owner is not None:
                plans.set_actions(
                    connection, self._db, [owner.id], [ActionState.LEAVING], ActionState.SKIPPED,
                    reason=reasons.KEPT.code, detail=reasons.KEPT.text,
                )  # fmt: skip
            asset = assets_of(connection, [version]).get(version)
            sha1 = connection.execute(select(VERSION.c.sha1).where(VERSION.c.id == version)).scalar()
            payload = CopyKept(source=source, path=path, reason="")
            record_event(connection, payload, actor=actor, asset=asset, sha1=sha1)
        return True


def _owners(connection: Connection, locations: Sequence[int], *, lock: bool = False) -> dict[int, Any]:
    """By location, the action that has marked it as leaving."""
    query = (
        select(TIER_ACTION.c.id, TIER_ACTION.c.location_id, TIER_ACTION.c.state, *_OF_OWNER)
        .join(TIER_PLAN, TIER_PLAN.c.id == TIER_ACTION.c.plan_id)
        .where(
            TIER_ACTION.c.location_id.in_(locations),
            TIER_ACTION.c.kind == ActionKind.DELETE,
            TIER_ACTION.c.state.in_((ActionState.LEAVING, ActionState.QUEUED)),
        )
        .order_by(TIER_ACTION.c.id)
    )
    if lock:
        query = query.with_for_update(of=TIER_ACTION)
    rows = connection.execute(query).all()
    found = {row.location_id: row for row in rows if row.state == ActionState.QUEUED}
    return found | {row.location_id: row for row in rows if row.state == ActionState.LEAVING}


_OF_OWNER = (TIER_ACTION.c.plan_id, TIER_ACTION.c.rule)
