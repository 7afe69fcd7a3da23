"""The tables of undo: what was changed by whom, and the rows before and after it."""

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, table_of


class EditRow(SQLModel, table=True):
    """One thing that an actor did, in one transaction."""

    __tablename__ = "edit"
    __table_args__ = (Index("edit_of_actor", "actor", "id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    actor: str
    at: float
    """Seconds since 1970, by the database's clock."""
    summary: str = Field(sa_column=long_text())
    changes: int = 0
    """Rows of `edit_change`."""
    undone_at: float | None = None
    undoes_id: int | None = None
    """The edit that this one undid."""


class EditChangeRow(SQLModel, table=True):
    """What became of one row. Without references: it outlives what it is about."""

    __tablename__ = "edit_change"
    __table_args__ = (Index("edit_change_of_edit", "edit_id", "id"), {"sqlite_autoincrement": True})
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    edit_id: int
    of_table: str = Field(max_length=100)
    before: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """JSON, by column; None: there was no such row."""
    after: str | None = Field(default=None, sa_column=long_text(nullable=True))


EDIT = table_of(EditRow)
EDIT_CHANGE = table_of(EditChangeRow)
