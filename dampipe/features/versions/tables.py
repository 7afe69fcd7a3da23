"""The table of operations on versions."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, table_of


class VersionOperationRow(SQLModel, table=True):
    """A change of which versions belong to which asset, with what is needed to undo it."""

    __tablename__ = "version_operation"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    at: float
    actor: str
    asset_id: int = Field(index=True)
    """The asset that existed before and after. No reference: the record outlives the assets."""
    other_id: int = Field(index=True)
    """The asset that was merged into it, or split from it."""
    state: str = Field(sa_column=long_text())
    """JSON: `OperationState`."""
    undone_at: float | None = None


VERSION_OPERATION = table_of(VersionOperationRow)
