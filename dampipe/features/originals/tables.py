"""The table of releases."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import owned, table_of


class ReleaseRow(SQLModel, table=True):
    """When an actor was last given an original for a purpose, so that the parts of one download are one event."""

    __tablename__ = "original_release"
    __table_args__ = (Index("original_release_at", "at"),)
    actor: str = Field(primary_key=True, max_length=200)
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    purpose: str = Field(primary_key=True, max_length=50)
    at: float
    """Seconds since 1970, by the database's clock."""


RELEASE = table_of(ReleaseRow)
