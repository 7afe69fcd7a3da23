"""Locks of assets: the one function that takes them, in the order of their numbers, so that no two wait for each other.

In SQLite a writing transaction has the whole catalogue to itself, and only reads which assets exist.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import ASSET
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.ids import AssetId
from dampipe.kernel.visibility import EVERYTHING, View


class Hold(Enum):
    """What other transactions may not do to an asset until this one ends; each includes those before it."""

    EXISTENCE = "existence"
    """Merge or delete it."""
    ANNOTATIONS = "annotations"
    """Change what people wrote about it: values, workflow state. Rows that refer to it may be added."""
    VERSIONS = "versions"
    """Change which versions it has, or add rows that refer to it."""


_MODES: dict[Hold, dict[str, Any]] = {
    Hold.EXISTENCE: {"read": True, "key_share": True},
    Hold.ANNOTATIONS: {"key_share": True},
    Hold.VERSIONS: {},
}
"""Of PostgreSQL: FOR KEY SHARE, FOR NO KEY UPDATE and FOR UPDATE."""


def lock_assets(
    connection: Connection, assets: Iterable[int], hold: Hold, view: View = EVERYTHING
) -> list[AssetId]:
    """Lock assets until the transaction ends; returns, ascending, those that exist and are visible.

    Who locks assets in several steps does so in ascending order, and takes the strongest hold first.
    """
    found: list[AssetId] = []
    for some in chunked(sorted(set(assets))):
        query = (
            select(ASSET.c.id)
            .where(ASSET.c.id.in_(some), view.shows_some_asset(ASSET.c.id))
            .order_by(ASSET.c.id)
            .with_for_update(of=ASSET, **_MODES[hold])
        )
        found += connection.execute(query).scalars()
    return found
