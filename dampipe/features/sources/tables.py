"""The tables of sources."""

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import FsPath, fs_path, long_text, owned, table_of


class SourceRow(SQLModel, table=True):
    """A root of footage."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    root: str = Field(sa_column=Column(FsPath, nullable=False, unique=True))
    include: str = Field(default="[]", sa_column=long_text())
    """JSON list of patterns."""
    exclude: str = Field(default="[]", sa_column=long_text())
    """JSON list of patterns."""
    added_at: float


class PathMapRow(SQLModel, table=True):
    """The path of a source's root on one machine, where it differs from the source's own."""

    __tablename__ = "path_map"
    source_id: int = Field(sa_column=owned("source.id", primary_key=True))
    machine: str = Field(primary_key=True)
    root: str = Field(sa_column=fs_path())


SOURCE = table_of(SourceRow)
PATH_MAP = table_of(PathMapRow)
