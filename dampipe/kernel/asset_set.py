"""A compressed, immutable set of asset numbers: what filters, counts, selections and rights resolve to.

The sets are roaring bitmaps (Chambi, Lemire, Kaser, Godin: Better bitmap performance with Roaring bitmaps, 2016) by the
library pyroaring: a million random numbers of two million take 250 kB, and unions and intersections take microseconds.

Numbers are 32 bits wide: `asset.id` is an INTEGER, which PostgreSQL ends at 2,147,483,647. The 64-bit variant would
keep a tree of bitmaps for numbers that cannot occur.
"""

from array import array
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pyroaring import FrozenBitMap

if TYPE_CHECKING:  # numpy is loaded by what uses it: it is a tenth of the time in which a command starts
    import numpy as np
    from numpy.typing import NDArray

HIGHEST: Final = 2**32 - 1
"""The highest number that a set can hold; the lowest is 0."""


class AssetSet:
    """An immutable set of asset numbers, iterated in ascending order.

    Hashable; equal to another AssetSet with the same numbers. Numbers outside 0 to HIGHEST raise OverflowError when a
    set is made, and are in no set.
    """

    __slots__ = ("_bits",)

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        """From numbers in any order, with repetitions."""
        self._bits: FrozenBitMap = numbers._bits if isinstance(numbers, AssetSet) else FrozenBitMap(numbers)

    @classmethod
    def from_numpy(cls, numbers: "NDArray[np.integer]") -> "AssetSet":
        """From an array of integers of any width, in any order, with repetitions."""
        if numbers.size and not 0 <= int(numbers.min()) <= int(numbers.max()) <= HIGHEST:
            raise OverflowError(f"asset numbers lie between 0 and {HIGHEST}")
        return cls._of(FrozenBitMap(array("I", numbers.astype("uint32").tobytes())))

    @classmethod
    def deserialize(cls, data: bytes) -> "AssetSet":
        """The set that `serialize` wrote. Raises ValueError for anything else."""
        return cls._of(FrozenBitMap.deserialize(data))

    @classmethod
    def union(cls, sets: "Iterable[AssetSet]") -> "AssetSet":
        """The numbers that are in any of the sets."""
        bits = [one._bits for one in sets]
        return cls._of(FrozenBitMap.union(*bits)) if bits else cls()

    @classmethod
    def _of(cls, bits: FrozenBitMap) -> "AssetSet":
        made = cls.__new__(cls)
        made._bits = bits
        return made

    def to_numpy(self) -> "NDArray[np.int64]":
        """The numbers, ascending."""
        import numpy as np

        return np.frombuffer(self._bits.to_array(), np.uint32).astype(np.int64)

    def serialize(self) -> bytes:
        """The set in the portable format of the roaring libraries, which those of other languages read, too."""
        return self._bits.serialize()

    def __len__(self) -> int:
        return len(self._bits)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 0 <= number <= HIGHEST and number in self._bits

    def __iter__(self) -> Iterator[int]:
        return iter(self._bits)

    def __and__(self, other: "AssetSet") -> "AssetSet":
        return self._of(self._bits & other._bits)

    def __or__(self, other: "AssetSet") -> "AssetSet":
        return self._of(self._bits | other._bits)

    def __sub__(self, other: "AssetSet") -> "AssetSet":
        return self._of(self._bits - other._bits)

    def __le__(self, other: "AssetSet") -> bool:
        """Whether every number of this set is in the other."""
        return bool(self._bits <= other._bits)

    def common(self, other: "AssetSet") -> int:
        """The size of the intersection, without making it."""
        return int(self._bits.intersection_cardinality(other._bits))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetSet) and bool(self._bits == other._bits)

    def __hash__(self) -> int:
        return hash(self._bits)

    def __repr__(self) -> str:
        return f"<AssetSet of {len(self)}>"


class _Every(Enum):
    ALL = "all"

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = _Every.ALL
"""Every asset there is, later ones included. A marker of its own, so that a missing set never means everything."""

Selection: TypeAlias = AssetSet | Literal[_Every.ALL]
"""Some assets, or all of them."""

NONE: Final = AssetSet()
"""No asset."""


def intersection(selections: Iterable[Selection]) -> Selection:
    """The assets in every selection; ALL if there are none, or only ALL.

    >>> intersection([ALL, AssetSet([1, 2, 3]), AssetSet([2, 3, 4])]) == AssetSet([2, 3])
    True
    >>> intersection([])
    ALL
    """
    found: Selection = ALL
    for selection in selections:
        if selection is not ALL:
            found = selection if found is ALL else found & selection
    return found
