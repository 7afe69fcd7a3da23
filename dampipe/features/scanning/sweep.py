"""What every sweep does for scans: frees those of dead workers, and continues what was asked for."""

from collections.abc import Mapping

from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.queries import ScanRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import is_dead
from dampipe.jobs.plan import Plan


class ScanSweep:
    """Releases the leases of dead workers, finishes pauses and cancellations, and notifies workers of due scans."""

    def __init__(self, scans: ScanRepository, holds: ScanHolds, plan: Plan, transport: TaskTransport) -> None:
        self._scans = scans
        self._holds = holds
        self._plan = plan
        self._transport = transport

    def __call__(self) -> Mapping[str, int]:
        """Once. Raises BrokerDown."""
        for owner in self._scans.owners():
            if is_dead(owner):
                self._scans.release(owner)
        self._holds.apply_pending(self._plan.key(self._plan.first))
        for scan in self._scans.due():
            self._transport.notify("scan", scan)
        return {}
