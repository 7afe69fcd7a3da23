"""What happens while the bytes of a file are transferred: progress, the limit of bandwidth, and stops."""

import time
from collections.abc import Callable

from dampipe.features.tiers import plans
from dampipe.features.tiers.bandwidth import Bandwidth
from dampipe.features.tiers.model import PlanState
from dampipe.features.tiers.task import Stopped
from dampipe.kernel.db.database import Database
from dampipe.kernel.progress import Reporter

CHECK_EVERY = 2.0
"""Seconds between two looks at whether the plan still runs."""


class Transfer:
    """Called with the number of bytes of each block. Raises Stopped when the plan does not run any more."""

    def __init__(
        self,
        database: Database,
        plan: int,
        total: int,
        bandwidth: Bandwidth,
        on_progress: Reporter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """total: bytes that are to be read and written, each time they are."""
        self._db = database
        self._plan = plan
        self._total = total
        self._bandwidth = bandwidth
        self._on_progress = on_progress
        self._clock = clock
        self._began = self._checked = clock()
        self._done = 0

    def __call__(self, count: int) -> None:
        self._bandwidth.take(count, self._check)
        self._done += count
        speed = self._done / max(1e-3, self._clock() - self._began)
        self._on_progress(self._done, max(self._total, self._done), "bytes", speed)
        self._check()

    def _check(self) -> None:
        if self._clock() - self._checked < CHECK_EVERY:
            return
        self._checked = self._clock()
        with self._db.read() as connection:
            if plans.find_plan(connection, self._plan).state != PlanState.RUNNING:
                raise Stopped
