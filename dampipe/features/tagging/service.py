"""The use cases of tags."""

from collections.abc import Sequence

from dampipe.features.assets.service import AssetService
from dampipe.features.tagging.model import TagReport, TagRequest
from dampipe.features.tagging.queries import TagRepository
from dampipe.features.vocabularies.model import TermState
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor, require
from dampipe.kernel.visibility import Visibility


class TagService:
    """Tags of assets. Any method may raise CatalogueDown."""

    def __init__(self, tags: TagRepository, assets: AssetService, visibility: Visibility) -> None:
        self._visibility = visibility
        self._tags = tags
        self._assets = assets

    def all(self, actor: Actor) -> list[TagReport]:
        """All tags, with the number of assets that have each."""
        require(actor, READ)
        return self._tags.all(self._visibility.of(actor))

    def of(self, actor: Actor, asset: int) -> tuple[str, ...]:
        """The tags of one asset."""
        require(actor, READ)
        return self._tags.of(asset)

    def add(self, actor: Actor, request: TagRequest) -> int:
        """Give a tag to assets; returns how many did not have it. Raises NotFound for an unknown asset, and
        for a tag that is new where the vocabulary is strict."""
        require(actor, EDIT)
        state = TermState.ACTIVE if actor.may(MANAGE) else TermState.PROPOSED
        return self._tags.add(request.tag, self._ids(actor, request.assets or ()), str(actor), state)

    def remove(self, actor: Actor, request: TagRequest) -> int:
        """Take a tag from assets; returns how many had it. Raises NotFound for an unknown asset."""
        require(actor, EDIT)
        if request.assets is None:
            self._visibility.of(actor).require_all(actor)
        assets = None if request.assets is None else self._ids(actor, request.assets)
        return self._tags.remove(request.tag, assets, str(actor))

    def _ids(self, actor: Actor, assets: Sequence[str]) -> list[int]:
        return [self._assets.asset_id(actor, name) for name in assets]
