"""What assets are found by: vectors, prints and words; and what was asked before."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, binary, long_text, owned, table_of


class VectorRow(SQLModel, table=True):
    """One moment as a vector; ids rise in the order of commits, which the index's watermark relies on."""

    __tablename__ = "vector"
    __table_args__ = (
        Index("vector_of_model", "model", "id"),
        Index("vector_of_asset", "asset_id", "model", "id"),  # a filter reads this alone
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=owned("asset.id"))
    model: str
    time: float
    shot: int
    data: bytes = Field(sa_column=binary())
    """Little-endian float16 values."""


class SearchDocumentRow(SQLModel, table=True):
    """All that is written about an asset, as plain words; the database's text index is over this."""

    __tablename__ = "written"
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    names: str = Field(sa_column=long_text())
    """Of files, folders and sources."""
    facts: str = Field(sa_column=long_text())
    """Camera and tags."""


class DirtyDocumentRow(SQLModel, table=True):
    """Assets whose `written` row is to be made anew. Triggers append here, whoever writes what it is made of."""

    __tablename__ = "written_stale"
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int


class QueryVectorRow(SQLModel, table=True):
    """The vector of a text that was searched for: a cache, by model."""

    __tablename__ = "asked"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    digest: str = Field(primary_key=True, max_length=40)
    """SHA-1 of the text."""
    data: bytes = Field(sa_column=binary())
    """Little-endian float32 values."""
    kept_at: float = Field(index=True)


class ScoreFloorRow(SQLModel, table=True):
    """What meaningless words reach in a model's vectors, and how many there were then."""

    __tablename__ = "search_floor"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    newest: int = Field(sa_column=big())
    """The highest vector id at that time."""
    score: float


VECTOR = table_of(VectorRow)


SEARCH_DOCUMENT = table_of(SearchDocumentRow)


DIRTY_DOCUMENT = table_of(DirtyDocumentRow)


QUERY_VECTOR = table_of(QueryVectorRow)


SCORE_FLOOR = table_of(ScoreFloorRow)
