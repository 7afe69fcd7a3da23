"""The use case of pruning."""

import logging
from collections.abc import Callable, Sequence

from dampipe.features.derivatives.orphans import OrphanedBlobs
from dampipe.features.pruning.model import Pruned, PruneRequest
from dampipe.features.pruning.queries import Pruner
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError, Unavailable
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore

log = logging.getLogger(__name__)


class PruneService:
    """Removes what is gone from the catalogue. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        sources: SourceRepository,
        pruner: Pruner,
        orphans: OrphanedBlobs,
        derivatives: DerivativeStore,
        models: ModelRepository,
        storage: AutoStorage,
    ) -> None:
        self._db = database
        self._sources = sources
        self._pruner = pruner
        self._orphans = orphans
        self._derivatives = derivatives
        self._models = models
        self._storage = storage

    def plan(self, actor: Actor, request: PruneRequest) -> Pruned:
        """What `prune` would remove. Raises NotFound for an unknown source."""
        require(actor, MANAGE)
        planned = self._pruner.plan(self._source_id(request), request.annotations)
        if not request.orphans:
            return planned
        sizes = [self._derivatives.size(key) for key in self._orphans.find(self._derivatives.keys())]
        folders = self._derivatives.sweep_workspaces(dry_run=True)
        found = {"leftovers": len(sizes), "leftover_bytes": sum(sizes), "work_folders": folders}
        return planned.model_copy(update=found)

    def prune(
        self, actor: Actor, request: PruneRequest, on_progress: Callable[[int], None] = lambda _: None
    ) -> Pruned:
        """Remove missing locations, then assets without a location, with their derivatives and vectors.

        Assets about which people wrote something are kept with their missing locations, unless the request says
        otherwise. While files wait for their hash, assets are kept: such a file may turn out to be one of them.
        on_progress: called with the number of rows removed by each transaction. Raises NotFound for an unknown
        source, Busy while another prune is running.
        """
        require(actor, MANAGE)
        with advisory_lock(self._db, "prune"):
            models = self._models.all()
            self._update_indexes(models)  # opens each index while its model still has vectors
            done = self._pruner.prune(
                self._source_id(request), self._derivatives.delete, on_progress, request.annotations
            )
            if done.vectors:
                self._update_indexes(models)
            if not request.orphans:
                return done
            sizes: list[int] = []

            def delete(key: str) -> None:
                size = self._derivatives.size(key)
                self._derivatives.delete(key)
                sizes.append(size)

            self._orphans.remove(self._derivatives.keys(), delete)
            folders = self._derivatives.sweep_workspaces()
        found = {"leftovers": len(sizes), "leftover_bytes": sum(sizes), "work_folders": folders}
        return done.model_copy(update=found)

    def _update_indexes(self, models: Sequence[str]) -> None:
        for model in models:
            try:
                self._storage.advance(model)
            except Unavailable:  # this deployment has no vector index
                continue
            except DampipeError as error:
                log.warning("the index of %s will be updated later: %s", model, error)

    def _source_id(self, request: PruneRequest) -> int | None:
        return None if request.source is None else self._sources.named(request.source).id
