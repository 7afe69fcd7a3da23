"""What every sweep does for originals: deletes releases that are over."""

from collections.abc import Mapping

from dampipe.features.originals.queries import OriginalRepository


class OldReleases:
    """Deletes them."""

    def __init__(self, originals: OriginalRepository) -> None:
        self._originals = originals

    def __call__(self) -> Mapping[str, int]:
        """Once; nothing that people need to know of."""
        self._originals.delete_old_releases()
        return {}
