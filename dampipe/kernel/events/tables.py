"""The table of events."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, owned, table_of


class EventRow(SQLModel, table=True):
    """What happened, in order; written in the transaction that made it true."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    at: float
    name: str
    asset_id: int | None = Field(default=None, sa_column=owned("asset.id", nullable=True, index=True))
    data: str = Field(default="{}", sa_column=long_text())


EVENT = table_of(EventRow)
