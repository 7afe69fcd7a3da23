"""The use cases of models: listing them, choosing the one that answers, and the change from an old to a new one."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from time import monotonic

from dampipe.features.search.errors import (
    MODEL_FROM_ENVIRONMENT,
    MODEL_IN_USE,
    MODEL_NOT_KNOWN,
    UNKNOWN_MODEL,
)
from dampipe.features.search.model import ModelReport
from dampipe.features.search.model_queries import ModelRepository
from dampipe.jobs.keys import RunKey
from dampipe.jobs.plan import Plan
from dampipe.kernel.access import MANAGE, READ, Actor, require
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound, StageError
from dampipe.kernel.settings.file import is_in_environment, setting_in_file, write_setting
from dampipe.storage.auto import AutoStorage
from dampipe.vision.base import Embedder
from dampipe.vision.model_catalog import known_models
from dampipe.vision.model_ref import ModelRef
from dampipe.vision.models import SUGGESTED, TINY, resolve

log = logging.getLogger(__name__)

RECHECK = 10.0
"""Seconds between two checks of whether the new model has taken over."""
EMBED = "embed"
"""The stage that makes vectors."""


class ModelService:
    """The models of a library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        models: ModelRepository,
        storage: AutoStorage,
        plan: Callable[[], Plan],
        name: str,
        current: Callable[[], Embedder],
        open_model: Callable[[str], Embedder],
    ) -> None:
        """name: what the settings call the model; current: its embedder; open_model: opens any other by name."""
        self._models = models
        self._storage = storage
        self._plan = plan
        self._name = name
        self._current = current
        self._open_model = open_model
        self._lock = Lock()
        self._answering: Embedder | None = None
        self._until = 0.0

    def check(self, actor: Actor) -> None:
        """Raise Unavailable or Permanent if the model of the settings cannot be used on this machine."""
        require(actor, READ)
        self._current().check()

    def answering(self) -> Embedder:
        """The embedder that answers searches: the one in the settings once its vectors are complete, else the old one.

        Complete: every asset that has vectors of the old model has some of the new one, or its stages have failed.
        """
        with self._lock:
            if self._answering is None or monotonic() > self._until:
                chosen = self._choose()
                # A model that has taken over is not checked again.
                taken_over = chosen is self._current()
                self._until = float("inf") if taken_over else monotonic() + RECHECK
                self._answering = chosen
            return self._answering

    def all(self, actor: Actor, everything: bool = False) -> list[ModelReport]:
        """The model in use, those that have vectors, and some suggestions; with `everything` all that are known."""
        require(actor, READ)
        present = self._models.all()
        names = self.names()
        shown = dict.fromkeys(
            [self._name, *(names.get(model, model) for model in present), *SUGGESTED, TINY]
            + (sorted(known_models()) if everything else [])
        )
        answering = self._answers()
        known = {called: model for model, called in names.items()}
        return [self._report(name, present, answering, known) for name in shown]

    def info(self, actor: Actor, name: str) -> ModelReport:
        """One model, whether it is used or not. Raises InvalidInput for an unknown name."""
        require(actor, READ)
        ref = resolve(name)
        if ref.folder and name != TINY:
            name = str(ref.folder)  # the same from whatever folder a process is started
        return self._report(name, self._models.all(), self._answers(), {})

    def choose(self, actor: Actor, name: str) -> ModelReport:
        """Write a model into dampipe.toml; processes use it once they are restarted.

        Raises InvalidInput for an unknown name, for a value in the environment, which would win, and where the file
        cannot be written.
        """
        require(actor, MANAGE)
        if is_in_environment("model"):
            raise InvalidInput(MODEL_FROM_ENVIRONMENT)
        found = self.info(actor, name)
        write_setting("model", found.name)
        return found.model_copy(update={"chosen": True})

    def choose_known(self, actor: Actor, name: str) -> ModelReport:
        """The same for clients that may not see this machine's folders: only a model that `all` lists."""
        require(actor, MANAGE)
        listed = {self._name, TINY, *SUGGESTED, *known_models(), *self.names().values()}
        if name not in listed:
            raise InvalidInput(MODEL_NOT_KNOWN, name=name)
        return self.choose(actor, name)

    def forget(self, actor: Actor, name: str) -> int:
        """Remove the vectors of a model that no longer answers; returns how many.

        Raises NotFound for a model without vectors, Conflict for the one that is used or still answers.
        """
        require(actor, MANAGE)
        present = self._models.all()
        names = self.names()
        by_name = {names.get(model, model): model for model in present}
        model = by_name.get(name, name)
        if model not in present:  # an earlier one, whose name is in no stage's output any more
            with suppress(DampipeError):
                model = resolve(name).fingerprint
        if model not in present:
            raise NotFound(UNKNOWN_MODEL, name=name)
        if model in (self._current().fingerprint, self.answering().fingerprint):
            raise Conflict(MODEL_IN_USE, name=name)
        self._empty(model)  # opens its index while it still has vectors
        gone = self._models.forget(model)
        self._empty(model)
        return gone

    def _empty(self, model: str) -> None:
        try:
            self._storage.advance(model)
        except DampipeError as error:
            log.warning("the index of %s was not emptied: %s", model, error)

    def _choose(self) -> Embedder:
        current = self._current()
        present = self._models.all()
        others = [model for model in present if model != current.fingerprint]
        if not others:
            return current
        keys = self._stages_to_vectors()
        left = {other: self._models.left(other, current.fingerprint, keys) for other in others}
        # A broken model, which has embedded nothing, does not take over.
        is_without_vectors = current.fingerprint not in present
        names = self.names()
        # Of models with as many assets left the one that was used last is preferred: the runs have its outputs.
        latest = self._models.names(EMBED)
        for old in sorted(others, key=lambda model: (-left[model], model not in latest)):
            if left[old] or is_without_vectors:
                try:
                    embedder = self._open_model(names.get(old, old))
                    embedder.check()
                except (DampipeError, StageError) as error:
                    log.warning("the model %s can no longer answer searches: %s", old, error)
                    continue
                if embedder.fingerprint == old:
                    known = self._answering
                    # The same object again, since it holds the loaded model.
                    return known if known is not None and known.fingerprint == old else embedder
        return current

    def _stages_to_vectors(self) -> list[RunKey]:
        """The stages that lead to the vectors of an asset, embed last."""
        plan = self._plan()
        stages = [plan[EMBED]]
        for stage in stages:
            stages += [upstream for upstream in plan.upstream(stage) if upstream not in stages]
        return [plan.key(stage) for stage in reversed(stages) if not stage.on_location]

    def names(self) -> dict[str, str]:
        """What models are called, by fingerprint."""
        known = {resolve(TINY).fingerprint: TINY, **self._models.names(EMBED)}
        with suppress(InvalidInput):  # the settings name an unknown model
            known[self._current().fingerprint] = self._name
        return known

    def _answers(self) -> str:
        """The fingerprint of the model that answers; empty where the settings name an unknown one."""
        try:
            return self.answering().fingerprint
        except InvalidInput:
            return ""

    def _chosen(self) -> object:
        in_file = None if is_in_environment("model") else setting_in_file("model")
        return self._name if in_file is None else in_file

    def _report(self, name: str, present: list[str], answering: str, known: Mapping[str, str]) -> ModelReport:
        """known: fingerprints by name, for models that can no longer be resolved."""
        problem = ""
        try:
            ref: ModelRef | None = resolve(name)
        except DampipeError as error:
            ref = None  # a folder that no longer exists, a hub that does not answer
            is_fingerprint = name in present  # an earlier one whose name is unknown
            problem = "an earlier model" if is_fingerprint else str(error)
        # Checking any other would ask the hub.
        if ref and (ref.folder or ref.missing_packages() or ref.weights_available()):
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
            chosen=name == self._chosen(),
            answers=fingerprint == answering,
            assets=self._models.assets(fingerprint) if fingerprint in present else 0,
        )
