"""The tables of tiers: policies, plans, and what each plan does to one file."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.features.tiers.model import ActionState, PlanState
from dampipe.kernel.db.columns import big, fs_path, long_text, owned, pointing, table_of


class TierPolicyRow(SQLModel, table=True):
    """A policy document as someone applied it; the one with the highest number is in force. None is ever changed."""

    __tablename__ = "tier_policy"
    number: int | None = Field(default=None, primary_key=True)
    text: str = Field(sa_column=long_text())
    """TOML."""
    actor: str
    created_at: float


class TierPlanRow(SQLModel, table=True):
    """A plan: what a policy asked for when it was made. Its counts are read from its actions."""

    __tablename__ = "tier_plan"
    __table_args__ = (Index("tier_plan_state", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    policy: int
    """Number of the policy document."""
    state: str = Field(default=PlanState.DRAFT)
    estimate: str = Field(default="{}", sa_column=long_text())
    """JSON: files, bytes, money and seconds by rule and source, as they were reckoned when the plan was made."""
    actor: str
    problem: str = Field(default="", sa_column=long_text())
    """Why it waits, for people; empty: no problem."""
    problem_code: str = ""
    """The code of that error."""
    created_at: float
    applied_at: float | None = None
    finished_at: float | None = None


class TierActionRow(SQLModel, table=True):
    """One thing that a plan does to one file.

    Actions of one plan and version are done in the order of their steps: one of a later step begins when all of the
    steps before it are done.
    """

    __tablename__ = "tier_action"
    __table_args__ = (
        Index("tier_action_state", "plan_id", "state", "step", "id"),
        Index("tier_action_version", "version_id"),
        Index("tier_action_location", "location_id"),
        Index("tier_action_made", "made_id"),
        Index("tier_action_source", "source_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(sa_column=owned("tier_plan.id"))
    kind: str
    """An `ActionKind`."""
    rule: str
    """Name of the rule of the policy that asks for it."""
    step: int
    """0: copies, 1: storage classes, 2: deletions."""
    version_id: int | None = Field(default=None, sa_column=pointing("version.id"))
    location_id: int | None = Field(default=None, sa_column=pointing("location.id"))
    """The file that is copied, moved to another storage class or deleted."""
    source_id: int | None = Field(default=None, sa_column=pointing("source.id"))
    """Where a copy is made, or where the file is."""
    key: str = Field(sa_column=fs_path())
    """Path below that source's root."""
    storage_class: str = ""
    """The one that the file is to have; "" where the source has none, or its own."""
    size: int = Field(sa_column=big())
    """Bytes."""
    state: str = Field(default=ActionState.WAITING)
    reason: str = ""
    """Code, why it was skipped, has failed or is tried again."""
    detail: str = Field(default="", sa_column=long_text())
    """More of the reason, for people."""
    attempts: int = 0
    made_id: int | None = Field(default=None, sa_column=pointing("location.id"))
    """The location of the copy, once it was read back."""
    done_at: float | None = None


TIER_POLICY = table_of(TierPolicyRow)
TIER_PLAN = table_of(TierPlanRow)
TIER_ACTION = table_of(TierActionRow)
