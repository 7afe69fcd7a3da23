"""What faces show of policies and plans."""

from pydantic import BaseModel, ConfigDict

from dampipe.features.sources.model import Tier
from dampipe.features.tiers.estimate import Amount, PlanEstimate, RuleReport
from dampipe.features.tiers.model import ActionKind, ActionState, PlanState
from dampipe.features.tiers.plans import ActionCount
from dampipe.features.tiers.tables import TierActionRow, TierPlanRow
from dampipe.kernel.paths import printable


class PolicyReport(BaseModel):
    """A policy that was applied."""

    model_config = ConfigDict(frozen=True)

    number: int
    is_in_force: bool
    rules: tuple[str, ...]
    """Their names, in order."""
    actor: str
    created_at: float
    """Seconds since 1970, as in other times."""


class PolicyText(PolicyReport):
    """A policy with its text."""

    toml: str


class CheckedRule(BaseModel):
    """What a rule finds now."""

    model_config = ConfigDict(frozen=True)

    rule: str
    assets: int
    """Without those that a rule before it finds."""
    warnings: tuple[str, ...] = ()


class CheckedPolicy(BaseModel):
    """A policy that could be applied."""

    model_config = ConfigDict(frozen=True)

    rules: tuple[CheckedRule, ...]
    others: int
    """Assets that no rule finds."""


class StateReport(BaseModel):
    """How many actions of a plan are in one state, and why."""

    model_config = ConfigDict(frozen=True)

    kind: ActionKind
    state: ActionState
    reason: str = ""
    """Code."""
    files: int
    bytes: int

    @classmethod
    def of(cls, count: ActionCount) -> "StateReport":
        """From what was counted."""
        return cls(
            kind=count.kind,
            state=count.state,
            reason=count.reason,
            files=count.files,
            bytes=count.bytes,
        )


class PlanReport(BaseModel):
    """A plan, and how far it is."""

    model_config = ConfigDict(frozen=True)

    number: int
    policy: int
    state: PlanState
    is_stale: bool
    """Whether another policy is in force by now."""
    estimate: PlanEstimate
    states: tuple[StateReport, ...] = ()
    """Empty in lists of plans."""
    asks: bool = False
    """Whether it costs more than the policy allows without asking."""
    actor: str
    problem: str
    problem_code: str
    created_at: float
    applied_at: float | None
    finished_at: float | None

    @classmethod
    def of(
        cls,
        row: TierPlanRow,
        in_force: int,
        states: tuple[StateReport, ...] = (),
        *,
        is_asked: bool = False,
    ) -> "PlanReport":
        """From a row. in_force: the number of the policy that is in force."""
        assert row.id is not None
        return cls(
            number=row.id,
            policy=row.policy,
            state=PlanState(row.state),
            is_stale=row.policy != in_force,
            estimate=PlanEstimate.model_validate_json(row.estimate),
            states=states,
            asks=is_asked,
            actor=row.actor,
            problem=row.problem,
            problem_code=row.problem_code,
            created_at=row.created_at,
            applied_at=row.applied_at,
            finished_at=row.finished_at,
        )


class ActionReport(BaseModel):
    """One action of a plan."""

    model_config = ConfigDict(frozen=True)

    number: int
    kind: ActionKind
    rule: str
    source: str
    """Name of the source in which the copy is made, or the file is; "": it was removed."""
    key: str
    """Path below its root."""
    storage_class: str
    size: int
    state: ActionState
    reason: str
    detail: str
    done_at: float | None

    @classmethod
    def of(cls, row: TierActionRow, sources: dict[int, str]) -> "ActionReport":
        """From a row. sources: names by number."""
        assert row.id is not None
        return cls(
            number=row.id,
            kind=ActionKind(row.kind),
            rule=row.rule,
            source="" if row.source_id is None else sources.get(row.source_id, ""),
            key=printable(row.key),
            storage_class=row.storage_class,
            size=row.size,
            state=ActionState(row.state),
            reason=row.reason,
            detail=row.detail,
            done_at=row.done_at,
        )


class SourceUsage(BaseModel):
    """What a source holds, and costs."""

    model_config = ConfigDict(frozen=True)

    source: str
    tier: Tier
    label: str
    managed: bool
    present: Amount = Amount()
    archived: Amount = Amount()
    """Those of `present` that have to be restored before they can be read."""
    leaving: Amount = Amount()
    missing: Amount = Amount()
    currency: str
    month: float
    """Money for a month, for what is present or leaving."""


class Standing(BaseModel):
    """How the assets stand by the policy that is in force."""

    model_config = ConfigDict(frozen=True)

    policy: int
    rules: tuple[RuleReport, ...]
