"""The runs of one batch: taken, given to the stage in order, answered in the same order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic

from dampipe.jobs.keys import ClaimedRun
from dampipe.kernel.errors import CatalogueDown

GOES_ON = 10.0
"""Seconds for which a stage that can is given ever more: whoever waits for one of them waits so long."""


class RunBatch:
    """What a batch holds. One thread may take more while another notes results and a third renews leases."""

    def __init__(
        self, claimed: Sequence[ClaimedRun], more: Callable[[], Sequence[ClaimedRun]] | None = None
    ) -> None:
        """more: claims what waits by now; None: the batch is all there is."""
        self._first = tuple(claimed)
        self._more = more
        self._until = monotonic() + GOES_ON
        self.waiting = deque(claimed)
        """Those without a result, in order."""
        self._held = {run.id: run for run in claimed}
        self.count = len(claimed)
        """How many there were."""
        self.complete = more is None
        """Nothing is taken any more."""

    def groups(self) -> Iterator[Sequence[ClaimedRun]]:
        """What was claimed together, as long as there is more."""
        group: Sequence[ClaimedRun] = self._first
        while group:
            yield group
            group = self._claim()
            self.waiting.extend(group)
            self._held.update((run.id, run) for run in group)
            self.count += len(group)
        self.complete = True

    def _claim(self) -> Sequence[ClaimedRun]:
        if self._more is None or monotonic() > self._until:
            return ()
        try:
            return self._more()
        except CatalogueDown:  # whoever saves the next result says it
            return ()

    def saved(self, run: ClaimedRun) -> None:
        """Its lease need not be renewed any more."""
        self._held.pop(run.id, None)

    def held(self) -> list[ClaimedRun]:
        """Those that are not saved, the longest held first."""
        return list(self._held.values())
