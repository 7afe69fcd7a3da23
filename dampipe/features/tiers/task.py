"""What a worker has to know to do one action, and what it says of the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.tiers import plans
from dampipe.features.tiers.guarantee import Guarantee, Refusal
from dampipe.features.tiers.model import ActionKind, PlanState
from dampipe.features.tiers.policy import Policy, Rule, parse_policy
from dampipe.features.tiers.tables import TierActionRow
from dampipe.kernel.errors import DampipeError, ErrorCode
from dampipe.kernel.ids import VersionId

Outcome = Mapping[str, Any]
"""The result of a work item, of JSON's types: `outcome`, and what the transaction that ends it needs."""


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
        return Guarantee(self.rule.copies, self.rule.verified_within)


def load_task(connection: Connection, action: int, *, lock: bool = False) -> MoveTask | None:
    """An action with what belongs to it; None: it, its content or its rule is gone. lock: the action, against others."""
    row = plans.action(connection, action, lock=lock)
    if row is None or row.version_id is None:
        return None
    sha1 = connection.execute(select(VERSION.c.sha1).where(VERSION.c.id == row.version_id)).scalar()
    if sha1 is None:
        return None
    plan = plans.find_plan(connection, row.plan_id)
    made_by, in_force = plans.find_policy(connection, plan.policy), plans.find_policy(connection)
    assert made_by is not None and in_force is not None
    policy = parse_policy(made_by.text)
    newest = policy if in_force.number == made_by.number else parse_policy(in_force.text)
    rule = next((one for one in policy.rule if one.name == row.rule), None)
    if rule is None:
        return None
    return MoveTask(
        action=action,
        plan=row.plan_id,
        plan_state=PlanState(plan.state),
        kind=ActionKind(row.kind),
        row=row,
        version=VersionId(row.version_id),
        sha1=sha1,
        rule=rule,
        is_in_force=_up_to(policy, rule) == _up_to(newest, rule),
    )


def _up_to(policy: Policy, rule: Rule) -> tuple[Rule, ...]:
    """A rule with those before it, which decide for which assets it holds; empty if it is not in the policy as it is."""
    return policy.rule[: policy.rule.index(rule) + 1] if rule in policy.rule else ()


def done(**more: Any) -> Outcome:
    """The action was done."""
    return {"outcome": "done", **more}


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
