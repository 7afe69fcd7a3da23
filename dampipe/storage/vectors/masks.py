"""Masks of vector searches: sets of owners, tested against the owners of many vectors at once."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.asset_set import AssetSet
from dampipe.storage.vectors.base import OwnerNumbers

DENSE = 1 << 26
"""Owner numbers below this one are looked up in an array of a byte each, 64 MB at most; others by bisection."""


class Mask:
    """The owners whose vectors a search may find."""

    def __init__(self, owners: AssetSet) -> None:
        self.owners = owners

    def selects(self, owners: OwnerNumbers) -> NDArray[np.bool_]:
        """For each of these owners whether it is in the mask: a millisecond per million. 0, no owner, never is."""
        table = self._table
        if table is None:
            numbers = self._numbers
            at = np.minimum(np.searchsorted(numbers, owners), max(0, len(numbers) - 1))
            return numbers[at] == owners if len(numbers) else np.zeros(len(owners), bool)
        # Numbers beyond the table are clipped to its last entry, which is False.
        selected: NDArray[np.bool_] = np.take(table, owners, mode="clip")
        return selected

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        numbers = self.owners.to_numpy()
        return numbers[1:] if len(numbers) and numbers[0] == 0 else numbers

    @cached_property
    def _table(self) -> NDArray[np.bool_] | None:
        """For each number whether it is in the mask; None if that would be too long."""
        last = int(self._numbers[-1]) if len(self._numbers) else 0
        if last >= DENSE:
            return None
        table = np.zeros(last + 2, bool)
        table[self._numbers] = True
        return table


def ranges(owners: AssetSet) -> Iterator[tuple[int, int]]:
    """The runs of consecutive numbers of a set, ascending, as (first, last).

    >>> list(ranges(AssetSet([1, 2, 3, 7, 9, 10])))
    [(1, 3), (7, 7), (9, 10)]
    """
    numbers = owners.to_numpy()
    if not len(numbers):
        return
    ends = np.flatnonzero(np.diff(numbers) > 1)
    firsts = numbers[np.concatenate([[0], ends + 1])].tolist()
    lasts = numbers[np.concatenate([ends, [len(numbers) - 1]])].tolist()
    yield from zip(firsts, lasts, strict=True)
