"""A walk's notes: what it found and has not written yet, and how far it is, written together."""

import json
import os
import time
from collections.abc import Callable

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.apply_changes import ChangeSet
from dampipe.features.scanning.checkpoint import Checkpoint
from dampipe.features.scanning.listing import Listing
from dampipe.features.scanning.queries import ScanJob
from dampipe.jobs.keys import RunKey
from dampipe.kernel.paths import printable

BATCH = 1000
"""Changes written in one transaction."""
INTERVAL = 0.5
"""Seconds after which it is written how far the walk is, and seen whether it is to stop."""
MOST_WARNINGS = 100


class ChangeBuffer:
    """Of one walk, begun or gone on with."""

    def __init__(
        self,
        order: ScanJob,
        catalog: Catalog,
        hash_key: RunKey,
        position: Checkpoint,
        written: Callable[[], None],
    ) -> None:
        """`written` is called when there may be work to start."""
        self.position = position
        self.batch = BATCH
        self.changes = ChangeSet()
        self.found = order.found
        """Media files seen so far."""
        self.warnings = order.warnings
        self._order = order
        self._catalog = catalog
        self._hash_key = hash_key
        self._written = written
        self._wrote = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return len(self.changes) >= self.batch or time.monotonic() - self._wrote > INTERVAL

    def write(self) -> None:
        """All at once. Raises Stopped when the scan is paused, cancelled or taken over."""
        self._catalog.findings.apply(
            self._order,
            self.changes,
            self._hash_key,
            self.found,
            self.position.to_json(),
            json.dumps(self.warnings),
        )
        changed, self.changes = len(self.changes), ChangeSet()
        self._wrote = time.monotonic()
        if changed:
            self._written()

    def warn(self, text: str) -> None:
        """Tell a person; the hundredth and first are counted only."""
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(text)
        else:
            unsaid = len(self.warnings) == MOST_WARNINGS
            more = 1 if unsaid else int(self.warnings.pop().split()[1]) + 1
            self.warnings.append(f"and {more} more like these")

    def warn_unread(self, listing: Listing) -> None:
        """Tell of a folder's files that are there and cannot be asked."""
        for name, reason in listing.unread.items():
            self.warn(f"{printable(os.path.join(listing.path, name))} cannot be read: {reason}")
