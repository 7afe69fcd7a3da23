"""The tables of collections: the tree, its rights, and the items."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, index_where, long_text, owned, pointing, table_of


class CollectionRow(SQLModel, table=True):
    """A collection: of items that people choose, or a saved search."""

    __tablename__ = "collection"
    __table_args__ = (
        Index("collection_of_parent", "parent_id", "position", "id"),
        {"sqlite_autoincrement": True},  # events and edits keep the numbers of those that are gone
    )
    id: int | None = Field(default=None, primary_key=True)
    parent_id: int | None = Field(default=None, sa_column=owned("collection.id", nullable=True))
    """None: it is at the top. The parents of a collection never form a cycle."""
    position: int = Field(sa_column=big())
    """The order among siblings, by (position, id)."""
    name: str = Field(max_length=200)
    description: str = Field(default="", sa_column=long_text())
    filters: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """Of a saved search: JSON, texts by the name of the filter field; None: items are chosen by hand."""
    sort: str = Field(default="", max_length=65)
    """Of a saved search: see `dampipe/kernel/sorting.py`; empty: the newest first."""
    cover_id: int | None = None
    """The number of an asset, which may be gone; None: the first item."""
    is_private: bool = False
    """Of one at the top: only its owner, managers and who was granted a right see it."""
    owner_id: int | None = Field(default=None, sa_column=pointing("account.id"))
    """Who made it, and has all rights on it; None: made at the command line, or that user is gone."""
    created_at: float
    created_by: str
    changed_at: float
    changed_by: str
    version: int = 1
    """Counts the edits of the row: who edits an older state is refused."""


class CollectionGrantRow(SQLModel, table=True):
    """A right on a collection, and on all below it, of a user or of everybody with a role or a higher one."""

    __tablename__ = "collection_grant"
    __table_args__ = (
        index_where(
            "collection_grant_to_user", "user_id IS NOT NULL", "collection_id", "user_id", unique=True
        ),
        index_where("collection_grant_to_role", "role IS NOT NULL", "collection_id", "role", unique=True),
        Index("collection_grant_of_user", "user_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(sa_column=owned("collection.id"))
    user_id: int | None = Field(default=None, sa_column=owned("account.id", nullable=True))
    role: int | None = None
    level: int
    """A `Right`."""
    grantor_id: int | None = Field(default=None, sa_column=pointing("account.id"))
    """Whose view of the folders limits which assets the grant opens; None, unless `opens_all`: it opens none."""
    opens_all: bool = False
    """Whether it was given at the command line, where every asset is visible."""
    granted_at: float
    granted_by: str
    version: int = 1


class CollectionItemRow(SQLModel, table=True):
    """An asset or a subclip in a collection; in a saved search one that is always in it, or never."""

    __tablename__ = "collection_item"
    __table_args__ = (
        Index("collection_item_order", "collection_id", "position", "id"),
        index_where("collection_item_asset", "subclip_id IS NULL", "collection_id", "asset_id", unique=True),
        index_where(
            "collection_item_subclip", "subclip_id IS NOT NULL", "collection_id", "subclip_id", unique=True
        ),
        Index("collection_item_of_asset", "asset_id", "collection_id"),
        Index("collection_item_of_subclip", "subclip_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    collection_id: int = Field(sa_column=owned("collection.id"))
    asset_id: int = Field(sa_column=owned("asset.id"))
    """The asset; of a subclip that which it is of."""
    subclip_id: int | None = Field(default=None, sa_column=owned("subclip.id", nullable=True))
    position: int = Field(sa_column=big())
    """The order in the collection, by (position, id). Without a meaning for what is excluded."""
    is_excluded: bool = False
    """In a saved search: never in it."""
    added_at: float
    added_by: str
    version: int = 1


COLLECTION = table_of(CollectionRow)
COLLECTION_GRANT = table_of(CollectionGrantRow)
COLLECTION_ITEM = table_of(CollectionItemRow)
