"""The table of assets."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, long_text, table_of


class VersionRow(SQLModel, table=True):
    """One content."""

    __tablename__ = "version"
    id: int | None = Field(default=None, primary_key=True)
    sha1: str = Field(unique=True, max_length=40)
    size: int = Field(sa_column=big())
    name: str = Field(sa_column=long_text())
    kind: str | None = None
    duration: float | None = None
    media: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """MediaInfo as JSON; what a search filters by is repeated in columns."""
    recorded_at: float | None = Field(default=None, index=True)
    """Seconds from 1970-01-01T00:00:00 to the time of recording as a wall clock showed it, where it was recorded."""
    recorded_offset: int | None = None
    """Minutes by which that clock was ahead of UTC; None if the file does not say so."""
    camera: str | None = Field(default=None, sa_column=long_text(nullable=True))
    codec: str | None = None
    width: int | None = None
    """Of the upright picture, in square pixels."""
    height: int | None = None
    shots: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """When the exact shots start, a JSON list of seconds; None until the proxy pass has found them."""
    added_at: float


VERSION = table_of(VersionRow)
