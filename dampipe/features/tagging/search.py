"""The words that tags add to the search documents of assets; `queries.py` marks these dirty."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from dampipe.features.tagging.tables import TAG


def tag_words(connection: Connection, assets: Collection[int]) -> Iterable[tuple[int, str]]:
    """The tags of assets, as pairs of asset and text."""
    rows = connection.execute(select(TAG.c.asset_id, TAG.c.name).where(TAG.c.asset_id.in_(assets)))
    return ((row.asset_id, row.name) for row in rows)
