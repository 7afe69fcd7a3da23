"""The policies and the plans of one catalogue: the only writer of `tier_policy`, `tier_plan` and `tier_action`.

All functions run in the caller's transaction, so that an action changes together with what it has done. States change
by conditional updates: the caller says from which states, and gets whether, or in how many rows, it was so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, select, update

from dampipe.features.tiers import errors
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.tables import (
    TIER_ACTION,
    TIER_PLAN,
    TIER_POLICY,
    TierActionRow,
    TierPlanRow,
    TierPolicyRow,
)
from dampipe.kernel.access import Actor
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.errors import Conflict, ErrorCode, NotFound

OVER: tuple[PlanState, ...] = (PlanState.DONE, PlanState.CANCELLED)
"""States that a plan does not leave."""
ENDED: tuple[ActionState, ...] = (ActionState.DONE, ActionState.SKIPPED, ActionState.FAILED)
"""States that an action does not leave."""


@dataclass(frozen=True)
class NewAction:
    """An action that a plan is to have; see `TierActionRow`."""

    kind: ActionKind
    rule: str
    version: int
    location: int | None
    """None: of a `RECLASS` of the copy that the same plan makes at that key."""
    source: int
    key: bytes
    """As `os.fsencode` gives it: a plan has up to millions."""
    size: int
    storage_class: str = ""

    @property
    def step(self) -> int:
        """See `TierActionRow.step`."""
        return STEPS[self.kind]


STEPS = {ActionKind.COPY: 0, ActionKind.RECLASS: 1, ActionKind.DELETE: 2}


# Policies


def add_policy(connection: Connection, text: str, actor: Actor) -> int:
    """Put a policy in force; returns its number."""
    new = TIER_POLICY.insert().values(text=text, actor=str(actor), created_at=NOW)
    return int(connection.execute(new.returning(TIER_POLICY.c.number)).scalar_one())


def find_policy(connection: Connection, number: int | None = None) -> TierPolicyRow | None:
    """The policy of a number, or the one in force; None: none was applied. Raises NotFound for a number."""
    found = select(TIER_POLICY).order_by(TIER_POLICY.c.number.desc()).limit(1)
    if number is not None:
        found = found.where(TIER_POLICY.c.number == number)
    rows = rows_of(TierPolicyRow, connection.execute(found))
    if not rows and number is not None:
        raise NotFound(errors.POLICY_UNKNOWN, number=number)
    return rows[0] if rows else None


def policies(connection: Connection, limit: int) -> list[TierPolicyRow]:
    """The policies that were applied, newest first."""
    newest = select(TIER_POLICY).order_by(TIER_POLICY.c.number.desc()).limit(limit)
    return rows_of(TierPolicyRow, connection.execute(newest))


# Plans


def add_plan(connection: Connection, policy: int, actor: Actor) -> int:
    """Create a plan, which is a draft after `complete_plan`; returns its number."""
    new = TIER_PLAN.insert().values(
        policy=policy, state=PlanState.MAKING, estimate="{}", actor=str(actor),
        problem="", problem_code="", created_at=NOW,
    )  # fmt: skip
    return int(connection.execute(new.returning(TIER_PLAN.c.id)).scalar_one())


def complete_plan(connection: Connection, number: int, estimate: str) -> None:
    """Make a plan a draft, once it has all of its actions. estimate: JSON."""
    change = update(TIER_PLAN).where(TIER_PLAN.c.id == number, TIER_PLAN.c.state == PlanState.MAKING)
    connection.execute(change.values(state=PlanState.DRAFT, estimate=estimate))


def delete_plan(connection: Connection, number: int) -> None:
    """Delete a plan that was never applied, with its actions."""
    never = TIER_PLAN.c.state.in_((PlanState.MAKING, PlanState.DRAFT))
    connection.execute(delete(TIER_PLAN).where(TIER_PLAN.c.id == number, never))


def old_drafts(connection: Connection, keep: float) -> list[int]:
    """Plans that were made more than `keep` seconds ago and never applied."""
    old = select(TIER_PLAN.c.id).where(
        TIER_PLAN.c.state.in_((PlanState.MAKING, PlanState.DRAFT)), TIER_PLAN.c.created_at < NOW - keep
    )
    return list(connection.execute(old.order_by(TIER_PLAN.c.id)).scalars())


def find_plan(connection: Connection, number: int, *, lock: bool = False) -> TierPlanRow:
    """A plan. lock: keep others from changing it until the transaction ends. Raises NotFound."""
    found = select(TIER_PLAN).where(TIER_PLAN.c.id == number)
    rows = rows_of(TierPlanRow, connection.execute(found.with_for_update() if lock else found))
    if not rows:
        raise NotFound(errors.PLAN_UNKNOWN, number=number)
    return rows[0]


def plans(
    connection: Connection, states: Sequence[PlanState] = (), limit: int | None = None
) -> list[TierPlanRow]:
    """Plans, newest first. states: none means all."""
    found = select(TIER_PLAN).order_by(TIER_PLAN.c.id.desc()).limit(limit)
    if states:
        found = found.where(TIER_PLAN.c.state.in_(states))
    return rows_of(TierPlanRow, connection.execute(found))


def set_plan(
    connection: Connection,
    number: int,
    before: Sequence[PlanState],
    state: PlanState,
    *,
    problem: str = "",
    problem_code: str = "",
) -> bool:
    """Set the state of a plan that is in one of the states `before`, and its problem; whether it was so.

    The first start sets `applied_at`, the end `finished_at`.
    """
    values: dict[str, Any] = {"state": state, "problem": problem, "problem_code": problem_code}
    if state is PlanState.RUNNING:
        values["applied_at"] = func.coalesce(TIER_PLAN.c.applied_at, NOW)
    if state in OVER:
        values["finished_at"] = NOW
    change = update(TIER_PLAN).where(TIER_PLAN.c.id == number, TIER_PLAN.c.state.in_(before))
    return bool(connection.execute(change.values(values)).rowcount)


def require_plan(
    connection: Connection, number: int, before: Sequence[PlanState], state: PlanState, verb: str
) -> None:
    """Set the state of a plan as `set_plan`. verb: "applied", for people. Raises NotFound and Conflict."""
    row = find_plan(connection, number, lock=True)
    if not set_plan(connection, number, before, state):
        raise Conflict(errors.PLAN_STATE, number=number, state=row.state, verb=verb)


# Actions

_COLUMNS = ("kind", "rule", "step", "version_id", "location_id", "source_id", "key", "storage_class", "size")


def add_actions(connection: Connection, database: Database, plan: int, actions: Iterable[NewAction]) -> None:
    """Give a plan actions."""
    rows = [
        (one.kind.value, one.rule, one.step, one.version, one.location, one.source, one.key, one.storage_class, one.size)
        for one in actions
    ]  # fmt: skip
    same = {
        "plan_id": plan, "state": ActionState.WAITING.value, "reason": "", "detail": "", "attempts": 0,
    }  # fmt: skip
    database.insert_many(connection, TIER_ACTION, _COLUMNS, rows, same)


def action(connection: Connection, number: int, *, lock: bool = False) -> TierActionRow | None:
    """An action; None: its plan was deleted. lock: keep others from changing it until the transaction ends."""
    found = select(TIER_ACTION).where(TIER_ACTION.c.id == number)
    rows = rows_of(TierActionRow, connection.execute(found.with_for_update() if lock else found))
    return rows[0] if rows else None


def as_action(row: Any) -> TierActionRow:
    """An action, from a row that has the columns of the table among others."""
    return TierActionRow(**{column.name: row._mapping[column.name] for column in TIER_ACTION.c})


def actions(
    connection: Connection,
    plan: int,
    states: Sequence[ActionState] = (),
    *,
    kinds: Sequence[ActionKind] = (),
    step: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[TierActionRow]:
    """Actions of a plan by number. states, kinds: none means all. after: the last one of the page before."""
    found = _of(plan, after, limit)
    if states:
        found = found.where(TIER_ACTION.c.state.in_(states))
    if kinds:
        found = found.where(TIER_ACTION.c.kind.in_(kinds))
    if step is not None:
        found = found.where(TIER_ACTION.c.step == step)
    return rows_of(TierActionRow, connection.execute(found))


def ready_actions(
    connection: Connection, plan: int, step: int, *, after: int = 0, limit: int | None = None
) -> list[TierActionRow]:
    """Actions of a step that wait for nothing: all earlier ones of their version in the plan have ended.

    One that has failed or was skipped does not hold up the later ones, which check for themselves whether they may.
    """
    earlier = TIER_ACTION.alias("earlier")
    is_held_up = exists().where(
        earlier.c.version_id == TIER_ACTION.c.version_id,
        earlier.c.plan_id == plan,
        earlier.c.step < step,
        earlier.c.state.not_in(ENDED),
    )
    found = _of(plan, after, limit).where(
        TIER_ACTION.c.state == ActionState.WAITING, TIER_ACTION.c.step == step, ~is_held_up
    )
    return rows_of(TierActionRow, connection.execute(found))


def _of(plan: int, after: int, limit: int | None) -> Select[Any]:
    own = select(TIER_ACTION).where(TIER_ACTION.c.plan_id == plan, TIER_ACTION.c.id > after)
    return own.order_by(TIER_ACTION.c.id).limit(limit)


def set_actions(
    connection: Connection,
    database: Database,
    numbers: Sequence[int],
    before: Sequence[ActionState],
    state: ActionState,
    *,
    reason: str = "",
    detail: str = "",
    made: int | None = None,
    is_attempt: bool = False,
) -> int:
    """Set the state of those of the actions that are in one of the states `before`; returns how many were.

    made: the location of a copy. is_attempt: count an attempt.
    """
    values: dict[str, Any] = {"state": state, "reason": reason, "detail": detail}
    if made is not None:
        values["made_id"] = made
    if state in ENDED:
        values["done_at"] = NOW
    if is_attempt:
        values["attempts"] = TIER_ACTION.c.attempts + 1
    changed = 0
    for some in chunked(numbers):
        change = update(TIER_ACTION).where(
            database.among(TIER_ACTION.c.id, some), TIER_ACTION.c.state.in_(before)
        )
        changed += connection.execute(change.values(values)).rowcount
    return changed


def end_actions(
    connection: Connection,
    plan: int,
    before: Sequence[ActionState],
    code: ErrorCode,
    detail: str = "",
) -> int:
    """Skip all actions of a plan that are in one of the states `before`, as a cancel does; returns how many were."""
    change = (
        update(TIER_ACTION)
        .where(TIER_ACTION.c.plan_id == plan, TIER_ACTION.c.state.in_(before))
        .values(state=ActionState.SKIPPED, reason=code.code, detail=detail, done_at=NOW)
    )
    return connection.execute(change).rowcount


def finish_plan(connection: Connection, number: int) -> bool:
    """Mark a running plan as done if all of its actions have ended; whether it was so."""
    find_plan(connection, number, lock=True)
    left = select(TIER_ACTION.c.id).where(TIER_ACTION.c.plan_id == number, TIER_ACTION.c.state.not_in(ENDED))
    if connection.execute(left.limit(1)).first() is not None:
        return False
    return set_plan(connection, number, (PlanState.RUNNING,), PlanState.DONE)


@dataclass(frozen=True)
class ActionCount:
    """How many actions of one kind are in one state."""

    kind: ActionKind
    state: ActionState
    reason: str
    files: int
    bytes: int


def count_actions(connection: Connection, plan: int) -> list[ActionCount]:
    """The actions of a plan, by kind, state and reason."""
    by = (TIER_ACTION.c.kind, TIER_ACTION.c.state, TIER_ACTION.c.reason)
    counted = (
        select(
            *by, func.count().label("files"), func.coalesce(func.sum(TIER_ACTION.c.size), 0).label("bytes")
        )
        .where(TIER_ACTION.c.plan_id == plan)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        ActionCount(ActionKind(row.kind), ActionState(row.state), row.reason, int(row.files), int(row.bytes))
        for row in connection.execute(counted)
    ]
