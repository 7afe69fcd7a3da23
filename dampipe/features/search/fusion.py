"""Fuses several rankings into one."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

K = 60
"""The constant of the paper; it keeps the first rank of one list from deciding alone."""

T = TypeVar("T", bound=Hashable)


def reciprocal_rank_fusion(rankings: Sequence[Sequence[T]]) -> list[T]:
    """All items, best first, by the sum of 1 / (60 + rank) over the rankings (the first rank is 1).

    Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods, SIGIR 2009. The scores of the rankings need not be comparable. Equal sums keep the order of the first
    ranking that has the item.

    >>> reciprocal_rank_fusion([["a", "b", "c"], ["c", "d"]])
    ['c', 'a', 'b', 'd']
    """
    sums: dict[T, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            sums[item] = sums.get(item, 0.0) + 1 / (K + rank)
    return sorted(sums, key=lambda item: -sums[item])
