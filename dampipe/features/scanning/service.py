"""The use cases of scans: submitting, following, pausing, resuming and cancelling them."""

import os
from collections.abc import Callable, Sequence

from dampipe.features.scanning import errors
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.model import Enqueued, EnqueueRequest, ScanProgress, ScanState
from dampipe.features.scanning.places import Place, kind_of
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.sources import errors as source_errors
from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import holder, under_known_root
from dampipe.features.sources.places import ReachablePlaces, check_other_place
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.plan import Plan
from dampipe.kernel.access import SCAN, STATUS, Actor, require
from dampipe.kernel.errors import (
    BrokerDown,
    Conflict,
    InvalidInput,
    NotFound,
    ServiceDown,
    StageError,
)
from dampipe.kernel.faces.remedies import sentences
from dampipe.kernel.paths import is_url, normal_path, printable
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.stores import FileStores
from dampipe.storage.files.urls import check_url

SHOWN = 5
"""Paths that an error names."""


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
        visibility: Visibility,
        stores: FileStores,
        places: ReachablePlaces,
    ) -> None:
        """places: where `enqueue_inside` takes paths."""
        self._places = places
        self._visibility = visibility
        self._scans = scans
        self._holds = holds
        self._sources = sources
        self._plan = plan
        self._transport = transport
        self._stores = stores

    def enqueue(self, actor: Actor, request: EnqueueRequest) -> Enqueued:
        """Submit a scan of files and folders and return at once.

        Paths that do not exist are named in the answer and left out. Raises NotFound when none exists, InvalidInput
        for a device or a pipe, and ServiceDown for a URL whose storage cannot be asked. When the broker is down, the
        scan is kept and starts when it is back; the answer says so.
        """
        require(actor, SCAN)
        sources = self._sources.all()
        paths = list(dict.fromkeys(map(normal_path, request.paths)))
        kinds = {path: self._kind_of(path, sources) for path in paths}
        existing = [path for path in paths if kinds[path] is not None]
        absent = tuple(printable(path) for path in paths if kinds[path] is None)
        for path in existing:
            if kinds[path] is Place.OTHER:
                raise InvalidInput(errors.NOT_A_FILE, path=printable(path))
        if not existing:
            more = [f"and {len(absent) - SHOWN} more"] if len(absent) > SHOWN else []
            raise NotFound(errors.PATH_NOT_FOUND, paths=", ".join([*absent[:SHOWN], *more]))
        scan = self._scans.create(
            [under_known_root(path, sources) for path in existing],
            request.accept_missing,
            process=request.process,
            priority=request.priority,
        )
        problem = ""
        try:
            self._transport().notify("scan", scan)
        except (BrokerDown, InvalidInput) as error:
            problem = sentences(str(error), error.hint)
        return Enqueued(scan=scan, absent=absent, broker_problem=problem)

    def _kind_of(self, path: str, sources: Sequence[Source]) -> Place | None:
        if is_url(path):
            check_url(path)
            if holder(path, sources) is None:
                check_other_place(path, sources, self._stores)
        elif not os.path.exists(path):  # a link to nowhere is not there
            return None
        try:
            return kind_of(path, sources, self._stores.of)
        except StageError as error:
            raise ServiceDown(
                source_errors.UNREACHABLE, error.hint, path=printable(path), reason=str(error)
            ) from error

    def enqueue_inside(self, actor: Actor, request: EnqueueRequest) -> Enqueued:
        """The same for clients that may see the footage and nothing else of this machine.

        Raises NotPermitted for a path that is not below a source or one of the scan roots, links resolved; whether
        it exists makes no difference.
        """
        require(actor, SCAN)
        self._places.require_inside(actor, request.paths)
        return self.enqueue(actor, request)

    def progress(self, actor: Actor, scan: int) -> ScanProgress:
        """How far a scan is."""
        require(actor, STATUS)
        return self._scans.progress(scan, view=self._visibility.of(actor))

    def latest(self, actor: Actor, limit: int = 20) -> list[ScanProgress]:
        """The newest scans, newest first."""
        require(actor, STATUS)
        return self._scans.latest(limit, self._visibility.of(actor))

    def pause(self, actor: Actor, scan: int) -> ScanProgress:
        """Stop the walk at the next folder and start none of its files; claimed ones are finished.

        Raises Conflict for a scan that is over.
        """
        require(actor, SCAN)
        self._check_not_over(actor, scan)
        self._scans.pause(scan)
        return self._apply(scan)

    def resume(self, actor: Actor, scan: int) -> ScanProgress:
        """Continue a paused scan where it was. Raises Conflict for a scan that is not paused."""
        require(actor, SCAN)
        self._scans.progress(scan, view=self._visibility.of(actor))
        self._scans.resume(scan)
        progress = self._apply(scan)
        try:
            self._transport().notify("scan", scan)
            self._transport().notify("sweep")
        except BrokerDown:  # the sweep notifies the workers once the broker is back
            return progress
        return progress

    def cancel(self, actor: Actor, scan: int) -> ScanProgress:
        """End a scan: files found stay known, those not started stay on hold until another scan adopts them.

        Raises Conflict for a scan that is over.
        """
        require(actor, SCAN)
        self._check_not_over(actor, scan)
        self._scans.cancel(scan)
        return self._apply(scan)

    def _check_not_over(self, actor: Actor, scan: int) -> None:
        progress = self._scans.progress(scan, fresh=True, view=self._visibility.of(actor))
        ended = progress.state in (ScanState.CANCELLED, ScanState.FAILED)
        if ended or (progress.over and not progress.active and not progress.on_hold):
            raise Conflict(errors.IS_OVER, scan=scan, state=progress.state if ended else "over")

    def _apply(self, scan: int) -> ScanProgress:
        plan = self._plan()
        self._holds.apply_pending(plan.key(plan.first))
        return self._scans.progress(scan, fresh=True)
