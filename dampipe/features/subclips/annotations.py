"""Which assets have subclips: these outlive their files."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.asset_set import AssetSet


def with_subclips(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that have subclips; see `dampipe.kernel.annotations`."""
    query = select(SUBCLIP.c.asset_id).where(SUBCLIP.c.asset_id.in_(assets)).distinct()
    return AssetSet(connection.execute(query).scalars())
