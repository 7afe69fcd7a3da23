"""The share of versions in a sweep: provisional assets whose comparison no preview will bring about are settled."""

import time
from collections.abc import Mapping

from dampipe.features.versions.provisional import by_footage, provisional_assets
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database

ASSETS = 50
"""Provisional assets looked at in one transaction."""
SECONDS = 1.0
"""After which a sweep leaves the rest to the next one."""


class ProvisionalSweep:
    """Decides about provisional assets: the replaced file is gone before its preview, or a preview failed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def __call__(self) -> Mapping[str, int]:
        """Look at some of them; returns how many were decided, if any."""
        until, after, decided = time.monotonic() + SECONDS, 0, 0
        while time.monotonic() < until:
            with self._db.read() as connection:
                assets = provisional_assets(connection, after, ASSETS)
            if not assets:
                break
            with self._db.write() as connection:
                decided += by_footage(connection, self._db, assets, database_time(connection))
            after = assets[-1]
        return {"settled": decided} if decided else {}
