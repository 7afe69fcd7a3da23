"""What there is: sources and their folders, locations of files, assets, what was made of them and their tags."""

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import FsPath, fs_path, long_text, owned, table_of


class SourceRow(SQLModel, table=True):
    """A footage root."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    root: str = Field(sa_column=Column(FsPath, nullable=False, unique=True))
    include: str = Field(default="[]", sa_column=long_text())
    """JSON list of patterns; so is `exclude`."""
    exclude: str = Field(default="[]", sa_column=long_text())
    added_at: float


class PathMapRow(SQLModel, table=True):
    """Where a machine sees a source whose root is elsewhere on it."""

    __tablename__ = "path_map"
    source_id: int = Field(sa_column=owned("source.id", primary_key=True))
    machine: str = Field(primary_key=True)
    root: str = Field(sa_column=fs_path())


SOURCE = table_of(SourceRow)


PATH_MAP = table_of(PathMapRow)
