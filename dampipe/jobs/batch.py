"""The runs of one batch: claimed, given to the stage in order, answered in the same order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic

from dampipe.jobs.keys import ClaimedRun
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.ids import RunId


class RunBatch:
    """Runs that are done by one call of a stage. Thread-safe for one claimer, one saver and one lease renewer."""

    def __init__(
        self,
        claimed: Sequence[ClaimedRun],
        claim_more: Callable[[], Sequence[ClaimedRun]] | None = None,
        seconds: float = 0.0,
    ) -> None:
        """claim_more: claims runs that are due by now, for that many seconds; None: the batch does not grow."""
        self._first = tuple(claimed)
        self._claim_more = claim_more
        self._until = monotonic() + seconds
        self.waiting = deque(claimed)
        """Those without a result, in order."""
        self._held = {run.id: run for run in claimed}
        self.count = len(claimed)
        """How many there have been."""
        self.complete = claim_more is None
        """No more runs are added."""

    def groups(self) -> Iterator[Sequence[ClaimedRun]]:
        """The runs that were claimed together, group by group, until no more are added."""
        group: Sequence[ClaimedRun] = self._first
        while group:
            yield group
            group = self._claim()
            self.waiting.extend(group)
            self._held.update((run.id, run) for run in group)
            self.count += len(group)
        self.complete = True

    def _claim(self) -> Sequence[ClaimedRun]:
        if self._claim_more is None or monotonic() > self._until:
            return ()
        try:
            return self._claim_more()
        except CatalogueDown:  # saving the next result raises it again
            return ()

    def saved(self, run: ClaimedRun) -> None:
        """The run's lease is renewed no longer."""
        self._held.pop(RunId(run.id), None)

    def held(self) -> list[ClaimedRun]:
        """Those that are not saved yet, the longest held first."""
        return list(self._held.values())
