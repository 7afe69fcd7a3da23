"""The table of subclips."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, long_text, owned, pointing, table_of


class SubclipRow(SQLModel, table=True):
    """A span of an asset, anchored at frames of one of its versions."""

    __tablename__ = "subclip"
    __table_args__ = (
        Index("subclip_of_asset", "asset_id", "start_seconds", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=owned("asset.id"))
    version_id: int | None = Field(default=None, sa_column=pointing("version.id"))
    """The version that the times are of; None: it was deleted."""
    start_ticks: int = Field(sa_column=big())
    """The first frame, as ticks from the start of the version (`kernel/anchored_time.py`)."""
    end_ticks: int = Field(sa_column=big())
    """The end of the last frame: behind `start_ticks`."""
    base: str = Field(max_length=50)
    """Seconds of a tick, an exact fraction such as `1001/24000`."""
    start_seconds: float
    """The same as `start_ticks`, nearly: to sort by."""
    name: str = Field(max_length=300)
    note: str = Field(default="", sa_column=long_text())
    created_at: float
    created_by: str
    changed_at: float
    changed_by: str
    version: int = 1
    """Counts the edits of the row: who edits an older state is refused."""


SUBCLIP = table_of(SubclipRow)
