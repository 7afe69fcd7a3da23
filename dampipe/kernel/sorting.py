"""Sorting of assets by any field: `rating`, or `-rating` for the greatest first. The feature `facets` answers."""

from collections.abc import Callable
from typing import Protocol

from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.field import MetadataField

SORT = "^(-?[a-z][a-z0-9_]{0,63})?$"
"""Of a sort order: a regular expression, for OpenAPI too. Without one: the newest first."""


class AssetOrder(Protocol):
    """Sorts versions by a field. Those without a value come last, the newest first, whatever the direction."""

    def fields(self, actor: Actor) -> list[MetadataField]:
        """The fields by which assets are sorted."""
        ...

    def page(
        self,
        actor: Actor,
        sort: str,
        limit: int,
        *,
        after: int | None = None,
        offset: int = 0,
        among: Callable[[], Selection] = lambda: ALL,
    ) -> list[int]:
        """The numbers of some of the current versions that the actor sees, in their order.

        after: only those that follow this version, present or not in `among`. offset: how many of them are skipped.
        among: the numbers of the only versions that count. Raises NotFound for an unknown field, InvalidInput for one
        that is not sortable.
        """
        ...
