"""The tables of search: vectors, the documents of the full-text index, and caches of queries."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, binary, long_text, owned, table_of


class VectorRow(SQLModel, table=True):
    """One moment as a vector. Ids ascend in the order of commits, on which the watermark of the vector index relies."""

    __tablename__ = "vector"
    __table_args__ = (
        Index("vector_of_model", "model", "id"),
        Index("vector_of_version", "version_id", "model", "id"),  # covers the mask of a filter
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(sa_column=owned("version.id"))
    model: str
    time: float
    shot: int
    data: bytes = Field(sa_column=binary())
    """Little-endian float16 values."""


class SearchDocumentRow(SQLModel, table=True):
    """The search document of an asset, as plain words; the full-text index of the database is over this table."""

    __tablename__ = "search_document"
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    names: str = Field(sa_column=long_text())
    """Of files, folders and sources."""
    facts: str = Field(sa_column=long_text())
    """Camera, and what features contribute (tags)."""


class QueryVectorRow(SQLModel, table=True):
    """The vector of a text query by a model: a cache."""

    __tablename__ = "query_vector"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    digest: str = Field(primary_key=True, max_length=40)
    """SHA-1 of the text."""
    data: bytes = Field(sa_column=binary())
    """Little-endian float32 values."""
    kept_at: float = Field(index=True)


class ScoreFloorRow(SQLModel, table=True):
    """The highest score that meaningless words reach among the vectors of a model: a cache."""

    __tablename__ = "score_floor"
    model: str = Field(sa_column=Column(Text, primary_key=True))
    newest: int = Field(sa_column=big())
    """The highest vector id when the floor was computed."""
    score: float


VECTOR = table_of(VectorRow)


SEARCH_DOCUMENT = table_of(SearchDocumentRow)


QUERY_VECTOR = table_of(QueryVectorRow)


SCORE_FLOOR = table_of(ScoreFloorRow)
