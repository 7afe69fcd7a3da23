"""The share of versions in a sweep: provisional assets whose comparison no preview will bring about are settled."""

import time
from collections.abc import Mapping

from dampipe.features.versions.provisional import decide, provisional_assets
from dampipe.kernel.db.database import Database

ASSETS = 50
"""Provisional assets read at a time."""
SECONDS = 1.0
"""After which a sweep leaves the rest to the next one."""


class ProvisionalSweep:
    """Decides about provisional assets that no preview decides about: the replaced file is gone before its preview, a
    preview failed, or the footage is long, so that a comparison takes too long for the transaction of a preview."""

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
            for after in assets:
                decided += decide(self._db, after)
                if time.monotonic() > until:
                    break
        return {"settled": decided} if decided else {}
