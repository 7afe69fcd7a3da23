"""The use case of verification: which files to read again, requested here, read by the workers, waited for here.

Workers read, since they are many and near the footage; the machine that asks may have no mount at all. It may be
stopped meanwhile: what was requested is read until its time is over, and what was not reached comes first the
next time.
"""

from collections.abc import Callable, Sequence

from dampipe.features.fixity import errors
from dampipe.features.fixity.model import (
    Verification,
    VerificationReport,
    Verified,
    VerifyRequest,
)
from dampipe.features.fixity.queue import FileScope, FixityQueue
from dampipe.features.fixity.report import FixityReport
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.sources import errors as source_errors
from dampipe.features.sources.locations import LocationRepository
from dampipe.features.sources.path_mapping import below_root, holder, under_known_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import PROCESS, STATUS, Actor, require
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound
from dampipe.kernel.ids import SourceId
from dampipe.kernel.paths import normal_path, printable, split_key
from dampipe.kernel.polling import IdleTimeout, poll
from dampipe.kernel.visibility import Visibility

NIGHT = 20 * 3600.0
"""Seconds: a file that was read since then counts as read in this night, and is not read again."""
NO_LIMIT = 365 * 86400.0

OnProgress = Callable[[int], object]
"""Called while waiting, with how many files are still to be read."""


class FixityService:
    """Has files read again and compared with their stored checksums."""

    def __init__(
        self,
        sources: SourceRepository,
        locations: LocationRepository,
        checks: FixityQueue,
        verdicts: FixityReport,
        workers: WorkerRepository,
        transport: Callable[[], TaskTransport],
        worker: Callable[[], FixityWorker],
        visibility: Visibility,
        patience: float = 120.0,
    ) -> None:
        """patience: seconds to wait for a worker to report."""
        self._sources = sources
        self._locations = locations
        self._checks = checks
        self._verdicts = verdicts
        self._workers = workers
        self._transport = transport
        self._worker = worker
        self._visibility = visibility
        self._patience = patience

    def run(self, actor: Actor, request: VerifyRequest, on_progress: OnProgress = lambda _: None) -> Verified:
        """Read files again and wait for the end.

        Raises NotFound for what is not in the library, BrokerDown, and CannotStart when no worker that could
        read reports.
        """
        require(actor, PROCESS)
        scopes, began, requested = self._request(request)
        return self._wait(scopes, began, requested, on_progress)

    def start(self, actor: Actor, request: VerifyRequest) -> Verification:
        """Have files read again, and return at once; `state` says how far it is.

        Raises NotFound for what is not in the library, InvalidInput where there is no source, Forbidden for an actor
        who does not see everything, and BrokerDown.
        """
        require(actor, PROCESS)
        self._visibility.of(actor).require_all(actor)
        _, began, requested = self._request(request)
        if requested:
            self._worker().wake()
        return Verification(requested=requested, began_at=began)

    def state(self, actor: Actor) -> VerificationReport:
        """How much is to be read and being read now, and how long ago the files of each source were read."""
        require(actor, STATUS)
        view = self._visibility.of(actor)
        left, reading = self._checks.waiting()
        queue = self._worker().queue
        return VerificationReport(
            left=left,
            reading=reading,
            waits_for_worker=bool(left) and all(queue not in one.queues for one in self._workers.present()),
            sources=tuple(self._verdicts.by_source(view)),
        )

    def _request(self, request: VerifyRequest) -> tuple[list[FileScope], float, int]:
        """Returns the scopes, when they were requested, and how many files."""
        scopes = self.scopes(request.what)
        began = self._checks.now()
        self._transport().check()
        limit = None if request.percent is None else self._checks.share(scopes, request.percent, began)
        return scopes, began, self._checks.request(scopes, began + NO_LIMIT, limit, began)

    def request_share(self, sources: Sequence[SourceId], percent: float, minutes: float) -> int:
        """Request a night's share of the files of these sources; returns how many, without waiting."""
        if not percent or not minutes:
            return 0
        scopes = [FileScope(source) for source in sources]
        now = self._checks.now()
        limit = self._checks.share(scopes, percent, now - NIGHT)
        requested = self._checks.request(scopes, now + minutes * 60, limit, now - NIGHT)
        if requested:
            self._worker().wake()
        return requested

    def wait_for_share(self, sources: Sequence[SourceId], began: float, requested: int) -> Verified:
        """Wait for a share that was requested at `began`, and return the result."""
        return self._wait([FileScope(source) for source in sources], began, requested)

    def _wait(
        self,
        scopes: Sequence[FileScope],
        began: float,
        requested: int,
        on_progress: OnProgress = lambda _: None,
    ) -> Verified:
        """Until nothing is left to read, or the time for it is over."""
        if requested:
            self._worker().wake()
            worker_seen = IdleTimeout(self._patience)
            for left, reading in poll(lambda: self._checks.waiting(scopes)):
                on_progress(left)
                if not left and not reading:
                    break
                queue = self._worker().queue
                if any(queue in worker.queues for worker in self._workers.present()):
                    worker_seen.reset()
                elif worker_seen.expired:
                    raise CannotStart(errors.NO_WORKER_FOR_QUEUE, queue=queue, seconds=self._patience)
        return self._verdicts.report(scopes, began, requested)

    def scopes(self, what: Sequence[str]) -> list[FileScope]:
        """The files that names of sources and paths stand for; none means all sources. Raises NotFound."""
        sources = self._sources.all()
        if not sources:
            raise InvalidInput(source_errors.NONE_YET)
        by_name = {source.name: source.id for source in sources}
        scopes = []
        for name in what or by_name:
            if name in by_name:
                scopes.append(FileScope(by_name[name]))
                continue
            path = under_known_root(normal_path(name), sources)
            source = holder(path, sources)
            if source is None:
                raise NotFound(errors.NOT_IN_A_SOURCE, path=printable(name))
            scope = FileScope(source.id, below_root(path, source.root))
            if path != source.root:
                folder, file = split_key(scope.folder)
                if self._locations.exists(source.id, folder, file):
                    scope = FileScope(source.id, folder, file)
            scopes.append(scope)
        return scopes
