"""What people wrote about assets: registered by the features that keep it, obeyed by what deletes assets."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.feature import registered

Annotations: TypeAlias = Callable[[Connection, Sequence[int]], AssetSet]
"""Which of some assets have human input (a tag, a comment, a rating), read in the caller's transaction.

It is asked about a few hundred assets at a time. Input of a machine does not count.
"""


def annotated(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets about which people wrote something, by all features that are registered."""
    found = NONE
    if assets:
        for find in registered("annotations"):
            found = found | find(connection, assets)
    return found
