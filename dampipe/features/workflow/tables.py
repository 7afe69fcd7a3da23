"""The tables of workflows: the definitions that were applied, and where assets are."""

from sqlalchemy import Column, Index, String
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


class DefinitionRow(SQLModel, table=True):
    """A definition that was applied. Its number is the version of the library's workflow."""

    __tablename__ = "workflow_definition"
    __table_args__ = (
        index_where("workflow_definition_active", "is_active", "is_active", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=50)
    initial: str | None = Field(default=None, max_length=50)
    """Key of the state in which assets begin; None: the definition has no states."""
    toml: str = Field(sa_column=long_text())
    applied_at: float
    """Seconds since 1970, by the database's clock."""
    applied_by: str = Field(sa_column=Column(String(200), nullable=False))
    is_active: bool
    """One row at most: the workflow of the library. Transactions that move assets lock it against another definition."""


class ItemRow(SQLModel, table=True):
    """Where an asset is in the workflow. An asset without a row is in the first state, and never moved or assigned: so
    a workflow begins without a write for each asset."""

    __tablename__ = "workflow_item"
    __table_args__ = (
        Index("workflow_item_state", "state", "asset_id"),
        index_where("workflow_item_assignee", "assignee IS NOT NULL", "assignee", "due_at"),
    )
    asset_id: int = Field(sa_column=owned("asset.id", primary_key=True, autoincrement=False))
    state: str = Field(max_length=50)
    since: float
    """When it came into the state; seconds since 1970."""
    moved_by: str | None = Field(default=None, max_length=200)
    """The actor who moved it there; None: a definition or a merge did, or it has never moved."""
    assignee: str | None = Field(default=None, max_length=100)
    """Name of a user."""
    due_at: float | None = None
    """Seconds since 1970."""
    due_zone: str | None = Field(default=None, max_length=64)
    """The time zone in which the due date was given: a name of the IANA database, or an offset such as `+02:00`."""


DEFINITION = table_of(DefinitionRow)
ITEM = table_of(ItemRow)
