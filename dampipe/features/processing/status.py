"""The state of all stages. It is a service of its own: it imports what it reads, and nothing that processes files."""

from dampipe.features.assets.totals import AssetTotals, runs_shown
from dampipe.features.derivatives.health import StoreSample
from dampipe.features.derivatives.model import StoreHealth
from dampipe.features.processing.model import StageCounts, Status
from dampipe.features.scanning.queries import ScanRepository
from dampipe.jobs.reads import RunReads
from dampipe.jobs.stage import StageNames
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import STATUS, Actor, require
from dampipe.kernel.events.subscribers import SubscriberRepository
from dampipe.kernel.visibility import Visibility

SCANS_SHOWN = 5
RUNNING_SHOWN = 20


class StatusService:
    """The state of all stages of all assets. Its method may raise CatalogueDown."""

    def __init__(
        self,
        totals: AssetTotals,
        scans: ScanRepository,
        runs: RunReads,
        workers: WorkerRepository,
        subscribers: SubscriberRepository,
        derivatives: StoreSample,
        stages: StageNames,
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._totals = totals
        self._scans = scans
        self._runs = runs
        self._workers = workers
        self._subscribers = subscribers
        self._derivatives = derivatives
        self._stages = stages

    def status(self, actor: Actor) -> Status:
        """Counts by stage, the latest scans, what is running now, and the workers."""
        require(actor, STATUS)
        view = self._visibility.of(actor)
        where = None if view.is_all else runs_shown(view)
        assets, locations = self._totals.of(view)
        counts = self._runs.counts(where, ("counts", view.key, view.is_all))
        stages = [*self._stages, *sorted(set(counts) - set(self._stages))]
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
            running=tuple(self._runs.running(sorted({*self._stages, *counts}), RUNNING_SHOWN, where)),
        )
