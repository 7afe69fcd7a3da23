"""The table of tags."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import long_text, owned, table_of


class TagRow(SQLModel, table=True):
    """One tag of one asset."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("asset_id", "name"), Index("tag_name", "name", "asset_id"))
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=owned("asset.id"))
    name: str = Field(sa_column=long_text())


TAG = table_of(TagRow)
