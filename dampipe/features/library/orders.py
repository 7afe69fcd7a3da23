"""Orders of versions: one array of numbers each, which a change is merged into. No I/O.

The library may have millions of assets, and a part of a list may begin anywhere. So a process keeps each order that was
asked for, 4 bytes a version. To sort a million takes a fifth of a second; to take some out and put them in at their new
places takes milliseconds.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

MOST_MERGED = 20_000
"""Versions that are merged into an order; for more it is sorted anew."""


class SortKey(NamedTuple):
    """What versions are compared by."""

    entries: "NDArray[Any]"
    """By the numbers of versions: numbers without NaN, or bytes."""
    is_descending: bool = False


class Ordered(NamedTuple):
    """Versions in an order: by the keys, the first one first, and then by number. Immutable."""

    versions: "NDArray[np.uint32]"
    keys: tuple[SortKey, ...]
    is_present: "NDArray[np.bool_]"
    """By the numbers of versions."""
    is_descending: bool
    """Whether, of versions with equal keys, the newest comes first."""


def sorted_anew(is_present: "NDArray[np.bool_]", keys: Sequence[SortKey], *, is_descending: bool) -> Ordered:
    """The versions that are there in an order. All arrays are of one length."""
    import numpy as np

    versions = np.flatnonzero(is_present)
    if is_descending:
        versions = versions[::-1]
    for entries, is_reversed in reversed(
        keys
    ):  # each sort keeps the order of the one before where keys are equal
        values = entries[versions]
        if is_reversed:
            # Reversed, sorted and reversed again: equal ones stay in their order.
            versions = versions[::-1][np.argsort(values[::-1], kind="stable")][::-1]
        else:
            versions = versions[np.argsort(values, kind="stable")]
    return Ordered(versions.astype(np.uint32), tuple(keys), is_present, is_descending)


def merged(known: Ordered, is_present: "NDArray[np.bool_]", keys: Sequence[SortKey]) -> Ordered:
    """The order as it is now: what has changed is taken out and put in at its place.

    is_present, keys: as they are now.
    """
    import numpy as np

    same = is_present is known.is_present and all(
        new.entries is old.entries for new, old in zip(keys, known.keys, strict=True)
    )
    if same:
        return known
    size = len(is_present)
    if size < len(known.is_present):  # the index was built again
        return sorted_anew(is_present, keys, is_descending=known.is_descending)
    is_changed = padded(known.is_present, size) != is_present
    for new, old in zip(keys, known.keys, strict=True):
        if new.entries is not old.entries:
            is_changed |= (padded(old.entries, size) != new.entries) & is_present
    changed = np.flatnonzero(is_changed)
    if not len(changed):
        return Ordered(known.versions, tuple(keys), is_present, known.is_descending)
    if len(changed) > MOST_MERGED:
        return sorted_anew(is_present, keys, is_descending=known.is_descending)
    kept = known.versions[~is_changed[known.versions]]
    new_ones = np.zeros(size, bool)
    new_ones[changed[is_present[changed]]] = True
    added = sorted_anew(new_ones, keys, is_descending=known.is_descending).versions
    places = _places(kept, added, keys, is_descending=known.is_descending)
    return Ordered(np.insert(kept, places, added), tuple(keys), is_present, known.is_descending)


def padded(entries: "NDArray[Any]", size: int) -> "NDArray[Any]":
    """The entries of the first `size` versions; zeros for those that are not there."""
    import numpy as np

    if len(entries) >= size:
        return entries[:size]
    return np.concatenate([entries, np.zeros(size - len(entries), entries.dtype)])


def _places(
    among: "NDArray[np.uint32]",
    versions: "NDArray[np.uint32]",
    keys: Sequence[SortKey],
    *,
    is_descending: bool,
) -> "NDArray[np.intp]":
    """How many of an order come before each of some versions: a binary search for all of them at a time."""
    import numpy as np

    low = np.zeros(len(versions), np.intp)
    high = np.full(len(versions), len(among), np.intp)
    most = max(among.max(initial=0), versions.max(initial=0))
    compared = [*keys, SortKey(np.arange(int(most) + 1), is_descending)]
    while (searching := low < high).any():
        middle = np.minimum((low + high) // 2, len(among) - 1)
        is_before = np.zeros(len(versions), bool)
        is_equal = np.ones(len(versions), bool)
        for entries, is_reversed in compared:
            there, here = entries[among[middle]], entries[versions]
            is_less = there > here if is_reversed else there < here
            is_before |= is_equal & is_less
            is_equal &= there == here
        low = np.where(searching & is_before, middle + 1, low)
        high = np.where(searching & ~is_before, middle, high)
    return low
