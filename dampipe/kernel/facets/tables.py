"""The table of what is dirty in the facet index."""

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import table_of


class DirtyFacetsRow(SQLModel, table=True):
    """An asset, with all its versions, or one version that the facet index has to read again.

    No references: what is marked may be deleted before the index is refreshed.
    """

    __tablename__ = "facet_dirty"
    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    asset_id: int | None = None
    version_id: int | None = None


DIRTY_FACETS = table_of(DirtyFacetsRow)
