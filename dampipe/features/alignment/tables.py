"""The table of alignments."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import binary, owned, table_of


class AlignmentRow(SQLModel, table=True):
    """The common spans of two versions, computed once."""

    __tablename__ = "alignment"
    first_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    """The version with the smaller number."""
    second_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False, index=True))
    method: str
    """What the spans were found with; those of another method are computed again."""
    data: bytes = Field(sa_column=binary())
    """`Alignment.to_bytes`."""


ALIGNMENT = table_of(AlignmentRow)
