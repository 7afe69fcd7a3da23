"""One process's objects, each made when it is first asked for, wired as the settings say."""

import hashlib
import os
import re
import sys
from functools import cached_property
from typing import Any

from dampipe.app.features import detail_fields, features
from dampipe.app.library import Library
from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_named, load_pipeline
from dampipe.app.tools import MediaTools
from dampipe.features.assets.catalog import Catalog
from dampipe.features.assets.folders import SourceFolders
from dampipe.features.assets.queries import AssetRepository, DerivativeLookup
from dampipe.features.assets.service import AssetService, DetailFields
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.sweep import FixitySweep
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.scanning.model import Guard
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.sweep import ScanSweep
from dampipe.features.scanning.sync import NightlyPolicy
from dampipe.features.search.model_service import ModelService
from dampipe.features.search.sweep import TextIndexSweep
from dampipe.features.sources.service import SourceContents
from dampipe.jobs.complete import RunCompleter
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.inputs import StageInputs
from dampipe.jobs.lease import LeaseRenewer, is_dead
from dampipe.jobs.plan import Plan
from dampipe.jobs.policy import RunPolicy, SweepPolicy
from dampipe.jobs.record import RunRecorder
from dampipe.jobs.retry import RunRetries
from dampipe.jobs.runner import Runner
from dampipe.jobs.savers import SaverRegistry
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.toolbox import LazyTools, Tool
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.work_runner import WorkRunner
from dampipe.kernel import container as kernel
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.settings.settings import Settings
from dampipe.media.filetypes import is_media
from dampipe.media.passes import Passes
from dampipe.media.preview.shot_frames import ShotFrames
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.registry import get_storage_backend
from dampipe.storage.vectors.base import VectorStorage
from dampipe.vision.base import Embedder


class Container(kernel.Container):
    """All that a process may need. To make one costs nothing."""

    def __init__(self, settings: Settings, asks_server: bool = False) -> None:
        """asks_server: whether text queries are encoded by the web server of this machine, where one runs."""
        super().__init__()
        self._is_set_up = False
        self.settings = settings
        self._provide_all()
        self.tools = MediaTools(settings, asks_server)
        """What looks into files and makes something of them."""

    def _provide_all(self) -> None:
        self.provide(Settings, lambda: self.settings)
        self.provide(Database, lambda: self.catalog.database)
        self.provide(Catalog, lambda: self.catalog)
        self.provide(BlobStore, lambda: self.blobs)
        self.provide(DerivativeStore, lambda: self.derivatives)
        self.provide(AutoStorage, lambda: self.storage)
        self.provide(ModelService, lambda: self.models)
        self.provide(Plan, lambda: self.plan)
        self.provide(TaskTransport, lambda: self.carrier)
        self.provide(Dispatcher, lambda: self.dispatcher)
        self.provide(Runner, lambda: self.runner)
        self.provide(ScanPolicy, lambda: self.scan_policy)
        self.provide(Scanner, lambda: self.scanner)
        self.provide(Sweep, lambda: self.sweep)
        self.provide(FixityWorker, lambda: self.verifier)
        self.provide(Services, lambda: self)
        self.provide(ScanRepository, lambda: self.catalog.scans)
        self.provide(AssetRepository, lambda: self.catalog.assets)
        self.provide(DerivativeLookup, lambda: self.get(DerivativeRepository))
        self.provide(DetailFields, detail_fields)
        self.provide(AscMhl, lambda: AscMhl(self.settings.ascmhl))
        self.provide(Library, lambda: self.library)
        self.provide(MediaTools, lambda: self.tools)
        self.provide(
            NightlyPolicy, lambda: NightlyPolicy(self.settings.verify_percent, self.settings.verify_minutes)
        )
        self.provide(SourceContents, lambda: self.get(SourceFolders))
        self.provide(RunRetries, lambda: self.catalog.retries)

    def set_up(self) -> None:
        """Bring the catalogue to the newest schema, once a process. Raises CatalogueDown."""
        if not self._is_set_up:
            upgrade(self.get(Database))
            self._is_set_up = True

    @cached_property
    def toolbox(self) -> LazyTools:
        """The tools that stages may ask for, by type."""
        return LazyTools(
            {
                Prober: Tool(lambda: self.tools.prober),
                Passes: Tool(
                    lambda: self.tools.passes,
                    lambda: self.tools.preview_recipe.fingerprint,
                    lambda: self.tools.preview_recipe.frames.fingerprint,
                ),
                ProxyMaker: Tool(lambda: self.tools.proxy_maker, lambda: self.tools.proxy_recipe.fingerprint),
                ShotFrames: Tool(
                    lambda: ShotFrames(self.tools.preview_recipe.frames),
                    lambda: self.tools.preview_recipe.frames.fingerprint,
                ),
                DerivativeStore: Tool(lambda: self.derivatives),
                Embedder: Tool(lambda: self.tools.embedder, lambda: self.tools.embedder.fingerprint),
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
    def models(self) -> ModelService:
        """Which models there are, and which one answers."""
        return ModelService(
            self.catalog.models,
            self.storage,
            lambda: self.plan,
            self.settings.model,
            lambda: self.tools.embedder,
            self.tools.open_model,
        )

    @cached_property
    def plan(self) -> Plan:
        """The pipeline, checked."""
        return Plan(load_pipeline(self.settings), self.toolbox)

    @cached_property
    def carrier(self) -> TaskTransport:
        """What carries messages."""
        carrier: TaskTransport = load_named(self.settings.carrier)(self.settings)
        return carrier

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """What starts chains."""
        return Dispatcher(self.catalog.backlog, self.plan, self.carrier, self.work, self.settings.window)

    @cached_property
    def leases(self) -> LeaseRenewer:
        """Renews the leases that this process holds."""
        return LeaseRenewer()

    @cached_property
    def run_policy(self) -> RunPolicy:
        """How runs are held and attempted."""
        return RunPolicy(self.settings.lease, self.settings.max_attempts)

    @cached_property
    def savers(self) -> SaverRegistry:
        """What features save of the outputs of stages."""
        return SaverRegistry.of(features())

    @cached_property
    def work(self) -> WorkRegistry:
        """The kinds of work items that features add."""
        return WorkRegistry.of(features(), (stage.name for stage in self.plan.stages), lambda kind: kind())

    @cached_property
    def runner(self) -> Runner:
        """What runs stages."""
        catalog = self.catalog
        completer = RunCompleter(catalog.database, catalog.subjects, self.savers)
        return Runner(
            runs=catalog.runs,
            inputs=StageInputs(catalog.results, catalog.subjects, self.plan),
            recorder=RunRecorder(catalog.runs, completer, self.plan, self.run_policy),
            dispatcher=self.dispatcher,
            plan=self.plan,
            toolbox=self.toolbox,
            leases=self.leases,
            policy=self.run_policy,
        )

    @cached_property
    def work_runner(self) -> WorkRunner:
        """What runs work items of other kinds."""
        return WorkRunner(
            work=WorkRepository(self.catalog.database),
            runs=self.catalog.runs,
            kinds=self.work,
            dispatcher=self.dispatcher,
            leases=self.leases,
            policy=self.run_policy,
        )

    @cached_property
    def scan_policy(self) -> ScanPolicy:
        """Which files scans take, when, and how much loss they believe."""
        settings = self.settings
        return ScanPolicy(
            is_media=is_media,
            settle=settings.settle,
            guard=Guard(share=settings.guard_share, files=settings.guard_files),
            exclude=settings.exclude,
        )

    @cached_property
    def scanner(self) -> Scanner:
        """What walks scans."""
        catalog = self.catalog
        return Scanner(
            catalog.database,
            catalog.scans,
            catalog.sources,
            self.plan,
            self.dispatcher,
            self.scan_policy,
            self.leases,
            self.settings.lease,
        )

    @cached_property
    def sweep(self) -> Sweep:
        """What brings back lost work."""
        catalog = self.catalog
        return Sweep(
            database=catalog.database,
            recovery=catalog.recovery,
            queue=catalog.backlog,
            plan=self.plan,
            dispatcher=self.dispatcher,
            transport=self.carrier,
            work=self.work,
            parts=[
                ScanSweep(catalog.scans, catalog.holding, self.plan, self.carrier),
                TextIndexSweep(catalog.words),
                FixitySweep(self.verifier),
            ],
            policy=SweepPolicy(max_attempts=self.settings.max_attempts),
        )

    @cached_property
    def verifier(self) -> FixityWorker:
        """What reads files again."""
        catalog = self.catalog
        return FixityWorker(
            catalog.verifications,
            catalog.workers,
            self.carrier,
            self.plan.first.queue,
            self.leases,
            self.settings.lease,
        )

    @cached_property
    def library(self) -> Library:
        """The use cases."""
        return Library(
            catalog=self.catalog,
            carrier=lambda: self.carrier,
            models=self.models,
            assets=self.get(AssetService),
        )

    def hand_back(self) -> int:
        """Give back what stopped processes of this machine held, uncounted; returns how many runs."""
        return self.catalog.recovery.hand_back(is_dead)

    def machine_facts(self, queues: list[str]) -> dict[str, Any]:
        """What a worker of these queues tells about its machine."""
        facts: dict[str, Any] = {"python": sys.version.split()[0]}
        stages = [stage for stage in self.plan.stages if stage.queue in queues]
        tools = {tool for stage in stages for tool in stage.tools.values()}
        if tools & {Passes, ProxyMaker}:
            facts["ffmpeg"] = self.tools.ffmpeg.version
            facts |= self.tools.hardware.facts()
        if Embedder in tools:
            facts["model"] = self.settings.model
            facts["device"] = self.settings.device
        return facts


def _file_name(fingerprint: str) -> str:
    """A model's fingerprint as a name that is safe on every file system, and still tells which it is."""
    digest = hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', fingerprint.lower())}-{digest}"


_worlds: dict[int, Container] = {}


def process_container(asks_server: bool = False) -> Container:
    """The container of this process: a fork gets its own, since connections must not be shared.

    asks_server: see Container; the first call in a process decides.
    """
    pid = os.getpid()
    if pid not in _worlds:
        _worlds.clear()
        _worlds[pid] = Container(load_settings(), asks_server)
    return _worlds[pid]
