"""The objects of one process, each built on first use: what the settings decide has a provider here.

Everything else is built from the annotations of its constructor (`dampipe/kernel/container.py`).
"""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dampipe.app.capabilities import Capabilities
from dampipe.app.exposure import login_policy, oidc_settings
from dampipe.app.features import detail_fields, features, scopes
from dampipe.app.load_settings import load_settings
from dampipe.app.pipeline import load_named, load_pipeline
from dampipe.app.remedies import remedies
from dampipe.app.schema import check_catalogue_present, set_up_schema
from dampipe.app.tools import MediaTools
from dampipe.features.access.login import LoginPolicy
from dampipe.features.access.oidc import OidcSettings
from dampipe.features.access.people import UserDirectory
from dampipe.features.access.rights import Rights
from dampipe.features.access.service import Scopes
from dampipe.features.assets.media_db import MediaDb
from dampipe.features.assets.queries import AssetRepository, DerivativeLookup
from dampipe.features.assets.service import DetailFields
from dampipe.features.assets.subjects import AssetSubjects
from dampipe.features.derivatives.check import CheckPolicy
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.derivatives.remake import Remaker
from dampipe.features.derivatives.sign_items import SignItems
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.queue import FixityQueue
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.scanning.model import Guard, ScanRoots
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.sync import NightlyPolicy
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.model_service import ModelService
from dampipe.features.search.pictures import PICTURE_SECONDS, QueryPictures
from dampipe.features.search.text_index import TextIndex
from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.features.sources.folders import FolderRepository, SourceFolders
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.service import SourceContents
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.nightly import NightlyJobs
from dampipe.jobs.plan import Plan
from dampipe.jobs.planner import RunPlanner
from dampipe.jobs.policy import RunPolicy, SweepPolicy
from dampipe.jobs.queue import RunQueue
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.savers import SaverRegistry
from dampipe.jobs.subjects import Subjects
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.toolbox import LazyTools, Tool, Toolbox
from dampipe.jobs.unserved import UnservedQueues
from dampipe.jobs.work import WorkRegistry, WorkRepository
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel import container as kernel
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.errors import FOLDER_UNUSABLE
from dampipe.kernel.errors import CatalogueDown
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.retention import EventRetention
from dampipe.kernel.faces.remedies import Remedies
from dampipe.kernel.feature import load_dotted
from dampipe.kernel.people import People
from dampipe.kernel.private_files import secure_home
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.visibility import Visibility
from dampipe.media.filetypes import is_media
from dampipe.media.passes import Passes
from dampipe.media.preview.shot_frames import ShotFrames
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.signatures.maker import SignatureMaker
from dampipe.storage.auto import AutoStorage, can_mask
from dampipe.storage.base import StorageEngine
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.registry import get_storage_backend
from dampipe.storage.vectors.base import VectorStorage
from dampipe.vision.base import Embedder
from dampipe.vision.open_model import missing_packages


class Container(kernel.Container):
    """All objects of a process, by type. Creating a container builds none of them."""

    def __init__(self, settings: Settings, asks_server: bool = False) -> None:
        """asks_server: whether text queries are encoded by the web server of this machine, where one runs."""
        super().__init__()
        self.settings = settings
        self.tools = MediaTools(settings, asks_server)
        """ffmpeg, its hardware, the model."""
        self._schema_is_current = False
        for kind, provider in self._providers_by_type().items():
            self.provide(kind, provider)

    def set_up(self) -> None:
        """Bring the catalogue to the newest schema, once a process. Raises CatalogueDown."""
        if not self._schema_is_current:
            self._secure_home()
            check_catalogue_present(self.settings)
            set_up_schema(self.get(Database))
            self._schema_is_current = True

    def _secure_home(self) -> None:
        try:
            secure_home(self.settings.home)
        except OSError as error:
            home = self.settings.home
            raise CatalogueDown(FOLDER_UNUSABLE, folder=home, problem=error.strerror) from error

    def _providers_by_type(self) -> dict[Any, Callable[[], Any]]:
        settings, get = self.settings, self.get
        return {
            Settings: lambda: settings,
            Services: lambda: self,
            MediaTools: lambda: self.tools,
            Database: lambda: Database(settings.database, settings.database_timeout, settings.machine_name),
            BlobStore: self._blobs,
            StorageEngine: lambda: get(AutoStorage),
            AutoStorage: self._storage,
            MediaDb: lambda: get(VectorMediaDb),
            VectorMediaDb: lambda: VectorMediaDb(
                get(Database),
                get(AssetRepository),
                get(SourceRepository),
                get(FolderRepository),
                get(RunPlanner),
            ),
            LoginPolicy: lambda: login_policy(settings),
            OidcSettings: lambda: oidc_settings(settings),
            Scopes: lambda: Scopes(scopes()),
            Visibility: lambda: get(Rights),
            People: lambda: get(UserDirectory),
            DerivativeLookup: lambda: get(DerivativeRepository),
            DetailFields: detail_fields,
            Remedies: remedies,
            SourceContents: lambda: get(SourceFolders),
            Subjects: self._subjects,
            Toolbox: self._toolbox,
            Plan: lambda: Plan(load_pipeline(settings), get(Toolbox)),
            TaskTransport: lambda: load_named("transport", settings.transport)(settings),
            Capabilities: lambda: Capabilities(get(Plan), get(Toolbox)),
            UnservedQueues: self._unserved_queues,
            Dispatcher: lambda: Dispatcher(
                get(RunQueue),
                get(Plan),
                get(TaskTransport),
                get(WorkRegistry),
                settings.window,
                get(UnservedQueues).find,
            ),
            EventRegistry: EventRegistry.of_features,
            EventRetention: lambda: EventRetention(
                get(Database), get(EventRegistry), settings.events_keep_days
            ),
            SaverRegistry: lambda: SaverRegistry.of(features()),
            WorkRegistry: lambda: WorkRegistry.of(
                features(), [stage.name for stage in get(Plan).stages], self.get
            ),
            RunPolicy: lambda: RunPolicy(settings.lease, settings.max_attempts),
            Sweep: self._sweep,
            Scanner: lambda: Scanner(
                get(Database),
                get(ScanRepository),
                get(SourceRepository),
                get(Plan),
                get(Dispatcher),
                get(ScanPolicy),
                get(LeaseRenewer),
                settings.lease,
            ),
            ScanRoots: lambda: ScanRoots([Path(root) for root in settings.scan_roots]),
            ScanPolicy: lambda: ScanPolicy(
                is_media=is_media,
                settle=settings.settle,
                guard=Guard(share=settings.guard_share, files=settings.guard_files),
                exclude=settings.exclude,
            ),
            FixityWorker: lambda: FixityWorker(
                get(FixityQueue),
                get(WorkerRepository),
                get(TaskTransport),
                get(Plan).first.queue,
                get(LeaseRenewer),
                settings.lease,
            ),
            NightlyPolicy: lambda: NightlyPolicy(settings.verify_percent, settings.verify_minutes),
            NightlyJobs: self._nightly_jobs,
            CheckPolicy: lambda: CheckPolicy(settings.guard_share, settings.guard_files),
            Remaker: lambda: Remaker(get(Database), lambda: get(Plan), settings.one_pass, get(SignItems)),
            SignatureMaker: lambda: SignatureMaker(self.tools.ffmpeg, self.tools.prober),
            AscMhl: lambda: AscMhl(settings.ascmhl),
            ModelService: lambda: ModelService(
                get(ModelRepository),
                get(AutoStorage),
                lambda: get(Plan),
                settings.model,
                lambda: self.tools.embedder,
                self.tools.open_model,
            ),
            QueryPictures: lambda: QueryPictures(
                lambda: Prober(PICTURE_SECONDS, sandbox=self.tools.ffmpeg.sandbox)
            ),
            TextIndex: lambda: TextIndex(get(Database)),
        }

    def _toolbox(self) -> LazyTools:
        tools = self.tools
        return LazyTools(
            {
                Prober: Tool(lambda: tools.prober),
                Passes: Tool(
                    lambda: tools.passes,
                    lambda: tools.preview_recipe.fingerprint,
                    lambda: tools.preview_recipe.frames.fingerprint,
                ),
                ProxyMaker: Tool(lambda: tools.proxy_maker, lambda: tools.proxy_recipe.fingerprint),
                ShotFrames: Tool(
                    lambda: ShotFrames(tools.preview_recipe.frames),
                    lambda: tools.preview_recipe.frames.fingerprint,
                ),
                DerivativeStore: Tool(lambda: self.get(DerivativeStore)),
                Embedder: Tool(
                    lambda: tools.embedder,
                    lambda: tools.embedder.fingerprint,
                    missing_packages=lambda: missing_packages(self.settings.model),
                ),
                AutoStorage: Tool(lambda: self.get(AutoStorage)),
            }
        )

    def _blobs(self) -> BlobStore:
        url, options = self.settings.blobs, self.settings.blobs_options
        if "://" in url:
            config = {"url": url, "cache": str(self.settings.home / "cache" / ".blobs"), **options}
            return get_storage_backend("fsspec", config)  # type: ignore[return-value]
        return get_storage_backend("local", {"root": url})  # type: ignore[return-value]

    def _storage(self) -> AutoStorage:
        catalog, vectors = self.get(VectorMediaDb), self.settings.vectors
        if vectors == "none":
            return AutoStorage(catalog, None)
        return AutoStorage(catalog, self._open_index, can_mask=lambda: can_mask(vectors))

    def _open_index(self, model: str, dimension: int) -> VectorStorage:
        name = _file_name(model)
        own = {"folder": str(self.settings.index_folder / name), "dimension": dimension, "name": name}
        config = {**self.settings.vectors_options, **own}
        if self.settings.vectors == "pgvector":
            config.setdefault("url", self.settings.database)  # the catalogue's own, where it is PostgreSQL
        return get_storage_backend(self.settings.vectors, config)  # type: ignore[return-value]

    def _subjects(self) -> AssetSubjects:
        postponed = [load_dotted(name)() for feature in features() for name in feature.postponed]
        return AssetSubjects(self.get(Database), self.get(AssetRepository), postponed)

    def _unserved_queues(self) -> UnservedQueues:
        work = self.get(WorkRegistry)
        queues = dict.fromkeys([*self.get(Plan).queues, *(work[kind].queue for kind in work)])
        return UnservedQueues(self.get(WorkerRepository), list(queues))

    def _nightly_jobs(self) -> NightlyJobs:
        jobs = [self.get(load_dotted(name)) for feature in features() for name in feature.nightly]
        return NightlyJobs(
            self.get(Database),
            jobs,
            self.get(WorkRepository),
            self.get(WorkRegistry),
            self.get(WorkerRepository),
            lambda: self.get(TaskTransport),
        )

    def _sweep(self) -> Sweep:
        parts = [self.get(load_dotted(name)) for feature in features() for name in feature.sweeps]
        return Sweep(
            database=self.get(Database),
            recovery=self.get(RunRecovery),
            queue=self.get(RunQueue),
            plan=self.get(Plan),
            dispatcher=self.get(Dispatcher),
            transport=self.get(TaskTransport),
            work=self.get(WorkRegistry),
            parts=parts,
            policy=SweepPolicy(max_attempts=self.settings.max_attempts),
        )


def _file_name(fingerprint: str) -> str:
    """A model's fingerprint as a file name that is valid on every file system and unique."""
    digest = hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', fingerprint.lower())}-{digest}"


_containers: dict[int, Container] = {}


def process_container(asks_server: bool = False) -> Container:
    """The container of this process. A forked process gets its own, since connections must not be shared.

    asks_server: see Container; it counts at the first call of a process.
    """
    pid = os.getpid()
    if pid not in _containers:
        _containers.clear()
        _containers[pid] = Container(load_settings(), asks_server)
    return _containers[pid]
