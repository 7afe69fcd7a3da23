"""The share of facets in a sweep: refresh the index, so that who asks next has little to wait for."""

import time
from collections.abc import Mapping

from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.queries import BATCH
from dampipe.kernel.db.database import Database

MOST_SECONDS = 20.0
"""How long one sweep refreshes the index; the next one continues."""


class FacetSweep:
    """Refreshes the facet index."""

    def __init__(self, database: Database) -> None:
        self._index = FacetIndex(database)

    def __call__(self) -> Mapping[str, int]:
        """Refresh for some time; not counted, since every changed asset is among what is refreshed."""
        began = time.monotonic()
        while self._index.refresh_some(BATCH) and time.monotonic() - began < MOST_SECONDS:
            pass
        return {}
