"""The use cases of tags."""

from collections.abc import Sequence

from dampipe.features.assets.service import AssetService
from dampipe.features.tagging.model import TagReport, TagRequest
from dampipe.features.tagging.queries import TagRepository


class TagService:
    """Tags of assets. Any method may raise CatalogueDown."""

    def __init__(self, tags: TagRepository, assets: AssetService) -> None:
        self._tags = tags
        self._assets = assets

    def all(self) -> list[TagReport]:
        """All tags, with the number of assets that have each."""
        return self._tags.all()

    def of(self, asset: int) -> tuple[str, ...]:
        """The tags of one asset."""
        return self._tags.of(asset)

    def add(self, request: TagRequest) -> int:
        """Give a tag to assets; returns how many did not have it. Raises NotFound for an unknown asset."""
        return self._tags.add(request.tag, self._ids(request.assets or ()))

    def remove(self, request: TagRequest) -> int:
        """Take a tag from assets; returns how many had it. Raises NotFound for an unknown asset."""
        return self._tags.remove(request.tag, None if request.assets is None else self._ids(request.assets))

    def _ids(self, assets: Sequence[str]) -> list[int]:
        return [self._assets.asset_id(name) for name in assets]
