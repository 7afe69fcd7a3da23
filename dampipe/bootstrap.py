"""Settings to wired objects: the only place that knows every adapter."""

import hashlib
import os
import re
import sys
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import Any

from dampipe.domain.errors import CannotStart, InvalidInput, Unavailable
from dampipe.domain.scans import Guard
from dampipe.library import Library
from dampipe.media.ffmpeg import Ffmpeg, find_ffmpeg
from dampipe.media.filetypes import is_media
from dampipe.media.isolation import find_isolation
from dampipe.media.machine import Hardware
from dampipe.media.mhl import Manifests
from dampipe.media.passes import Passes
from dampipe.media.preview import PreviewMaker
from dampipe.media.probing import Prober
from dampipe.media.proxy import ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe
from dampipe.media.shot_frames import ShotFrames
from dampipe.models import Models
from dampipe.pipeline.dispatch import Carrier, Dispatcher
from dampipe.pipeline.lease import is_dead
from dampipe.pipeline.plan import Plan
from dampipe.pipeline.rules import Rules
from dampipe.pipeline.runner import Policy, Runner
from dampipe.pipeline.scanner import Scanner
from dampipe.pipeline.stage import PipelineError, Stage
from dampipe.pipeline.sweep import Sweep
from dampipe.pipeline.toolbox import MadeTools, Tool
from dampipe.pipeline.verifier import Verifier
from dampipe.settings import Settings, load_settings
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.database import Database
from dampipe.storage.registry import get_storage_backend
from dampipe.storage.vectors.base import VectorStorage
from dampipe.sync import Nightly
from dampipe.vision.base import Embedder
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.frames import POLICY, choose
from dampipe.watching import Watching


def load_pipeline(settings: Settings) -> list[Stage]:
    """The list that the setting `pipeline` names, and the stages of plug-ins. Raises PipelineError."""
    found = _named(settings.pipeline)
    if not isinstance(found, list) or not all(isinstance(stage, Stage) for stage in found):
        raise PipelineError(f"{settings.pipeline} is not a list of stages")
    return [*found, *_plugin_stages()]


def _plugin_stages() -> list[Stage]:
    from importlib.metadata import entry_points

    return [point.load() for point in entry_points(group="dampipe.stages")]


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise CannotStart(
            f"{name} cannot be found: {error}",
            hint="tasks/ and workers/ come with dampipe's checkout: install it with `pip install -e .`.",
        ) from error
    except AttributeError as error:
        raise CannotStart(f"{name} cannot be found: {error}") from error


class World:
    """One process's objects, each made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def toolbox(self) -> MadeTools:
        """The tools that stages may ask for, by type."""
        return MadeTools(
            {
                Prober: Tool(lambda: self.prober),
                Passes: Tool(
                    lambda: self.passes,
                    lambda: self.preview_recipe.fingerprint,
                    lambda: self.preview_recipe.frames.fingerprint,
                ),
                ProxyMaker: Tool(lambda: self.proxy_maker, lambda: self.proxy_recipe.fingerprint),
                ShotFrames: Tool(
                    lambda: ShotFrames(self.preview_recipe.frames),
                    lambda: self.preview_recipe.frames.fingerprint,
                ),
                DerivativeStore: Tool(lambda: self.derivatives),
                Embedder: Tool(lambda: self.embedder, lambda: self.embedder.fingerprint),
                AutoStorage: Tool(lambda: self.storage),
            }
        )

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue; `set_up` or `check` it before use."""
        settings = self.settings
        return Catalog(Database(settings.database, settings.database_timeout, settings.machine_name))

    @cached_property
    def blobs(self) -> BlobStore:
        """Where derivatives are."""
        place, options = self.settings.blobs, self.settings.blobs_options
        if "://" in place:
            config = {"url": place, "cache": str(self.settings.home / "cache" / ".blobs"), **options}
            return get_storage_backend("fsspec", config)  # type: ignore[return-value]
        return get_storage_backend("local", {"root": place})  # type: ignore[return-value]

    @cached_property
    def derivatives(self) -> DerivativeStore:
        """The same, by what they are for."""
        return DerivativeStore(self.blobs)

    @cached_property
    def storage(self) -> AutoStorage:
        """The catalogue with the vector index."""
        return AutoStorage(self.catalog, None if self.settings.vectors == "none" else self._vectors)

    def _vectors(self, model: str, dimension: int) -> VectorStorage:
        name = _file_name(model)
        own = {"folder": str(self.settings.index_folder / name), "dimension": dimension, "name": name}
        config = {**self.settings.vectors_options, **own}
        if self.settings.vectors == "pgvector":
            config.setdefault("url", self.settings.database)  # the catalogue's own, where it is PostgreSQL
        return get_storage_backend(self.settings.vectors, config)  # type: ignore[return-value]

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg to use."""
        found = find_ffmpeg(self.settings.ffmpeg or None)
        return replace(found, isolation=find_isolation(self.settings.sandbox, found.path))

    @cached_property
    def prober(self) -> Prober:
        """What looks into files; its helper is started at the first use."""
        return Prober(isolation=self.ffmpeg.isolation)

    @cached_property
    def hardware(self) -> Hardware:
        """This machine's video hardware; what was found out is kept in the home folder."""
        settings = self.settings
        cache = settings.home / "cache"
        return Hardware(self.ffmpeg, cache, self.proxy_recipe, settings.acceleration, settings.nvenc_sessions)

    @cached_property
    def embedder(self) -> Embedder:
        """The model, not loaded before it is needed. Raises InvalidInput that names the setting."""
        try:
            return self._embedder(self.settings.model)
        except (InvalidInput, Unavailable) as error:
            hint = f"{error.hint}. `dampipe model use NAME` changes it.".lstrip(". ")
            raise InvalidInput(f"setting 'model': {error}", hint=hint) from error

    def _embedder(self, model: str) -> Embedder:
        threads = max(1, (os.cpu_count() or 1) // 2)
        return ClipEmbedder(model, self.settings.device, threads)

    @cached_property
    def models(self) -> Models:
        """Which models there are, and which one answers."""
        return Models(
            self.catalog,
            self.storage,
            lambda: self.plan,
            self.settings.model,
            lambda: self.embedder,
            self._embedder,
        )

    @cached_property
    def preview_recipe(self) -> PreviewRecipe:
        """What the preview pass makes; the frames as the model wants them."""
        recipe, spec = self.settings.asset_recipe, self.embedder.spec
        wanted = {"size": spec.size, "fit": spec.fit, "interpolation": spec.interpolation, "choice": POLICY}
        frames = recipe.frames.model_copy(update=wanted)
        return PreviewRecipe(poster=recipe.poster, sprite=recipe.sprite, frames=frames)

    @property
    def proxy_recipe(self) -> ProxyRecipe:
        """What the proxy pass makes."""
        return self.settings.asset_recipe.proxy

    @cached_property
    def proxy_maker(self) -> ProxyMaker:
        """Makes proxies."""
        return ProxyMaker(
            self.ffmpeg, self.proxy_recipe, self.hardware.accelerations, machine=self.hardware.machine
        )

    @cached_property
    def passes(self) -> Passes:
        """Makes previews, and the proxy along with them where that is set."""
        preview = PreviewMaker(
            self.ffmpeg,
            self.preview_recipe,
            choose,
            prober=self.prober,
            accelerations=self.hardware.accelerations,
            machine=self.hardware.machine,
        )
        return Passes(preview, self.proxy_maker if self.settings.one_pass else None)

    @cached_property
    def plan(self) -> Plan:
        """The pipeline, checked."""
        return Plan(load_pipeline(self.settings), self.toolbox)

    @cached_property
    def carrier(self) -> Carrier:
        """What carries messages."""
        carrier: Carrier = _named(self.settings.carrier)(self.settings)
        return carrier

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """What starts chains."""
        return Dispatcher(self.catalog.backlog, self.plan, self.carrier, self.settings.window)

    @cached_property
    def runner(self) -> Runner:
        """What runs stages."""
        policy = Policy(self.settings.lease, self.settings.max_attempts)
        return Runner(self.catalog, self.plan, self.toolbox, self.dispatcher, policy)

    @cached_property
    def rules(self) -> Rules:
        """What walks take, when, and how much they believe."""
        settings = self.settings
        return Rules(
            is_media=is_media,
            settle=settings.settle,
            guard=Guard(share=settings.guard_share, files=settings.guard_files),
            exclude=settings.exclude,
        )

    @cached_property
    def scanner(self) -> Scanner:
        """What walks scans."""
        return Scanner(self.catalog, self.plan, self.dispatcher, self.rules, self.settings.lease)

    @cached_property
    def sweep(self) -> Sweep:
        """What brings back lost work."""
        attempts = self.settings.max_attempts
        return Sweep(self.catalog, self.plan, self.dispatcher, self.carrier, self.verifier, attempts)

    @cached_property
    def verifier(self) -> Verifier:
        """What reads files again."""
        return Verifier(self.catalog, self.carrier, self.plan.first.queue, self.settings.lease)

    @cached_property
    def library(self) -> Library:
        """The use cases."""
        return Library(
            catalog=self.catalog,
            storage=self.storage,
            derivatives=self.derivatives,
            plan=lambda: self.plan,
            carrier=lambda: self.carrier,
            models=self.models,
            sweep=lambda: self.sweep,
            verifier=lambda: self.verifier,
            nightly=Nightly(self.settings.verify_percent, self.settings.verify_minutes),
            manifests=Manifests(self.settings.ascmhl),
        )

    @cached_property
    def watching(self) -> Watching:
        """What takes new files at once."""
        return Watching(self.catalog, self.rules, self.library.enqueue)

    def hand_back(self) -> int:
        """Give back what stopped processes of this machine held, uncounted; returns how many runs."""
        return self.catalog.recovery.hand_back(is_dead)

    def device_in_words(self) -> str:
        """Where the model would run, in words."""
        from dampipe.vision.devices import describe

        return describe(self.settings.device)

    def machine_facts(self, queues: list[str]) -> dict[str, Any]:
        """What a worker of these queues tells about its machine."""
        facts: dict[str, Any] = {"python": sys.version.split()[0]}
        stages = [stage for stage in self.plan.stages if stage.queue in queues]
        tools = {tool for stage in stages for tool in stage.tools.values()}
        if tools & {Passes, ProxyMaker}:
            facts["ffmpeg"] = self.ffmpeg.version
            facts |= self.hardware.facts()
        if Embedder in tools:
            facts["model"] = self.settings.model
            facts["device"] = self.settings.device
        return facts


def _file_name(fingerprint: str) -> str:
    """A model's fingerprint as a name that is safe on every file system, and still tells which it is."""
    digest = hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', fingerprint.lower())}-{digest}"


_worlds: dict[int, World] = {}


def this_world() -> World:
    """The world of this process: a fork gets its own, since connections must not be shared."""
    pid = os.getpid()
    if pid not in _worlds:
        _worlds.clear()
        _worlds[pid] = World(load_settings())
    return _worlds[pid]
