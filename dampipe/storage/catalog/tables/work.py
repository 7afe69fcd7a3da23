"""What is done and was done: scans, runs, files read again, events and workers."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from dampipe.domain.runs import RunState
from dampipe.storage.catalog.tables.columns import index_where, long_text, one_each, owned, table_of


class ScanRow(SQLModel, table=True):
    """One walk; counts are of the walk, progress of the files is read from their runs."""

    __tablename__ = "scan"
    id: int | None = Field(default=None, primary_key=True)
    paths: str = Field(sa_column=long_text())
    """JSON list of absolute paths, `surrogateescape`d."""
    accept_missing: bool = False
    process: bool = True
    """Whether what it finds is to be processed."""
    priority: int = 0
    """Of the runs it makes."""
    state: str = Field(index=True)
    paused: bool = False
    put: str | None = None
    """The state (`on_hold` or `pending`) to which its waiting runs are being brought; None: they all are."""
    position: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """How far the walk is, as JSON; None: not begun."""
    found: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    warnings: str = Field(default="[]", sa_column=long_text())
    owner: str | None = None
    lease_until: float = 0.0
    not_before: float = 0.0
    """Files in motion are given time to hold still."""
    created_at: float
    finished_at: float | None = None


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


class VerificationRow(SQLModel, table=True):
    """The latest reading of a location's file to see whether it still is what it was, asked for or done."""

    __tablename__ = "verification"
    __table_args__ = (
        index_where("verification_bad", "result IN ('mismatch', 'unreadable')", "at"),
        # The next file is found in one step, however many are wanted.
        index_where("verification_next", "wanted_until > 0", "at", "location_id"),
    )
    location_id: int = Field(sa_column=owned("location.id", primary_key=True))
    asset_id: int = Field(sa_column=owned("asset.id", index=True))
    """What it was compared with, or is to be."""
    wanted_until: float = 0.0
    """Somebody asked for a reading that begins before this time; 0: nobody did."""
    owner: str | None = None
    lease_until: float = Field(default=0.0, index=True)
    at: float = 0.0
    """When it was read last; 0: never."""
    result: str | None = None
    reason: str | None = Field(default=None, sa_column=long_text(nullable=True))


class EventRow(SQLModel, table=True):
    """What happened, in order; written in the transaction that made it true."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    at: float
    name: str
    asset_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True, index=True))
    data: str = Field(default="{}", sa_column=long_text())


class WorkerRow(SQLModel, table=True):
    """A worker that reports itself."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    queues: str
    facts: str = Field(default="{}", sa_column=long_text())
    started_at: float
    seen_at: float


SCAN = table_of(ScanRow)
RUN = table_of(RunRow)
VERIFICATION = table_of(VerificationRow)
EVENT = table_of(EventRow)
WORKER = table_of(WorkerRow)
