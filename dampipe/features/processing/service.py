"""The use cases of processing: the status, the failures, and retrying them."""

from collections.abc import Callable

from dampipe.features.assets.queries import AssetRepository, runs_shown
from dampipe.features.assets.service import AssetService
from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.model import StoreHealth
from dampipe.features.fixity.report import FixityReport
from dampipe.features.processing.errors import UNKNOWN_STAGE
from dampipe.features.processing.model import RetryRequest, StageCounts, Status
from dampipe.features.scanning.queries import ScanRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.model import Failure
from dampipe.jobs.plan import Plan
from dampipe.jobs.reads import RunReads
from dampipe.jobs.retry import RunRetries
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import PROCESS, STATUS, Actor, require
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.subscribers import SubscriberRepository
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.kernel.visibility import Visibility

SCANS_SHOWN = 5
RUNNING_SHOWN = 20


class ProcessingService:
    """The state of all stages of all assets. Any method may raise CatalogueDown."""

    def __init__(
        self,
        assets: AssetRepository,
        names: AssetService,
        scans: ScanRepository,
        runs: RunReads,
        retries: RunRetries,
        workers: WorkerRepository,
        fixity: FixityReport,
        subscribers: SubscriberRepository,
        derivatives: CheckService,
        plan: Callable[[], Plan],
        transport: Callable[[], TaskTransport],
        sweep: Callable[[], Sweep],
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._assets = assets
        self._names = names
        self._scans = scans
        self._runs = runs
        self._retries = retries
        self._workers = workers
        self._fixity = fixity
        self._subscribers = subscribers
        self._derivatives = derivatives
        self._plan = plan
        self._transport = transport
        self._sweep = sweep

    def status(self, actor: Actor) -> Status:
        """Counts by stage, the latest scans, what is running now, and the workers."""
        require(actor, STATUS)
        view = self._visibility.of(actor)
        where = None if view.is_all else runs_shown(view)
        assets, locations = self._assets.totals(view)
        counts = self._runs.counts(where, ("counts", view.key, view.is_all))
        names = [stage.name for stage in self._plan().stages]
        stages = [*names, *sorted(set(counts) - set(names))]
        return Status(
            assets=assets,
            locations=locations,
            scans=tuple(self._scans.latest(SCANS_SHOWN, view)),
            stages={name: StageCounts.from_states(counts.get(name, {})) for name in stages},
            workers=tuple(self._workers.present()),
            derivatives=self._derivatives.health() if view.is_all else StoreHealth(),
            subscribers=tuple(one.shown_to(actor) for one in self._subscribers.states())
            if view.is_all
            else (),
            running=tuple(self._runs.running(sorted({*names, *counts}), RUNNING_SHOWN, where)),
        )

    def failures(self, actor: Actor, limit: int = 1000) -> list[Failure]:
        """Files whose fixity check failed, derivatives that are lost, then failed runs, the newest first."""
        require(actor, STATUS)
        view = self._visibility.of(actor)
        damaged = [*self._fixity.failures(limit, view), *self._derivatives.failures(limit, view)]
        return [*damaged, *self._assets.failures(limit, view)][:limit]

    def retry(self, actor: Actor, request: RetryRequest) -> int:
        """Reset failed and skipped runs, so that they are run again; returns how many.

        Raises NotFound for an unknown asset or path, InvalidInput for an unknown stage.
        """
        require(actor, PROCESS)
        if request.stage is not None and request.stage not in {stage.name for stage in self._plan().stages}:
            raise InvalidInput(UNKNOWN_STAGE, stage=request.stage)
        if not request.what:
            view = self._visibility.of(actor)
            shown = None if view.is_all else runs_shown(view)
            count = self._retries.retry(None, request.kinds, request.stage, shown)
        else:
            found = [self._names.find(actor, name) for name in request.what]
            locations = [LocationId(location) for location, _ in found if location is not None]
            assets = [VersionId(asset) for _, asset in found if asset is not None]
            count = self._retries.retry(assets, request.kinds, request.stage)
            count += self._retries.retry_locations(locations)
        if count:
            self._transport().notify("sweep")
        return count

    def catch_up(self, actor: Actor) -> int:
        """Create runs for new stages, recipes and models, and recover lost ones; returns how many."""
        require(actor, PROCESS)
        created = self._sweep().plan_missing()
        return created + sum(self._sweep().run().values())
