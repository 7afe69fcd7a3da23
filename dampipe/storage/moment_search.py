"""From nearest vectors to distinct moments: one per shot, a limited number per asset."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.asset_set import Selection
from dampipe.kernel.errors import InvalidInput
from dampipe.storage.errors import QUERY_INVALID
from dampipe.storage.limits import MomentLimits
from dampipe.storage.model_index import ModelIndex
from dampipe.storage.moments import Moment
from dampipe.storage.vectors.base import Neighbour, VectorRows

Owner: TypeAlias = tuple[str, int]
"""The SHA-1 of an asset and the number of a shot in it."""


class MomentSource(Protocol):
    """What the catalogue knows of vectors by their ids."""

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        """The asset and shot of each vector. Ids that no longer exist are left out."""

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """The moment of each vector, with score 0. Ids that no longer exist are left out."""


def unit_query(vector: NDArray[np.float32]) -> VectorRows:
    """The query vector with length 1. Raises `InvalidInput`."""
    query = np.asarray(vector, np.float32)
    length = float(np.linalg.norm(query))
    if query.ndim != 1 or not np.isfinite(length) or length == 0:
        raise InvalidInput(QUERY_INVALID)
    return query / np.float32(length)


def search_moments(
    index: ModelIndex,
    source: MomentSource,
    query: VectorRows,
    enough: Callable[[Sequence[Owner]], bool],
    *,
    per_asset: int,
    limits: MomentLimits,
    mask: Selection,
) -> list[Moment]:
    """The search of `AutoStorage.search_moments`, for a query of length 1.

    Asks the index for ever more neighbours until `enough` is satisfied, the limit is reached, or there are no more.
    """
    owners: dict[int, Owner] = {}
    examined: set[int] = set()
    count = limits.first
    while True:
        near = index.nearest(query, count, mask)
        new = [n.id for n in near if n.id not in examined]
        examined.update(new)
        new_owners = source.owners(new)
        index.forget(set(new) - set(new_owners))
        owners |= new_owners
        best = _distinct(near, owners, per_asset)
        if len(near) < count or count >= limits.most or enough([owners[n.id] for n in best]):
            break
        count *= 4
    moments = source.moments([n.id for n in best])
    # Float16 rows may be longer than 1 by a thousandth.
    return [
        moments[n.id].model_copy(update={"score": min(1.0, max(-1.0, n.score))})
        for n in best
        if n.id in moments
    ]


def _distinct(near: Sequence[Neighbour], owners: Mapping[int, Owner], per_asset: int) -> list[Neighbour]:
    """The best neighbour of each shot, at most `per_asset` per asset, best first. Those without owner are dropped."""
    seen: set[Owner] = set()
    of_asset: Counter[str] = Counter()
    best = []
    for neighbour in near:
        owner = owners.get(neighbour.id)
        if owner is None or owner in seen or of_asset[owner[0]] >= per_asset:
            continue
        seen.add(owner)
        of_asset[owner[0]] += 1
        best.append(neighbour)
    return best
