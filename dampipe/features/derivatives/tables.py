"""What there is: sources and their folders, locations of files, assets, what was made of them and their tags."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, long_text, owned, table_of


class DerivativeRow(SQLModel, table=True):
    """A file made from an asset."""

    __tablename__ = "derivative"
    __table_args__ = (UniqueConstraint("asset_id", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=owned("asset.id"))
    kind: str
    key: str = Field(sa_column=long_text())
    recipe: str
    media_type: str
    size: int = Field(sa_column=big())


DERIVATIVE = table_of(DerivativeRow)
