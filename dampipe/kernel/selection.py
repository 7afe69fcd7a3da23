"""Which assets a query means: for features that change many assets at once. The feature `search` answers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import AssetSet


class AssetSelector(Protocol):
    """Resolves filters to assets."""

    def assets(self, actor: Actor, filters: Mapping[str, Sequence[str]]) -> AssetSet:
        """The numbers of the assets that pass all filters, as far as the actor sees them; without filters: all.

        Raises InvalidInput for an unknown filter or an invalid value, NotFound for what a filter names and does not
        exist.
        """
        ...

    def passing(self, actor: Actor, filters: Mapping[str, Sequence[str]], among: Collection[int]) -> AssetSet:
        """Those of some assets that pass all filters, as far as the actor sees them. Raises as `assets`."""
        ...
