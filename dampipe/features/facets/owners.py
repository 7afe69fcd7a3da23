"""Which asset each version is of, kept for all versions at once. No I/O.

The facet index has it beside the texts: under the field "", in blocks of as many versions, 32 bits for each,
little-endian, 0 where there is no version. So the versions of any number of assets, or the assets of versions, are
found in one array, where SQL would look up each of them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dampipe.features.facets.texts import BLOCK_BITS
from dampipe.kernel.asset_set import NONE, AssetSet

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray

FIELD = ""
"""Of the rows that hold blocks of owners: no field has this key."""
_SIZE = 1 << BLOCK_BITS


def pack_owners(
    block: int,
    stored: bytes | None,
    gone: "NDArray[np.int64]",
    versions: "NDArray[np.int64]",
    assets: "NDArray[np.int64]",
) -> bytes:
    """A block with some versions replaced. stored: as it is; None: there is none. gone: the versions that are replaced;
    versions and assets: those of them that there are, and the asset of each. All lie in the block."""
    import numpy as np

    owners = np.zeros(_SIZE, "<u4") if stored is None else np.frombuffer(stored, "<u4").copy()
    owners[gone - (block << BLOCK_BITS)] = 0
    owners[versions - (block << BLOCK_BITS)] = assets
    return owners.tobytes()


class Owners:
    """The asset of each version, at one time. Immutable."""

    __slots__ = ("_assets",)

    def __init__(self, assets: "NDArray[np.uint32] | None" = None) -> None:
        """assets: by the number of the version."""
        self._assets = assets

    def replaced(self, blocks: Iterable[tuple[int, bytes]]) -> "Owners":
        """The same with some blocks, by their numbers, replaced."""
        import numpy as np

        new = list(blocks)
        if not new:
            return self
        before = np.empty(0, np.uint32) if self._assets is None else self._assets
        most = max(block for block, _ in new)
        owners = np.zeros(max(len(before), (most + 1) << BLOCK_BITS), np.uint32)
        owners[: len(before)] = before
        for block, stored in new:
            owners[block << BLOCK_BITS : (block + 1) << BLOCK_BITS] = np.frombuffer(stored, "<u4")
        return Owners(owners)

    def versions_of(self, assets: AssetSet) -> AssetSet:
        """All versions of assets."""
        import numpy as np

        if self._assets is None or not len(self._assets) or not assets:
            return NONE
        wanted = np.zeros(int(self._assets.max()) + 1, bool)
        numbers = assets.to_numpy()
        wanted[numbers[numbers < len(wanted)]] = True
        wanted[0] = False
        return AssetSet.from_numpy(np.flatnonzero(wanted[self._assets]))

    def assets_of(self, versions: AssetSet) -> AssetSet:
        """The assets of versions, of those that there are."""
        if self._assets is None or not versions:
            return NONE
        numbers = versions.to_numpy()
        found = self._assets[numbers[numbers < len(self._assets)]]
        return AssetSet.from_numpy(found[found > 0])
