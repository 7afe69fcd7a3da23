"""Which assets people have described: these outlive their files."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.metadata.tables import VALUE
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.field import ValueSource


def described_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets about which a person has said something; see `dampipe.kernel.annotations`."""
    mine = (VALUE.c.asset_id.in_(assets), VALUE.c.source == ValueSource.PERSON)
    return AssetSet(connection.execute(select(VALUE.c.asset_id).where(*mine).distinct()).scalars())
