"""The share of derivatives in a sweep: delete the work folders that killed workers left."""

import logging
from collections.abc import Mapping
from time import monotonic

from dampipe.kernel.errors import DampipeError
from dampipe.storage.blobs.derivatives import DerivativeStore

INTERVAL = 3600.0
"""Seconds between two looks of one process."""

log = logging.getLogger(__name__)


class WorkspaceSweep:
    """Deletes orphaned workspaces once an hour. A blob store that does not answer is left for the next time."""

    def __init__(self, derivatives: DerivativeStore) -> None:
        self._derivatives = derivatives
        self._next = 0.0

    def __call__(self) -> Mapping[str, int]:
        """The number that was deleted."""
        if monotonic() < self._next:
            return {}
        self._next = monotonic() + INTERVAL
        try:
            return {"work folders": self._derivatives.sweep_workspaces()}
        except DampipeError as error:
            log.warning("work folders of killed workers stay for now: %s", error)
            return {}
