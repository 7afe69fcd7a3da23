"""The use cases of processing: the failures, and retrying them. The status is in `status.py`."""

from collections.abc import Callable

from dampipe.features.assets.errors import SELECTED_TWICE
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.totals import runs_shown
from dampipe.features.derivatives.check import CheckService
from dampipe.features.fixity.report import FixityReport
from dampipe.features.processing.errors import UNKNOWN_STAGE
from dampipe.features.processing.model import RetryRequest
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.model import Failure
from dampipe.jobs.retry import RunRetries
from dampipe.jobs.stage import StageNames
from dampipe.jobs.sweep import Sweep
from dampipe.kernel.access import PROCESS, STATUS, Actor, require
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.kernel.visibility import Visibility


class ProcessingService:
    """What failed of all assets, and its retries. Any method may raise CatalogueDown."""

    def __init__(
        self,
        assets: AssetRepository,
        names: AssetService,
        selection: Callable[[], AssetSelection],
        retries: RunRetries,
        fixity: FixityReport,
        derivatives: CheckService,
        stages: StageNames,
        transport: Callable[[], TaskTransport],
        sweep: Callable[[], Sweep],
        visibility: Visibility,
    ) -> None:
        self._visibility = visibility
        self._assets = assets
        self._names = names
        self._selection = selection
        self._retries = retries
        self._fixity = fixity
        self._derivatives = derivatives
        self._stages = stages
        self._transport = transport
        self._sweep = sweep

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
        if request.stage is not None and request.stage not in self._stages:
            raise InvalidInput(UNKNOWN_STAGE, stage=request.stage)
        if request.selected is not None:
            if request.what:
                raise InvalidInput(SELECTED_TWICE)
            chosen = self._assets.runs_of(self._selection().of(actor, request.selected))
            count = self._retries.retry(None, request.kinds, request.stage, chosen)
        elif not request.what:
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
