"""The table of dirty search documents."""

from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import table_of


class DirtyDocumentRow(SQLModel, table=True):
    """A search document that has to be rebuilt: that of an asset, or that of the asset which a version has by then.

    No references: what is marked may be deleted before its document is rebuilt.
    """

    __tablename__ = "search_document_dirty"
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int | None = None
    version_id: int | None = None


DIRTY_DOCUMENT = table_of(DirtyDocumentRow)
