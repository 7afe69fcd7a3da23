"""Which assets a request means: those that it names, those that pass its filters, or all."""

from collections.abc import Sequence

from dampipe.features.assets.service import AssetService
from dampipe.features.metadata.errors import NOTHING_SELECTED, SELECTION_AMBIGUOUS
from dampipe.features.metadata.model import AssetChoice
from dampipe.kernel.access import Actor
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.selection import AssetSelector


def chosen(actor: Actor, choice: AssetChoice, assets: AssetService, selector: AssetSelector) -> Sequence[int]:
    """The numbers of the assets, ascending. Raises InvalidInput for no choice and for more than one, NotFound."""
    ways = [choice.assets is not None, choice.filters is not None, choice.all]
    if sum(ways) > 1:
        raise InvalidInput(SELECTION_AMBIGUOUS)
    if not any(ways) or (choice.assets is not None and not choice.assets) or choice.filters == {}:
        raise InvalidInput(NOTHING_SELECTED)
    if choice.assets is not None:
        return sorted(assets.asset_ids(actor, choice.assets))
    return list(selector.assets(actor, choice.filters or {}))
