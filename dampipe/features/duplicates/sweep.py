"""The share of duplicates in a sweep: the near duplicates of new assets are searched."""

from collections.abc import Mapping

from dampipe.features.duplicates.search import NearDuplicateSearch

SECONDS = 2.0
"""After which a sweep leaves the rest to the next one: some hundred assets."""


class NearDuplicateSweep:
    """Searches for a while.

    Why a sweep, and no work item for each asset: a search takes milliseconds, a row, a message and a claim take as long
    again, and one process finds the pairs of a library faster than its previews are made.
    """

    def __init__(self, search: NearDuplicateSearch) -> None:
        self._search = search

    def __call__(self) -> Mapping[str, int]:
        """Not counted, since every asset with a new preview is among them."""
        self._search.catch_up(SECONDS)
        return {}
