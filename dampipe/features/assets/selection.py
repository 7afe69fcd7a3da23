"""Resolves which assets a request for many of them means: all bulk use cases ask here."""

from dampipe.features.assets.errors import NONE_SELECTED, SELECTED_TWICE, TOO_MANY_SELECTED
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.selection import AssetSelector

MOST_SELECTED = 1_000_000
"""Assets that one request may select, unless the use case states another number."""


class AssetSelection:
    """Resolves what requests select, as far as the actor sees it.

    Any method may raise CatalogueDown; InvalidInput for no selection, for more than one, for too many assets, and for a
    filter that is not valid; NotFound for an asset that does not exist.
    """

    def __init__(self, assets: AssetService, selector: AssetSelector) -> None:
        self._assets = assets
        self._selector = selector

    def count(self, actor: Actor, selected: Selected) -> int:
        """How many assets are meant; none is an answer, too."""
        require(actor, READ)
        return len(self.of(actor, selected))

    def of(self, actor: Actor, selected: Selected, most: int = MOST_SELECTED) -> AssetSet:
        """The numbers of the assets."""
        return AssetSet(self.in_order(actor, selected, most))

    def in_order(self, actor: Actor, selected: Selected, most: int = MOST_SELECTED) -> list[int]:
        """The same in the order in which they are named; those that pass filters ascending. Each once."""
        if not selected.is_given:
            raise InvalidInput(NONE_SELECTED)
        if sum((bool(selected.assets), any(selected.filters.values()), selected.all)) > 1:
            raise InvalidInput(SELECTED_TWICE)
        if selected.assets:
            found = self._assets.asset_ids_in_order(actor, selected.assets)
        else:
            found = list(self._selector.assets(actor, {} if selected.all else selected.filters))
        left_out = self._assets.asset_ids(actor, selected.without) if selected.without else set()
        found = [asset for asset in found if asset not in left_out] if left_out else found
        if len(found) > most:
            raise InvalidInput(TOO_MANY_SELECTED, count=len(found), most=most)
        return found
