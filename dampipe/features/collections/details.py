"""The collections in the details of an asset."""

from collections.abc import Sequence

from dampipe.features.collections.model import AssetCollection
from dampipe.features.collections.service import CollectionService
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.detail import DetailField


def _read(services: Services, actor: Actor, asset: int) -> tuple[AssetCollection, ...]:
    return services.get(CollectionService).holding(actor, asset)


def _text(found: Sequence[AssetCollection]) -> str:
    return ", ".join("/".join(one.path) for one in found)


COLLECTIONS = DetailField("collections", tuple[AssetCollection, ...], (), "collections", _read, _text)
