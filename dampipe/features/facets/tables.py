"""The tables of the facet index: everything in them can be built again from values and versions."""

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, binary, long_text, table_of


class FacetKeyRow(SQLModel, table=True):
    """One thing that versions may have in a field: a term, a text, a number, or a span of numbers. Keys stay when no
    version has them any more, so that processes may remember their numbers."""

    __tablename__ = "facet_key"
    __table_args__ = (UniqueConstraint("field", "name"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    field: str = Field(max_length=64)
    name: str = Field(max_length=300)
    """See `features/facets/keys.py`."""


class FacetPostingRow(SQLModel, table=True):
    """The versions that have a key, among 65,536 consecutive numbers: one write rewrites 8 kB at most."""

    __tablename__ = "facet_posting"
    __table_args__ = (Index("facet_posting_revision", "revision"),)
    key_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    chunk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The numbers of the versions divided by 65,536."""
    revision: int = Field(sa_column=big())
    """Of the index, when it was written."""
    numbers: bytes = Field(sa_column=binary())
    """A serialised `AssetSet`."""


class FacetVersionRow(SQLModel, table=True):
    """Which keys a version has, so that what changed is a difference."""

    __tablename__ = "facet_version"
    version_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    key_ids: bytes = Field(sa_column=binary())
    """Their ids, ascending, 32 bits each, little-endian."""


class FacetTextRow(SQLModel, table=True):
    """The texts of one field that is not a facet, of 1,024 versions with consecutive numbers: parts of texts are found
    by a search through these rows, which are a few hundred bytes a version."""

    __tablename__ = "facet_text"
    field: str = Field(sa_column=Column(String(64), primary_key=True))
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The numbers of the versions divided by 1,024."""
    revision: int = Field(sa_column=big())
    """Of the index, when it was written."""
    texts: bytes = Field(sa_column=binary())
    """See `features/facets/texts.py`."""


class FacetStateRow(SQLModel, table=True):
    """The state of the index, one row. Who refreshes the index locks it."""

    __tablename__ = "facet_state"
    id: int | None = Field(default=None, primary_key=True)
    revision: int = Field(sa_column=big())
    """Rises with every refresh that changes something."""
    epoch: int
    """Rises when the index is emptied."""
    plan: str = Field(sa_column=long_text())
    """JSON: how each field is indexed; "": nothing is."""


FACET_KEY = table_of(FacetKeyRow)
FACET_POSTING = table_of(FacetPostingRow)
FACET_VERSION = table_of(FacetVersionRow)
FACET_TEXT = table_of(FacetTextRow)
FACET_STATE = table_of(FacetStateRow)
