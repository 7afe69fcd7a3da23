"""The share of versions in a sweep: the comparison of provisional assets that nothing else brings about."""

import time
from collections.abc import Mapping

from dampipe.features.versions.provisional import provisional_assets, when_complete
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database

ASSETS = 50
"""Provisional assets read at a time."""
SECONDS = 1.0
"""After which a sweep leaves the rest to the next one."""


class ProvisionalSweep:
    """Looks at provisional assets about which no saver decides: the replaced file is gone before its preview, a preview
    or a proxy failed, or signatures were made afterwards."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._after = 0

    def __call__(self) -> Mapping[str, int]:
        """Look at some of them, after those of the last call; returns how many were settled, if any."""
        until, settled = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            with self._db.read() as connection:
                assets = provisional_assets(connection, self._after, ASSETS)
            if not assets:
                self._after = 0
                break
            for self._after in assets:  # a transaction each: locks of several might be waited for crosswise
                with self._db.write() as connection:
                    settled += when_complete(connection, self._db, [self._after], database_time(connection))
                if time.monotonic() > until:
                    break
        return {"settled": settled} if settled else {}
