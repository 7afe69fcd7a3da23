"""What a worker has to know to do one action, and what it says of the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.tiers import plans
from dampipe.features.tiers.guarantee import Guarantee, Refusal
from dampipe.features.tiers.model import ActionKind, PlanState
from dampipe.features.tiers.policy import Policy, Rule, parse_policy
from dampipe.features.tiers.tables import TIER_ACTION, TIER_PLAN, TIER_POLICY, TierActionRow
from dampipe.kernel.errors import DampipeError, ErrorCode
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import printable

Outcome = Mapping[str, Any]
"""The result of a work item, of JSON's types: `outcome`, and what the transaction that ends it needs."""


NAMED = 5
"""Sidecars that are named in what is said of an action."""


class Stopped(Exception):
    """The plan was paused or cancelled while a file was transferred."""


@dataclass(frozen=True)
class MoveTask:
    """One action of a plan."""

    action: int
    plan: int
    plan_state: PlanState
    kind: ActionKind
    row: TierActionRow
    version: VersionId
    sha1: str
    rule: Rule
    is_in_force: bool
    """Whether the policy in force says the same of the assets of the rule as the one by which the plan was made."""

    @property
    def guarantee(self) -> Guarantee:
        """What has to be there besides a file that is deleted."""
        return Guarantee(self.rule.copies, self.rule.verified_within, self.rule.readable)


_NEWEST = TIER_POLICY.alias("newest")
_FIND = (
    select(
        *TIER_ACTION.c,
        VERSION.c.sha1,
        TIER_PLAN.c.state.label("plan_state"),
        TIER_POLICY.c.text.label("made_by"),
        select(_NEWEST.c.text).order_by(_NEWEST.c.number.desc()).limit(1).scalar_subquery().label("in_force"),
    )
    .select_from(
        TIER_ACTION.join(TIER_PLAN, TIER_PLAN.c.id == TIER_ACTION.c.plan_id)
        .join(TIER_POLICY, TIER_POLICY.c.number == TIER_PLAN.c.policy)
        .join(VERSION, VERSION.c.id == TIER_ACTION.c.version_id)
    )
    .where(TIER_ACTION.c.id == bindparam("number"))
)
_LOCK = select(TIER_ACTION.c.id).where(TIER_ACTION.c.id == bindparam("number")).with_for_update()
_parsed = lru_cache(maxsize=8)(parse_policy)


def load_task(connection: Connection, action: int, *, lock: bool = False) -> MoveTask | None:
    """An action with what belongs to it; None: it, its content or its rule is gone. lock: the action, against others."""
    if lock:  # a statement of its own: what is read after it was waited for is as it is then
        connection.execute(_LOCK, {"number": action}).all()
    found = connection.execute(_FIND, {"number": action}).one_or_none()
    if found is None:
        return None
    row = plans.as_action(found)
    assert row.version_id is not None
    policy, newest = _parsed(found.made_by), _parsed(found.in_force)
    rule = next((one for one in policy.rule if one.name == row.rule), None)
    if rule is None:
        return None
    return MoveTask(
        action=action,
        plan=row.plan_id,
        plan_state=PlanState(found.plan_state),
        kind=ActionKind(row.kind),
        row=row,
        version=VersionId(row.version_id),
        sha1=found.sha1,
        rule=rule,
        is_in_force=_up_to(policy, rule) == _up_to(newest, rule),
    )


def _up_to(policy: Policy, rule: Rule) -> tuple[Rule, ...]:
    """A rule with those before it, which decide for which assets it holds; empty if it is not in the policy as it is."""
    return policy.rule[: policy.rule.index(rule) + 1] if rule in policy.rule else ()


def done(**more: Any) -> Outcome:
    """The action was done."""
    return {"outcome": "done", **more}


def note(code: ErrorCode, names: Sequence[str]) -> list[str]:
    """What is to be said of an action that was done: code and text. names: of sidecars."""
    shown = ", ".join(printable(name) for name in names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [code.code, code.text.format(sidecars=shown + more)]


def stopped() -> Outcome:
    """The plan was paused or cancelled: the action waits again."""
    return {"outcome": "stopped"}


def skipped(code: ErrorCode, **parameters: Any) -> Outcome:
    """The action is not necessary any more, or not allowed."""
    return {"outcome": "skipped", "reason": code.code, "detail": code.text.format(**parameters)}


def refused(why: Refusal) -> Outcome:
    """The guarantee does not hold."""
    if why.passes:
        return {"outcome": "stopped"}
    return {"outcome": "skipped", "reason": why.code.code, "detail": why.text}


def failed(error: DampipeError, **more: Any) -> Outcome:
    """Trying again would give the same."""
    return {"outcome": "failed", "reason": error.code, "detail": str(error), **more}
