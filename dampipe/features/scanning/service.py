"""The use cases of scans: submitting, following, pausing, resuming and cancelling them."""

import os
from collections.abc import Callable

from dampipe.features.scanning import errors
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.model import Enqueued, EnqueueRequest, ScanProgress, ScanState
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.plan import Plan
from dampipe.kernel.errors import BrokerDown, InvalidInput, NotFound
from dampipe.kernel.paths import printable


class ScanService:
    """Any method may raise CatalogueDown, and NotFound for a scan that does not exist.

    A request to pause, resume or cancel holds once the method has begun: if it is killed, the sweep applies the
    rest.
    """

    def __init__(
        self,
        scans: ScanRepository,
        holds: ScanHolds,
        sources: SourceRepository,
        plan: Callable[[], Plan],
        transport: Callable[[], TaskTransport],
    ) -> None:
        self._scans = scans
        self._holds = holds
        self._sources = sources
        self._plan = plan
        self._transport = transport

    def enqueue(self, request: EnqueueRequest) -> Enqueued:
        """Submit a scan of files and folders and return at once.

        Paths that do not exist are named in the answer and left out. Raises NotFound when none exists, and
        InvalidInput for a device or a pipe. When the broker is down, the scan is kept and starts when it is
        back; the answer says so.
        """
        paths = [os.path.abspath(path) for path in request.paths]
        existing = [path for path in paths if os.path.exists(path)]
        absent = tuple(printable(path) for path in paths if path not in existing)
        for path in existing:
            if not (os.path.isdir(path) or os.path.isfile(path)):
                raise InvalidInput(errors.NOT_A_FILE, path=printable(path))
        if not existing:
            raise NotFound(errors.PATH_NOT_FOUND, paths=", ".join(absent))
        sources = self._sources.all()
        scan = self._scans.create(
            [under_known_root(path, sources) for path in existing],
            request.accept_missing,
            process=request.process,
            priority=request.priority,
        )
        problem = ""
        try:
            self._transport().notify("scan", scan)
        except BrokerDown as error:
            problem = f"{error}. {error.hint}"
        return Enqueued(scan=scan, absent=absent, broker_problem=problem)

    def progress(self, scan: int) -> ScanProgress:
        """How far a scan is."""
        return self._scans.progress(scan)

    def latest(self, limit: int = 20) -> list[ScanProgress]:
        """The newest scans, newest first."""
        return self._scans.latest(limit)

    def pause(self, scan: int) -> ScanProgress:
        """Stop the walk at the next folder and start none of its files; claimed ones are finished.

        Raises InvalidInput for a scan that is over.
        """
        self._check_not_over(scan)
        self._scans.pause(scan)
        return self._apply(scan)

    def resume(self, scan: int) -> ScanProgress:
        """Continue a paused scan where it was. Raises InvalidInput for a scan that is not paused."""
        self._scans.resume(scan)
        progress = self._apply(scan)
        try:
            self._transport().notify("scan", scan)
            self._transport().notify("sweep")
        except BrokerDown:  # the sweep notifies the workers once the broker is back
            return progress
        return progress

    def cancel(self, scan: int) -> ScanProgress:
        """End a scan: files found stay known, those not started stay on hold until another scan adopts them.

        Raises InvalidInput for a scan that is over.
        """
        self._check_not_over(scan)
        self._scans.cancel(scan)
        return self._apply(scan)

    def _check_not_over(self, scan: int) -> None:
        progress = self._scans.progress(scan, fresh=True)
        ended = progress.state in (ScanState.CANCELLED, ScanState.FAILED)
        if ended or (progress.over and not progress.active and not progress.on_hold):
            raise InvalidInput(errors.IS_OVER, scan=scan, state=progress.state if ended else "over")

    def _apply(self, scan: int) -> ScanProgress:
        plan = self._plan()
        self._holds.apply_pending(plan.key(plan.first))
        return self._scans.progress(scan, fresh=True)
