"""The share of search in a sweep: rebuild dirty documents, so that a search after a large scan has few left."""

from collections.abc import Mapping

from dampipe.features.search.text_index import TextIndex

MAX_DOCUMENTS = 5000
"""Dirty documents rebuilt by one sweep; a search rebuilds the rest."""


class TextIndexSweep:
    """Rebuilds dirty documents of the full-text index."""

    def __init__(self, text_index: TextIndex) -> None:
        self._text_index = text_index

    def __call__(self) -> Mapping[str, int]:
        """Rebuild some; not counted, since every changed asset is among them."""
        self._text_index.refresh(most=MAX_DOCUMENTS)
        return {}
