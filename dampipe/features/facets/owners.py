"""Which asset each version is of, for all versions at once. No I/O."""

from typing import TYPE_CHECKING

from dampipe.kernel.asset_set import NONE, AssetSet

if TYPE_CHECKING:  # loaded by what uses it: commands start faster without numpy
    import numpy as np
    from numpy.typing import NDArray


class Owners:
    """The asset of each version, at one time. Immutable."""

    __slots__ = ("_assets",)

    def __init__(self, assets: "NDArray[np.uint32]") -> None:
        """assets: by the number of the version, 0 where there is none: the column OWNER."""
        self._assets = assets

    def versions_of(self, assets: AssetSet) -> AssetSet:
        """All versions of assets."""
        import numpy as np

        if not len(self._assets) or not assets:
            return NONE
        wanted = np.zeros(int(self._assets.max()) + 1, bool)
        numbers = assets.to_numpy()
        wanted[numbers[numbers < len(wanted)]] = True
        wanted[0] = False
        return AssetSet.from_numpy(np.flatnonzero(wanted[self._assets]))

    def assets_of(self, versions: AssetSet) -> AssetSet:
        """The assets of versions, of those that there are."""
        if not len(self._assets) or not versions:
            return NONE
        numbers = versions.to_numpy()
        found = self._assets[numbers[numbers < len(self._assets)]]
        return AssetSet.from_numpy(found[found > 0])
