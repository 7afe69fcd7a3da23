"""Assets that people chose for a collection outlive their files."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.collections.tables import COLLECTION_ITEM
from dampipe.kernel.asset_set import AssetSet


def chosen_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that people put into a collection, or pinned; see `dampipe.kernel.annotations`."""
    query = select(COLLECTION_ITEM.c.asset_id).where(
        COLLECTION_ITEM.c.asset_id.in_(assets), ~COLLECTION_ITEM.c.is_excluded
    )
    return AssetSet(connection.execute(query).scalars())
