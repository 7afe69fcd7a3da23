"""What is done and was done: scans, runs, files read again, events and workers."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from dampipe.jobs.model import RunState
from dampipe.kernel.db.columns import index_where, long_text, one_each, owned, table_of


class RunRow(SQLModel, table=True):
    """One stage of one subject in one version: the truth about what is still to do."""

    __tablename__ = "run"
    __table_args__ = (
        one_each("run_of_asset", "asset_id", "stage", "version"),
        one_each("run_of_location", "location_id", "stage", "version"),
        CheckConstraint("(asset_id IS NULL) <> (location_id IS NULL)", name="run_has_one_subject"),
        Index("run_dispatch", "lane", "state", "queued_at", "priority", "id"),
        Index("run_waiting", "stage", "state", "id"),
        index_where("run_on_hold", "state = 'on_hold'", "state", "id"),
        index_where("run_in_trouble", "error_kind IS NOT NULL", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    stage: str
    version: str
    location_id: int | None = Field(default=None, sa_column=owned("location.id", nullable=True))
    asset_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True))
    lane: str
    priority: int = 0
    state: str = RunState.PENDING
    queued_at: float | None = None
    """When its message was given to the broker; None: the dispatcher has still to do it."""
    ring: bool = False
    """A chain stepped aside while this ran and waits to be rung."""
    attempts: int = 0
    not_before: float = 0.0
    owner: str | None = None
    lease_until: float = 0.0
    error_kind: str | None = None
    reason: str | None = Field(default=None, sa_column=long_text(nullable=True))
    output: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """The StageOutput as JSON."""
    warnings: str = Field(default="[]", sa_column=long_text())
    progress: str | None = None
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None


class WorkerRow(SQLModel, table=True):
    """A worker that reports itself."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    queues: str
    facts: str = Field(default="{}", sa_column=long_text())
    started_at: float
    seen_at: float


RUN = table_of(RunRow)


WORKER = table_of(WorkerRow)
