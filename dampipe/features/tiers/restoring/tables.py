"""The tables of restores: who asked for archived files, and how far each of them is."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.features.tiers.restoring.model import FileState
from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


class RestoreRow(SQLModel, table=True):
    """One request to restore files."""

    __tablename__ = "tier_restore"
    id: int | None = Field(default=None, primary_key=True)
    actor: str
    speed: str
    days: int
    cost: str = Field(default="{}", sa_column=long_text())
    """JSON: money by currency, as it was reckoned when it was asked for."""
    created_at: float
    finished_at: float | None = None


class RestoreFileRow(SQLModel, table=True):
    """One archived file that was asked for."""

    __tablename__ = "tier_restore_file"
    __table_args__ = (
        Index("tier_restore_file_of", "restore_id", "state"),
        Index("tier_restore_file_location", "location_id"),
        index_where("tier_restore_file_next", "state IN ('wanted', 'asked')", "next_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    restore_id: int = Field(sa_column=owned("tier_restore.id"))
    location_id: int = Field(sa_column=owned("location.id"))
    state: str = Field(default=FileState.WANTED)
    reason: str = ""
    """Code, why it has failed."""
    detail: str = Field(default="", sa_column=long_text())
    """The same for people."""
    asked: int = 0
    """How often the storage was asked for it."""
    expected_at: float | None = None
    """When it should be readable, by the hours that the source states; None: not known."""
    next_at: float = 0.0
    """When the storage is asked next, by the database's clock."""
    attempts: int = 0
    """Times in a row that the storage did not answer."""
    done_at: float | None = None


RESTORE = table_of(RestoreRow)
RESTORE_FILE = table_of(RestoreFileRow)
