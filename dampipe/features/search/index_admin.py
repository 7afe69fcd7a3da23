"""The use cases of the vector index: check, repair and rebuild the index of every model."""

import logging
from collections.abc import Callable
from time import monotonic

from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.model_service import ModelService
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.errors import DampipeError, Unavailable
from dampipe.storage.auto import AutoStorage
from dampipe.storage.index_report import IndexReport

log = logging.getLogger(__name__)

RETRY_AFTER = 300.0
"""Seconds after a failed repair (a full disk) before the next attempt."""


class IndexService:
    """The vector indexes of a library, one per model that has vectors. Any method may raise CatalogueDown."""

    def __init__(self, models: ModelRepository, names: ModelService, storage: AutoStorage) -> None:
        self._models = models
        self._names = names
        self._storage = storage
        self._retry_at: dict[str, float] = {}
        """By model whose repair failed: when it is tried again."""

    def check(self, actor: Actor, thorough: bool = True) -> list[IndexReport]:
        """Compare every index with the catalogue.

        thorough: read all of it and compare every vector; otherwise see whether its files exist, and count vectors.
        Raises Unavailable where there is no vector index.
        """
        require(actor, MANAGE)
        names = self._names.names()
        reports = (self._storage.check_index(model, thorough) for model in self._models.all())
        return [
            report.model_copy(update={"name": names.get(report.model, report.model)})
            for report in reports
            if report is not None
        ]

    def tend(self, actor: Actor) -> list[str]:
        """Bring indexes that are lost, damaged or left behind up to the catalogue; returns the models' names.

        Cheap where all is well. A failure is logged, and the index is tried again after RETRY_AFTER.
        """
        require(actor, MANAGE)
        names = self._names.names()
        return [names.get(model, model) for model in self._models.all() if self._repaired(model)]

    def rebuild(self, actor: Actor, on_progress: Callable[[str], None] = lambda _: None) -> list[IndexReport]:
        """Build every index anew from the catalogue; search answers from the old one until the new one is complete.

        on_progress: called with the name of each model before its index is built. Raises Unavailable where there is no
        vector index, Transient while another rebuild is running.
        """
        require(actor, MANAGE)
        names = self._names.names()
        for model in self._models.all():
            on_progress(names.get(model, model))
            self._storage.rebuild_index(model)
        return self.check(actor)

    def _repaired(self, model: str) -> bool:
        if monotonic() < self._retry_at.get(model, 0.0):
            return False
        try:
            return self._storage.repair_index(model)
        except Unavailable:  # this deployment has no vector index
            return False
        except DampipeError as error:
            log.warning("the index of %s will be repaired later: %s", model, error)
            self._retry_at[model] = monotonic() + RETRY_AFTER
            return False
