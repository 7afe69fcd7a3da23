"""The tables of metadata: the schema, the values, and what was changed by whom."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


def _many() -> Column[int]:
    """The id of a row of which there may be more than 2**31."""
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


class SchemaRow(SQLModel, table=True):
    """One version of the schema: the fields that people declared, as a whole. The newest one is valid."""

    __tablename__ = "metadata_schema"
    version: int | None = Field(default=None, primary_key=True)
    fields: str = Field(sa_column=long_text())
    """JSON: the declarations, in the order in which they are shown (`features/metadata/schema.py`)."""
    at: float
    actor: str
    summary: str = Field(sa_column=long_text())
    operation_id: int | None = None
    """What was changed in values with it; None: nothing."""
    state: str = Field(sa_column=long_text())
    """JSON: `SchemaState`, what is needed to undo it."""
    undone_at: float | None = None


class ValueOperationRow(SQLModel, table=True):
    """One change of values by one actor: of one asset or of many."""

    __tablename__ = "value_operation"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """See `OperationKind`."""
    source: str
    actor: str
    at: float
    summary: str = Field(sa_column=long_text())
    changes: int = 0
    """Rows of `value_change`; 0 while it is being written."""
    undone_at: float | None = None
    undoes_id: int | None = None
    """The operation that this one undid."""


class ValueRow(SQLModel, table=True):
    """One value that one source gives to one field of one asset."""

    __tablename__ = "value"
    __table_args__ = (
        UniqueConstraint("asset_id", "field", "source", "position"),
        index_where("value_number", "is_effective AND number IS NOT NULL", "field", "number", "asset_id"),
        # PostgreSQL has no entries of more than 2,700 bytes in an index.
        index_where("value_folded", "is_effective AND length(folded) <= 200", "field", "folded", "asset_id"),
        index_where("value_term", "term_id IS NOT NULL", "term_id", "field", "asset_id"),
        index_where("value_linked", "linked_id IS NOT NULL", "linked_id", "field", "asset_id"),
    )
    id: int | None = Field(default=None, sa_column=_many())
    asset_id: int = Field(sa_column=owned("asset.id"))
    field: str
    source: str
    position: int
    """From 0, the order of several values."""
    state: str
    """See `ValueState`; a row that is `cleared` has no value and is the only one of its source."""
    is_effective: bool
    """Whether it counts: kept by the writer in the transaction that changes values of the field."""
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """Of texts: as written, in NFC. Of a date: ISO 8601, as precise as it was given, with its zone if it has one."""
    folded: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """Of texts: what comparisons use (`fold`)."""
    number: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    """Of numbers and ratings; of a boolean 0 or 1; of a date its first second by its own clock, since 1970."""
    term_id: int | None = Field(default=None, sa_column=Column(ForeignKey("term.id"), nullable=True))
    linked_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True))
    """Of a reference: the other asset."""
    zone: int | None = None
    """Of a date with a time zone: minutes by which its clock was ahead of UTC."""
    confidence: float | None = None
    """Of a machine's value: 0 to 1."""
    actor: str
    at: float
    """Seconds since 1970."""


class ValueChangeRow(SQLModel, table=True):
    """What an operation changed in what one source says of one field of one asset: the history of values.

    Without references: it outlives the asset.
    """

    __tablename__ = "value_change"
    __table_args__ = (
        Index("value_change_of_asset", "asset_id", "field", "id"),
        Index("value_change_of_operation", "operation_id", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, sa_column=_many())
    operation_id: int
    asset_id: int
    field: str
    source: str
    before: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """JSON: the rows (`features/metadata/entries.py`); None: there were none."""
    after: str | None = Field(default=None, sa_column=long_text(nullable=True))


SCHEMA = table_of(SchemaRow)
OPERATION = table_of(ValueOperationRow)
VALUE = table_of(ValueRow)
CHANGE = table_of(ValueChangeRow)
