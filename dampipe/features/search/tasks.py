"""The background task of search: repairing vector indexes."""

from dampipe.features.search.index_admin import IndexService
from dampipe.kernel.access import SYSTEM


class TendTask:
    """Brings a vector index that is lost, damaged or out of date up to the catalogue."""

    def __init__(self, index: IndexService) -> None:
        self._index = index

    def __call__(self) -> str:
        repaired = self._index.tend(SYSTEM)
        return f"repaired: {', '.join(repaired)}" if repaired else "nothing to do"
