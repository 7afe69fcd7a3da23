"""Work items and workers."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from dampipe.jobs.model import STAGE, RunState
from dampipe.kernel.db.columns import index_where, long_text, one_each, owned, table_of


class RunRow(SQLModel, table=True):
    """One leased work item, done exactly once.

    A run of a stage is the first kind, and nearly every row: one stage of one subject in one version. Other
    kinds have the kind's name in `stage` and, in `version`, a key that tells the items of one subject apart.
    Only `jobs/state.py` writes this table.
    """

    __tablename__ = "run"
    __table_args__ = (
        one_each("run_of_version", "version_id", "stage", "version"),
        one_each("run_of_location", "location_id", "stage", "version"),
        index_where(
            "run_without_subject",
            "version_id IS NULL AND location_id IS NULL",
            "stage",
            "version",
            unique=True,
        ),
        CheckConstraint(
            "(version_id IS NULL OR location_id IS NULL) AND "
            "(kind <> 'stage' OR version_id IS NOT NULL OR location_id IS NOT NULL)",
            name="run_has_its_subject",
        ),
        Index("run_dispatch", "lane", "state", "queued_at", "priority", "id"),
        Index("run_waiting", "stage", "state", "id"),
        index_where("run_on_hold", "state = 'on_hold'", "state", "id"),
        index_where("run_in_trouble", "error_kind IS NOT NULL", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(default=STAGE, sa_column_kwargs={"server_default": STAGE})
    """`stage`, or the name of a kind of work that a feature registers."""
    stage: str
    version: str
    location_id: int | None = Field(default=None, sa_column=owned("location.id", nullable=True))
    version_id: int | None = Field(default=None, sa_column=owned("version.id", nullable=True))
    parameters: str = Field(default="{}", sa_column=long_text(server_default="{}"))
    """JSON: what the work is to do, for kinds other than `stage`."""
    lane: str
    """What is dispatched together, by one window: chains of stages, or a kind of work."""
    priority: int = 0
    state: str = RunState.PENDING
    queued_at: float | None = None
    """When its message was given to the broker; None: it has not been dispatched."""
    wake_on_finish: bool = False
    """A chain found it running and ended; the lane is dispatched again when this run is through."""
    attempts: int = 0
    not_before: float = 0.0
    """Retry back-off: when it may be claimed, by the database's clock."""
    owner: str | None = None
    lease_until: float = 0.0
    """When another worker may claim it, by the database's clock."""
    error_kind: str | None = None
    reason: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """What happened, in one line."""
    error: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """The error's code, parameters and remedy (`StoredError` as JSON)."""
    output: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """The result as JSON; of a stage its StageOutput."""
    warnings: str = Field(default="[]", sa_column=long_text())
    progress: str | None = None
    machine: str | None = None
    """The machine that has a copy of the file, as far as is known; see machine_queues.py."""
    fetched: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Bytes that came from a remote source for it, in all attempts."""
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None


class WorkerRow(SQLModel, table=True):
    """A worker that sends heartbeats."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    queues: str
    facts: str = Field(default="{}", sa_column=long_text())
    started_at: float
    seen_at: float


RUN = table_of(RunRow)
WORKER = table_of(WorkerRow)
