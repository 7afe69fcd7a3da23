"""The use cases of scans under way: which there are, and pausing, resuming and cancelling them."""

from collections.abc import Callable

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.model import ScanProgress, ScanState
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.plan import Plan
from dampipe.kernel.errors import BrokerDown, InvalidInput


class ScanControl:
    """Any method may raise CatalogueDown, and NotFound for a scan that does not exist.

    What is asked for holds once the method has begun: if it is killed, the sweep brings it to its end.
    """

    def __init__(
        self, catalog: Catalog, plan: Callable[[], Plan], carrier: Callable[[], TaskTransport]
    ) -> None:
        self._catalog = catalog
        self._plan = plan
        self._carrier = carrier

    def latest(self, limit: int = 20) -> list[ScanProgress]:
        """The newest scans, newest first."""
        return self._catalog.scans.latest(limit)

    def pause(self, scan: int) -> ScanProgress:
        """Stop the walk at the next folder and start none of its files; those in hand are finished.

        Raises InvalidInput for a scan that is over.
        """
        self._must_not_be_over(scan)
        self._catalog.holding.pause(scan)
        return self._carry_out(scan)

    def resume(self, scan: int) -> ScanProgress:
        """Go on where it was. Raises InvalidInput for a scan that is not paused."""
        self._catalog.holding.resume(scan)
        found = self._carry_out(scan)
        try:
            for what, arguments in (("scan", (scan,)), ("sweep", ())):
                self._carrier().notify(what, *arguments)
        except BrokerDown:  # the sweep rings once the broker is back
            return found
        return found

    def cancel(self, scan: int) -> ScanProgress:
        """End it: files found stay known, those not yet started wait for another scan of the place.

        Raises InvalidInput for a scan that is over.
        """
        self._must_not_be_over(scan)
        self._catalog.holding.cancel(scan)
        return self._carry_out(scan)

    def _must_not_be_over(self, scan: int) -> None:
        found = self._catalog.scans.progress(scan, fresh=True)
        ended = found.state in (ScanState.CANCELLED, ScanState.FAILED)
        if ended or (found.over and not found.active and not found.on_hold):
            how = found.state if ended else "over"
            raise InvalidInput(f"scan {scan} is {how}", hint="`dampipe scan list` tells how scans are.")

    def _carry_out(self, scan: int) -> ScanProgress:
        plan = self._plan()
        self._catalog.holding.carry_out(plan.key(plan.first))
        return self._catalog.scans.progress(scan, fresh=True)
