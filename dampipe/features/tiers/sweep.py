"""What every sweep does for plans: creates work items in batches, continues deletions, and ends plans.

Everything follows from rows, so that nothing is lost with a process: an action whose work item was parked is tried
again, one whose item has gone with its content is ended, and a leaving location is deleted when the database's clock
says so.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, String, and_, cast, exists, literal, or_, select

from dampipe.features.sources.locations import take_back
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.features.tiers import plans, reasons
from dampipe.features.tiers.handlers import DELETING, KINDS, MARKING
from dampipe.features.tiers.known_copies import lock_copies
from dampipe.features.tiers.leftovers import PlanLeftovers
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.move_events import PlanChanged
from dampipe.features.tiers.plans import STEPS
from dampipe.features.tiers.tables import TIER_ACTION, TierActionRow
from dampipe.jobs import state
from dampipe.jobs.model import RunState, Subject
from dampipe.jobs.tables import RUN
from dampipe.jobs.work import WorkRepository
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.ids import LocationId, VersionId

WINDOW = 200
"""Actions of one plan that are work items at a time."""
MOST_WAITING = 2000
"""The same, with those that are tried again later."""
BATCH = 200
"""Actions changed in one transaction."""
MOST_ROUNDS = 24
"""How often an action is begun again whose work item was given up; a round is some attempts."""
FIRST_DELAY, LONGEST_DELAY = 30.0, 3600.0
"""Seconds before it is begun again."""
ORPHANS_EVERY = 300.0
"""Seconds between two looks for leaving locations of no plan."""
_OVER = (RunState.DONE, RunState.FAILED, RunState.SKIPPED)
_RUNNING_STEPS = sorted(set(STEPS.values()))


class TierSweep:
    """Continues the plans of one catalogue."""

    def __init__(self, database: Database, work: WorkRepository, leftovers: PlanLeftovers) -> None:
        self._db = database
        self._work = work
        self._leftovers = leftovers
        self._looked = -ORPHANS_EVERY

    def __call__(self) -> Mapping[str, int]:
        """See SweepPart."""
        found = {"actions started": 0, "plans ended": 0}
        with self._db.read() as connection:
            running = [row.id for row in reversed(plans.plans(connection, [PlanState.RUNNING]))]
            stopped = [row.id for row in plans.plans(connection, [PlanState.PAUSED])]
            cancelled = self._unfinished(connection)
        self._keep_orphans()
        for plan in running:
            assert plan is not None
            self._retry(plan)
            self._tell_problem(plan)
            found["actions started"] += self._begin_deletions(plan) + self._begin(plan)
            found["plans ended"] += self._finish(plan)
        for plan in stopped:
            assert plan is not None
            self.stop(plan)
        for plan in cancelled:
            self.clear(plan)
        self._leftovers.clean()
        return found

    def _unfinished(self, connection: Connection) -> list[int]:
        """Cancelled plans with actions that have not ended."""
        cancelled = [row.id for row in plans.plans(connection, [PlanState.CANCELLED], limit=100)]
        rows = connection.execute(
            select(TIER_ACTION.c.plan_id)
            .where(TIER_ACTION.c.plan_id.in_(cancelled), TIER_ACTION.c.state.not_in(plans.ENDED))
            .distinct()
        )
        return [int(number) for number in rows.scalars()]

    # Running plans

    def _begin(self, plan: int) -> int:
        """Create work items for actions that wait for nothing, up to the window."""
        begun = 0
        for step in _RUNNING_STEPS:
            while True:
                with self._db.write() as connection:
                    if plans.find_plan(connection, plan, lock=True).state != PlanState.RUNNING:
                        return begun
                    left = self._free(connection, plan)
                    if left <= 0:
                        return begun
                    ready = plans.ready_actions(connection, plan, step, limit=min(left, BATCH))
                    for row in ready:
                        self._queue(connection, row, MARKING)
                if not ready:
                    break
                begun += len(ready)
                self._db.give_way()
        return begun

    @staticmethod
    def _free(connection: Connection, plan: int) -> int:
        """How many actions may be begun. Those that wait for a storage to come back hold up others only if they are
        many."""
        queued = (TIER_ACTION.c.plan_id == plan, TIER_ACTION.c.state == ActionState.QUEUED)
        every = select(TIER_ACTION.c.id, TIER_ACTION.c.attempts).where(*queued).limit(MOST_WAITING)
        rows = connection.execute(every).all()
        fresh = sum(not row.attempts for row in rows)
        return min(WINDOW - fresh, MOST_WAITING - len(rows))

    def _queue(self, connection: Connection, row: TierActionRow, phase: str, delay: float = 0.0) -> None:
        """Create the work item of an action, in the place of one that is over."""
        assert row.id is not None
        if row.version_id is None or row.source_id is None:
            self._end(connection, row, ActionState.SKIPPED, reasons.GONE.code, reasons.GONE.text)
            return
        kind, key = KINDS[ActionKind(row.kind)], _key(row.id, phase)
        mine = (RUN.c.kind == kind, RUN.c.version_id == row.version_id, RUN.c.version == key)
        state.delete_done(connection, *mine)
        state.delete_idle(connection, *mine)
        made = self._work.add(
            connection,
            kind,
            key,
            Subject(version=VersionId(row.version_id)),
            {"action": row.id, "phase": phase},
            delay=delay,
        )
        if made is not None and phase == MARKING:
            plans.set_actions(
                connection, self._db, [row.id], [ActionState.WAITING], ActionState.QUEUED,
                reason=row.reason, detail=row.detail,
            )  # fmt: skip

    def _begin_deletions(self, plan: int) -> int:
        """Create work items for leaving files whose time of grace is over."""
        begun, after = 0, 0
        while True:
            due = (
                select(TIER_ACTION.c.id, RUN.c.id.label("run"))
                .join(LOCATION, LOCATION.c.id == TIER_ACTION.c.location_id)
                .outerjoin(RUN, _is_item(DELETING))
                .where(
                    TIER_ACTION.c.plan_id == plan, TIER_ACTION.c.state == ActionState.LEAVING,
                    TIER_ACTION.c.id > after, LOCATION.c.leaves_at <= NOW,
                )
                .order_by(TIER_ACTION.c.id)
                .limit(BATCH)
            )  # fmt: skip
            with self._db.write() as connection:
                rows = connection.execute(due).all()
                for number in (row.id for row in rows if row.run is None):
                    action = plans.action(connection, number, lock=True)
                    if action is not None and action.state == ActionState.LEAVING:
                        self._queue(connection, action, DELETING)
                        begun += 1
            if not rows:
                return begun
            after = rows[-1].id
            self._db.give_way()

    def _retry(self, plan: int) -> None:
        """Begin again, or give up, actions whose work items were given up; end those whose content is gone."""
        for number, phase, run in self._stuck(plan):
            with self._db.write() as connection:
                row = plans.action(connection, number, lock=True)
                if row is None or row.state not in (ActionState.QUEUED, ActionState.LEAVING):
                    continue
                item = self._item(connection, row, phase)
                if (None if item is None else item.id) != run or (
                    item is not None and item.state not in _OVER
                ):
                    continue
                if item is None and row.state == ActionState.LEAVING:
                    self._check_leaving(connection, row)
                    continue
                is_done = item is not None and item.state == RunState.DONE
                error = json.loads(item.error) if item is not None and item.error else {}
                reason = "" if item is None or is_done else item.reason or ""
                self._again(connection, row, phase, "" if is_done else error.get("code", ""), reason)

    def _again(self, connection: Connection, row: TierActionRow, phase: str, code: str, detail: str) -> None:
        assert row.id is not None
        if row.version_id is None or row.source_id is None:
            self._end(connection, row, ActionState.SKIPPED, reasons.GONE.code, reasons.GONE.text)
            return
        if detail and row.attempts + 1 >= MOST_ROUNDS:
            if phase == DELETING and row.location_id is not None:
                take_back(connection, LocationId(row.location_id))
            text = reasons.GAVE_UP.text.format(times=row.attempts + 1, problem=detail)
            self._end(connection, row, ActionState.FAILED, reasons.GAVE_UP.code, text)
            return
        # A queued deletion may have deleted its file already: it cannot be kept any more.
        back = ActionState(row.state) if phase == DELETING else ActionState.WAITING
        plans.set_actions(
            connection, self._db, [row.id], [ActionState.QUEUED, ActionState.LEAVING], back,
            reason=code, detail=detail, is_attempt=bool(detail),
        )  # fmt: skip
        row.reason, row.detail = code, detail
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0**row.attempts) if detail else 0.0
        self._queue(connection, row, phase, delay)

    def _check_leaving(self, connection: Connection, row: TierActionRow) -> None:
        """End an action whose location does not leave any more: its file was changed, or its source was removed."""
        if self._location_state(connection, row) != LocationState.LEAVING:
            self._end(connection, row, ActionState.SKIPPED, reasons.CHANGED.code, reasons.CHANGED.text)

    def _stuck(self, plan: int) -> Sequence[tuple[int, str, int | None]]:
        """Queued actions whose work item is over or gone, and leaving ones that do not leave: number, phase, item."""
        marking, deleting = RUN.alias("marking"), RUN.alias("deleting")
        is_over = or_(marking.c.id.is_(None), marking.c.state.in_(_OVER))
        query = (
            select(
                TIER_ACTION.c.id,
                TIER_ACTION.c.state,
                marking.c.id.label("marking"),
                deleting.c.id.label("deleting"),
            )
            .outerjoin(LOCATION, LOCATION.c.id == TIER_ACTION.c.location_id)
            .outerjoin(marking, _is_item(MARKING, marking))
            .outerjoin(deleting, _is_item(DELETING, deleting))
            .where(
                TIER_ACTION.c.plan_id == plan,
                TIER_ACTION.c.state.in_((ActionState.QUEUED, ActionState.LEAVING)),
                or_(
                    deleting.c.state.in_(_OVER),
                    and_(
                        deleting.c.id.is_(None),
                        or_(
                            and_(TIER_ACTION.c.state == ActionState.QUEUED, is_over),
                            and_(
                                TIER_ACTION.c.state == ActionState.LEAVING,
                                or_(LOCATION.c.id.is_(None), LOCATION.c.state != LocationState.LEAVING),
                            ),
                        ),
                    ),
                ),
            )
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [
            (row.id, MARKING, row.marking)
            if row.deleting is None and row.state == ActionState.QUEUED
            else (row.id, DELETING, row.deleting)
            for row in rows
        ]

    def _tell_problem(self, plan: int) -> None:
        """Say in the plan why some of its actions wait."""
        waits = select(TIER_ACTION.c.reason, TIER_ACTION.c.detail).where(
            TIER_ACTION.c.plan_id == plan,
            TIER_ACTION.c.state == ActionState.QUEUED,
            TIER_ACTION.c.detail != "",
        )
        with self._db.read() as connection:
            found = connection.execute(waits.order_by(TIER_ACTION.c.id).limit(1)).first()
            known = plans.find_plan(connection, plan)
        code, text = (found.reason, found.detail) if found is not None else ("", "")
        if (code, text) != (known.problem_code, known.problem):
            same = [PlanState.RUNNING]
            with self._db.write() as connection:
                plans.set_plan(connection, plan, same, same[0], problem=text, problem_code=code)

    def _keep_orphans(self) -> None:
        """Take back leaving locations of which no plan that is not over knows: their plans were deleted, say."""
        if time.monotonic() - self._looked < ORPHANS_EVERY:
            return
        self._looked = time.monotonic()
        wanted = exists().where(
            TIER_ACTION.c.location_id == LOCATION.c.id,
            TIER_ACTION.c.kind == ActionKind.DELETE,
            TIER_ACTION.c.state.in_((ActionState.LEAVING, ActionState.QUEUED)),
        )
        orphans = select(LOCATION.c.id, LOCATION.c.version_id).where(
            LOCATION.c.leaves_at.is_not(None), ~wanted
        )
        with self._db.read() as connection:
            rows = connection.execute(orphans.limit(BATCH)).all()
        for row in rows:
            with self._db.write() as connection:
                if row.version_id is not None:
                    lock_copies(connection, self._db, VersionId(row.version_id))
                if connection.execute(orphans.where(LOCATION.c.id == row.id)).first() is not None:
                    take_back(connection, LocationId(row.id))

    @staticmethod
    def _location_state(connection: Connection, row: TierActionRow) -> str | None:
        here = LOCATION.c.id == (row.location_id or 0)
        found: str | None = connection.execute(select(LOCATION.c.state).where(here)).scalar()
        return found

    @staticmethod
    def _item(connection: Connection, row: TierActionRow, phase: str) -> Any:
        assert row.id is not None
        kind = KINDS[ActionKind(row.kind)]
        return connection.execute(
            select(RUN.c.id, RUN.c.state, RUN.c.error, RUN.c.reason).where(
                RUN.c.kind == kind,
                RUN.c.version_id == (row.version_id or 0),
                RUN.c.version == _key(row.id, phase),
            )
        ).first()

    def _end(
        self, connection: Connection, row: TierActionRow, ended: ActionState, code: str, detail: str
    ) -> None:
        assert row.id is not None
        open_states = [one for one in ActionState if one not in plans.ENDED]
        plans.set_actions(connection, self._db, [row.id], open_states, ended, reason=code, detail=detail)

    def _finish(self, plan: int) -> bool:
        with self._db.read() as connection:
            left = select(TIER_ACTION.c.id).where(
                TIER_ACTION.c.plan_id == plan, TIER_ACTION.c.state.not_in(plans.ENDED)
            )
            if connection.execute(left.limit(1)).first() is not None:
                return False
        with self._db.write() as connection:
            if not plans.finish_plan(connection, plan):
                return False
            record_event(connection, PlanChanged(plan=plan, state=PlanState.DONE), actor=WORKER)
        self._delete_items(plan)
        return True

    # Plans that do not run

    def stop(self, plan: int) -> None:
        """Take back the work items of a paused plan that no worker holds: their actions wait again."""
        while True:
            with self._db.write() as connection:
                if plans.find_plan(connection, plan, lock=True).state != PlanState.PAUSED:
                    return
                if not self._take_items(connection, plan):
                    return
            self._db.give_way()

    def clear(self, plan: int) -> None:
        """End the actions of a cancelled plan: what was leaving stays; a worker ends what it holds."""
        while True:
            with self._db.write() as connection:
                taken = self._take_items(connection, plan)
                plans.end_actions(
                    connection, plan, [ActionState.WAITING], reasons.CANCELLED, reasons.CANCELLED.text
                )
                leaving = plans.actions(connection, plan, [ActionState.LEAVING], limit=BATCH)
            for row in leaving:
                self._keep(row)
            if not leaving and not taken:
                return
            self._db.give_way()

    def _keep(self, row: TierActionRow) -> None:
        assert row.id is not None
        with self._db.write() as connection:
            if row.version_id is not None:
                lock_copies(connection, self._db, VersionId(row.version_id))
            current = plans.action(connection, row.id, lock=True)
            if current is None or current.state != ActionState.LEAVING:
                return
            if current.location_id is not None:
                take_back(connection, LocationId(current.location_id))
            self._end(
                connection, current, ActionState.SKIPPED, reasons.CANCELLED.code, reasons.CANCELLED.text
            )

    def _take_items(self, connection: Connection, plan: int) -> int:
        """Delete work items of a plan that no worker holds; their actions wait, or go on leaving. Returns how many."""
        taken = 0
        for phase, back in ((MARKING, ActionState.WAITING), (DELETING, ActionState.LEAVING)):
            rows = connection.execute(
                select(TIER_ACTION.c.id, RUN.c.id.label("run"))
                .join(RUN, _is_item(phase))
                .where(
                    TIER_ACTION.c.plan_id == plan,
                    TIER_ACTION.c.state.in_((ActionState.QUEUED, ActionState.LEAVING)),
                    RUN.c.state.in_((RunState.PENDING, RunState.FAILED, RunState.SKIPPED)),
                )
                .limit(BATCH)
            ).all()
            numbers = [int(row.id) for row in rows if state.delete_idle(connection, RUN.c.id == row.run)]
            plans.set_actions(connection, self._db, numbers, [ActionState.QUEUED], back)
            taken += len(numbers)
        return taken

    def _delete_items(self, plan: int) -> None:
        """Forget the work items of a plan that is over."""
        after = 0
        while True:
            with self._db.write() as connection:
                rows = plans.actions(connection, plan, after=after, limit=BATCH)
                keys = [_key(row.id or 0, phase) for row in rows for phase in (MARKING, DELETING)]
                versions = [row.version_id for row in rows if row.version_id is not None]
                mine = (
                    RUN.c.kind.in_(list(KINDS.values())),
                    RUN.c.version_id.in_(versions),
                    RUN.c.version.in_(keys),
                )
                state.delete_done(connection, *mine)
                state.delete_idle(connection, *mine)
            if not rows:
                return
            after = rows[-1].id or 0
            self._db.give_way()


def _key(action: int, phase: str) -> str:
    """The key of the work item of an action."""
    return f"{action}-{phase}"


def _is_item(phase: str, run: Any = RUN) -> Any:
    """Whether a row of `run` is the work item of an action."""
    key = cast(TIER_ACTION.c.id, String).concat(literal(f"-{phase}"))
    return and_(
        run.c.version_id == TIER_ACTION.c.version_id,
        run.c.version == key,
        run.c.kind.in_(list(KINDS.values())),
    )
