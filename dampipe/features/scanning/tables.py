"""The table of scans."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, table_of


class ScanRow(SQLModel, table=True):
    """One walk. Its counts are of the walk; the progress of the files is read from their runs."""

    __tablename__ = "scan"
    id: int | None = Field(default=None, primary_key=True)
    paths: str = Field(sa_column=long_text())
    """JSON list of absolute paths as declared, `surrogateescape`d."""
    accept_missing: bool = False
    process: bool = True
    """Whether the files found are to be processed."""
    priority: int = 0
    """Priority of the runs it creates."""
    state: str = Field(index=True)
    paused: bool = False
    target_run_state: str | None = None
    """Target state (`on_hold` or `pending`) to which its pending and held runs are being brought; None: all are."""
    checkpoint: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """Checkpoint of the walk, as JSON; None: not begun, or over."""
    found: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    warnings: str = Field(default="[]", sa_column=long_text())
    """JSON list."""
    unknown: str = Field(default="{}", sa_column=long_text())
    """JSON: how many files of unknown kinds the walk met, by suffix; see model.UnknownKinds."""
    owner: str | None = None
    lease_until: float = 0.0
    not_before: float = 0.0
    """When it may be claimed; files that were still being written get time to be completed."""
    created_at: float
    finished_at: float | None = None


SCAN = table_of(ScanRow)
