"""What every sweep does for search: brings the full-text index up to date."""

from collections.abc import Mapping

from dampipe.features.search.text_index import TextIndex

REFRESHED = 5000
"""Assets that one sweep brings up to date; a search does the rest."""


class TextIndexSweep:
    """Refreshes the words of assets that have changed."""

    def __init__(self, text_index: TextIndex) -> None:
        self._text_index = text_index

    def __call__(self) -> Mapping[str, int]:
        """Once."""
        self._text_index.refresh(most=REFRESHED)
        return {}
