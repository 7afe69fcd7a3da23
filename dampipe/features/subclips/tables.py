"""The tables of subclips and of the values of their fields."""

from sqlalchemy import Column, Float, ForeignKey, Index, Text
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
    folded: str = Field(sa_column=long_text())
    """Name and note in the form in which texts are compared."""
    created_at: float
    created_by: str
    changed_at: float
    changed_by: str
    version: int = 1
    """Counts the edits of the row: who edits an older state is refused."""


class SubclipValueRow(SQLModel, table=True):
    """One value of one field of a subclip; the columns are those of the table `value`."""

    __tablename__ = "subclip_value"
    __table_args__ = (
        Index("subclip_value_of_subclip", "subclip_id", "field", "position"),
        Index("subclip_value_number", "field", "number", "subclip_id"),
        Index("subclip_value_term", "term_id", "subclip_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    subclip_id: int = Field(sa_column=owned("subclip.id"))
    field: str = Field(max_length=64)
    position: int
    """From 0, the order of several values."""
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    folded: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """Of texts: what comparisons use."""
    number: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    term_id: int | None = Field(default=None, sa_column=Column(ForeignKey("term.id"), nullable=True))
    linked_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True))
    zone: int | None = None


SUBCLIP = table_of(SubclipRow)
SUBCLIP_VALUE = table_of(SubclipValueRow)
