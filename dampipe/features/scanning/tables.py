"""What is done and was done: scans, runs, files read again, events and workers."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, table_of


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


SCAN = table_of(ScanRow)
