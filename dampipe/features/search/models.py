"""The use cases about models: which there are, which one answers, and how a new one takes over."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from time import monotonic

from dampipe.features.assets.catalog import Catalog
from dampipe.features.search.model import ModelReport
from dampipe.jobs.keys import RunKey
from dampipe.jobs.plan import Plan
from dampipe.kernel.errors import Busy, DampipeError, InvalidInput, NotFound, StageError
from dampipe.storage.auto import AutoStorage
from dampipe.vision.base import Embedder
from dampipe.vision.model_catalog import known_models
from dampipe.vision.models import SUGGESTED, TINY, ModelRef, resolve

log = logging.getLogger(__name__)

AGAIN = 10.0
"""Seconds after which it is looked again whether the new model has taken over."""
EMBED = "embed"
"""The stage that makes vectors."""


class ModelService:
    """The models of a library. `name` is what the settings say, `current` its embedder."""

    def __init__(
        self,
        catalog: Catalog,
        storage: AutoStorage,
        plan: Callable[[], Plan],
        name: str,
        current: Callable[[], Embedder],
        opener: Callable[[str], Embedder],
    ) -> None:
        self._catalog = catalog
        self._storage = storage
        self._plan = plan
        self._name = name
        self._current = current
        self._opener = opener
        self._lock = Lock()
        self._answering: Embedder | None = None
        self._until = 0.0

    def answering(self) -> Embedder:
        """The embedder that search asks: the settings' own once its vectors are complete, until then the old one's.

        Complete: whatever can be found by the old model can be found by the new one, or has failed.
        """
        with self._lock:
            if self._answering is None or monotonic() > self._until:
                chosen = self._choose()
                # Who has taken over stays.
                taken_over = chosen is self._current()
                self._until = float("inf") if taken_over else monotonic() + AGAIN
                self._answering = chosen
            return self._answering

    def all(self, everything: bool = False) -> list[ModelReport]:
        """The present model, those that have vectors, and some worth a thought; or all that are known."""
        present = self._catalog.models.all()
        names = self.names()
        shown = dict.fromkeys(
            [self._name, *(names.get(model, model) for model in present), *SUGGESTED, TINY]
            + (sorted(known_models()) if everything else [])
        )
        answering = self._answers()
        known = {called: model for model, called in names.items()}
        return [self._report(name, present, answering, known) for name in shown]

    def info(self, name: str) -> ModelReport:
        """One model, whether it is used or not. Raises InvalidInput for a name that nobody knows."""
        ref = resolve(name)
        if ref.folder and name != TINY:
            name = str(ref.folder)  # the same from whatever folder a process is started
        return self._report(name, self._catalog.models.all(), self._answers(), {})

    def forget(self, name: str) -> int:
        """Remove the vectors of a model that no longer answers; returns how many.

        Raises NotFound for a model without vectors, Busy for the one that is used or still answers.
        """
        present = self._catalog.models.all()
        names = self.names()
        by_name = {names.get(model, model): model for model in present}
        model = by_name.get(name, name)
        if model not in present:  # an earlier one, whose name nothing tells any more
            with suppress(DampipeError):
                model = resolve(name).fingerprint
        if model not in present:
            raise NotFound(
                f"there are no vectors of a model {name!r}", hint="`dampipe model list` lists them."
            )
        if model in (self._current().fingerprint, self.answering().fingerprint):
            raise Busy(
                f"{name} is in use", hint="Its vectors can go when another model has taken over in search."
            )
        self._empty(model)  # opens its index while it still has vectors
        gone = self._catalog.models.forget(model)
        self._empty(model)
        return gone

    def _empty(self, model: str) -> None:
        try:
            self._storage.advance(model)
        except DampipeError as error:
            log.warning("the index of %s was not emptied: %s", model, error)

    def _choose(self) -> Embedder:
        current = self._current()
        present = self._catalog.models.all()
        others = [model for model in present if model != current.fingerprint]
        if not others:
            return current
        keys = self._way()
        left = {other: self._catalog.models.left(other, current.fingerprint, keys) for other in others}
        # One that could embed nothing at all, since it is broken, takes over from nobody.
        useless = current.fingerprint not in present
        names = self.names()
        # Of those that find as much the one that was in use last, which made the results that there are.
        latest = self._catalog.models.names(EMBED)
        for old in sorted(others, key=lambda model: (-left[model], model not in latest)):
            if left[old] or useless:
                try:
                    embedder = self._opener(names.get(old, old))
                    embedder.check()
                except (DampipeError, StageError) as error:
                    log.warning("the model %s cannot answer any longer: %s", old, error)
                    continue
                if embedder.fingerprint == old:
                    known = self._answering
                    # The same object again, for it holds the loaded model.
                    return known if known is not None and known.fingerprint == old else embedder
        return current

    def _way(self) -> list[RunKey]:
        """The stages by which an asset comes to its vectors, embed last."""
        plan = self._plan()
        way = [plan[EMBED]]
        for stage in way:
            way += [upstream for upstream in plan.upstream(stage) if upstream not in way]
        return [plan.key(stage) for stage in reversed(way) if not stage.on_location]

    def names(self) -> dict[str, str]:
        """What models are called, by fingerprint."""
        known = {resolve(TINY).fingerprint: TINY, **self._catalog.models.names(EMBED)}
        with suppress(InvalidInput):  # the settings name a model that is none
            known[self._current().fingerprint] = self._name
        return known

    def _answers(self) -> str:
        """The fingerprint of the model that answers; empty where the settings name none that exists."""
        try:
            return self.answering().fingerprint
        except InvalidInput:
            return ""

    def _report(self, name: str, present: list[str], answering: str, known: Mapping[str, str]) -> ModelReport:
        """known: fingerprints by name, for models that are gone."""
        problem = ""
        try:
            ref: ModelRef | None = resolve(name)
        except DampipeError as error:
            ref = None  # a folder that is gone, a hub that is away
            unnamed = name in present  # an earlier one of which only the fingerprint is known
            problem = "an earlier one" if unnamed else str(error)
        if ref and (ref.folder or ref.weights_available()):  # a look at any other would ask the hub
            try:
                ref.check()
            except StageError as error:
                problem = str(error)
        fingerprint = ref.fingerprint if ref else known.get(name, name)
        return ModelReport(
            name=name,
            fingerprint=fingerprint,
            licence=ref.licence if ref else "",
            size=ref.spec.size if ref else 0,
            weights_here=ref.weights_available() if ref else False,
            needs=ref.needs if ref else "",
            problem=problem,
            note=SUGGESTED.get(name, ""),
            used=name == self._name,
            answers=fingerprint == answering,
            assets=self._catalog.models.assets(fingerprint) if fingerprint in present else 0,
        )
