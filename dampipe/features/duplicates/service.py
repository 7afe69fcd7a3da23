"""The use cases of duplicates: list them, dismiss a pair of near duplicates, offer it again."""

import json
from typing import Any

from dampipe.features.assets.service import AssetService
from dampipe.features.duplicates.errors import NOT_A_PAIR
from dampipe.features.duplicates.fingerprints import FingerprintRepository
from dampipe.features.duplicates.model import (
    Copy,
    Duplicates,
    DuplicatesRequest,
    NearDuplicate,
    NearKind,
    PairRequest,
    PairState,
)
from dampipe.features.duplicates.pairs import PairRepository
from dampipe.features.duplicates.search import NearDuplicateSearch
from dampipe.kernel.access import EDIT, READ, Actor, require
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.errors import NotFound
from dampipe.kernel.visibility import Visibility

SECONDS = 1.0
"""For which a listing searches the assets that the sweep has not come to: one sees what was added just now."""


class DuplicateService:
    """Duplicates in one library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        fingerprints: FingerprintRepository,
        pairs: PairRepository,
        search: NearDuplicateSearch,
        assets: AssetService,
        visibility: Visibility,
    ) -> None:
        self._fingerprints = fingerprints
        self._pairs = pairs
        self._search = search
        self._assets = assets
        self._visibility = visibility
        self._unknown: AdaptiveCache[int] = AdaptiveCache()

    def find(self, actor: Actor, request: DuplicatesRequest) -> Duplicates:
        """Contents that several files have; with `near` also pairs of contents that show the same.

        Raises NotFound for an unknown asset.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        asset = None if request.asset is None else self._assets.asset_id(actor, request.asset)
        exact = tuple(self._fingerprints.exact(view, asset))
        if not request.near:
            return Duplicates(exact=exact)
        self._search.catch_up(SECONDS)
        rows = self._pairs.listed(request.state, request.similarity, view, asset)
        copies = self._fingerprints.copies(
            sorted({asset for row in rows for asset in (row.first_id, row.second_id)}), view
        )
        near = (
            _pair(copies, row, request.state)
            for row in rows
            if row.first_id in copies and row.second_id in copies
        )
        return Duplicates(
            exact=exact,
            near=tuple(near),
            unknown=self._unknown.get("", self._fingerprints.missing)
            if view.is_all
            else self._fingerprints.missing(view),
            unsearched=self._pairs.unsearched(view),
        )

    def dismiss(self, actor: Actor, request: PairRequest) -> None:
        """Do not offer a pair of near duplicates any more; one that is dismissed already is not an error.

        Raises NotFound for an unknown asset, for two assets that are not such a pair, and for versions of one asset.
        """
        require(actor, EDIT)
        self._decide(actor, request, PairState.DISMISSED)

    def reopen(self, actor: Actor, request: PairRequest) -> None:
        """Offer a pair again that was dismissed. Raises NotFound as `dismiss` does."""
        require(actor, EDIT)
        self._decide(actor, request, PairState.OPEN)

    def _decide(self, actor: Actor, request: PairRequest, state: PairState) -> None:
        first, second = (self._assets.version_id(actor, name) for name in (request.first, request.second))
        if not self._pairs.decide(first, second, state):
            raise NotFound(NOT_A_PAIR, first=request.first, second=request.second)


def _pair(copies: dict[int, Copy], row: Any, state: PairState) -> NearDuplicate:
    # Adding 0.0 turns -0.0 into 0.0.
    spans = {"start": round(row.common_start, 3), "end": round(row.common_end, 3)}
    shifted = {name: round(time - row.time_offset, 3) + 0.0 for name, time in spans.items()}
    return NearDuplicate(
        first=copies[row.first_id].model_copy(update=spans),
        second=copies[row.second_id].model_copy(update=shifted),
        offset=round(row.time_offset, 3) + 0.0,
        other_offsets=tuple(
            (round(begin, 3) + 0.0, round(end, 3) + 0.0) for begin, end in json.loads(row.other_offsets)
        ),
        mirrored=row.mirrored,
        similarity=round(row.similarity, 4),
        coverage=round(row.coverage, 4),
        frames=row.frames,
        kind=NearKind(row.kind),
        state=state,
    )
