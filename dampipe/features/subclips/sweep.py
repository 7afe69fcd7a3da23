"""The share of subclips in a sweep: versions that subclips are anchored at are aligned with the current ones."""

from collections.abc import Mapping

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.subclips.tables import SUBCLIP


class SubclipSweep:
    """Has missing alignments made."""

    def __init__(self, anchors: Anchors) -> None:
        self._anchors = anchors
        self._after = 0

    def __call__(self) -> Mapping[str, int]:
        """Look at some assets, after those of the last call; returns how many pairs of versions were not aligned."""
        found, self._after = self._anchors.ensure_all(SUBCLIP, self._after)
        return {"not aligned": found} if found else {}
