"""The use cases: what one can do with a library of footage. Every face calls this and nothing below it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.app.upkeep import Upkeep
from dampipe.features.assets.catalog import Catalog
from dampipe.features.assets.service import AssetService
from dampipe.features.duplicates.model import Duplicates
from dampipe.features.duplicates.service import ALIKE, find_duplicates
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.service import FixityService
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.processing.model import StageCounts, Status
from dampipe.features.scanning.control import ScanControl
from dampipe.features.scanning.model import Enqueued, ScanProgress
from dampipe.features.scanning.sync import NightlyPolicy, SyncService
from dampipe.features.search.clips import find_clips
from dampipe.features.search.model import Found, Query
from dampipe.features.search.models import ModelService
from dampipe.features.search.search import SearchService
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.model import Failure
from dampipe.jobs.plan import Plan
from dampipe.jobs.sweep import Sweep
from dampipe.kernel.errors import BrokerDown, DampipeError, InvalidInput, NotFound
from dampipe.kernel.ids import AssetId, LocationId
from dampipe.kernel.paths import printable
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.timeline.clip import Clip

SCANS_SHOWN = 5
RUNNING_SHOWN = 20


class Library:
    """A library of footage.

    Any method may raise CatalogueDown. What is costly to make (the plan, the model, the connection to
    the broker) arrives as a callable and is made by the use case that needs it.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        storage: AutoStorage,
        derivatives: DerivativeStore,
        plan: Callable[[], Plan],
        carrier: Callable[[], TaskTransport],
        models: ModelService,
        sweep: Callable[[], Sweep],
        verifier: Callable[[], FixityWorker],
        nightly: NightlyPolicy,
        manifests: AscMhl,
    ) -> None:
        self._catalog = catalog
        self._plan = plan
        self._carrier = carrier
        self.models = models
        """Which models there are, and which one answers."""
        self._sweep = sweep
        self._search = SearchService(catalog, storage, models.answering)
        self.assets = AssetService(catalog, derivatives, models.answering)
        """Single assets: what is known of them, their derivatives and tags."""
        self.manifests = manifests
        """Proving by ASC MHL that a folder is what it was."""
        self.verify = FixityService(catalog, carrier, verifier)
        """Reading files again, to see whether they still are what they were."""
        self.sync = SyncService(catalog, carrier, sweep, self.verify, nightly)
        """Bringing the library up to its sources."""
        self.scans = ScanControl(catalog, plan, carrier)
        """Scans under way."""
        self.upkeep = Upkeep(catalog, storage, derivatives, models.names)
        """Sources, and forgetting what is gone."""

    def catch_up(self) -> int:
        """Plan what a new stage, recipe or model asks for and bring back what was lost; returns how much."""
        planned = self._sweep().plan_missing()
        return planned + sum(self._sweep().run().values())

    def enqueue(
        self,
        paths: Sequence[str | Path],
        *,
        accept_missing: bool = False,
        process: bool = True,
        priority: int = 0,
    ) -> Enqueued:
        """Submit a scan of files and folders and return at once.

        accept_missing: believe that what a source lacks is gone, however much it is.
        process: False to only take down what is there; a later scan of the place has it processed.
        priority: of the files found, and of those that wait there already; higher ones go first.

        Paths that do not exist are named in the answer and left out. Raises NotFound when none
        exists, InvalidInput for a device or a pipe. When the broker is down, the scan is kept and
        starts when it is back; the answer says so.
        """
        absolute = [os.path.abspath(os.fspath(path)) for path in paths]
        there = [path for path in absolute if os.path.exists(path)]
        absent = tuple(printable(path) for path in absolute if path not in there)
        for path in there:
            if not (os.path.isdir(path) or os.path.isfile(path)):
                raise InvalidInput(f"{printable(path)} is neither a folder nor a file")
        sources = self._catalog.sources.all()
        there = [under_known_root(path, sources) for path in there]
        if not there:
            what = ", ".join(absent) or "nothing"
            raise NotFound(f"no such file or folder: {what}", hint="Check the path; is the share mounted?")
        scan = self._catalog.scans.create(there, accept_missing, process=process, priority=priority)
        problem = ""
        try:
            self._carrier().notify("scan", scan)
        except BrokerDown as error:
            problem = f"{error}. {error.hint}"
        return Enqueued(scan=scan, absent=absent, broker_problem=problem)

    def progress(self, scan: int) -> ScanProgress:
        """How far a scan is. Raises NotFound."""
        return self._catalog.scans.progress(scan)

    def status(self) -> Status:
        """What is there, waiting, running, done and failed, and which workers are there."""
        assets, locations = self._catalog.assets.totals()
        counts = self._catalog.results.counts()
        names = [stage.name for stage in self._plan().stages]
        return Status(
            assets=assets,
            locations=locations,
            scans=tuple(self._catalog.scans.latest(SCANS_SHOWN)),
            stages={
                name: StageCounts.from_states(counts.get(name, {}))
                for name in [*names, *sorted(set(counts) - set(names))]
            },
            workers=tuple(self._catalog.workers.present()),
            running=tuple(self._catalog.results.running(sorted({*names, *counts}), RUNNING_SHOWN)),
        )

    def search(self, query: Query) -> Found:
        """What fits the question best. Raises SearchUnavailable, NotFound or InvalidInput.

        What it is to look like may be named by the path of a file, too.
        """
        like = tuple(map(self.assets.moment, query.like))
        return self._search.find(query.model_copy(update={"like": like}))

    def text_vectors(self, texts: list[str]) -> tuple[str, list[NDArray[np.float32]]]:
        """Texts as vectors, and the fingerprint of the model that they are of. Raises SearchUnavailable."""
        return self._search.text_vectors(texts)

    def cuts(self, found: Found) -> list[Clip]:
        """The moments of an answer as spans of files, each shot once."""
        return find_clips(self._catalog, found)

    def duplicates(self, near: bool = False, similarity: float = ALIKE) -> Duplicates:
        """What the library has more than once; `near`: also what only shows the same."""
        return find_duplicates(self._catalog, near, similarity)

    def failures(self, limit: int = 1000) -> list[Failure]:
        """Files that could not be brought to the end, the newest first."""
        bad = self._catalog.verdicts.failures(limit)
        return [*bad, *self._catalog.assets.failures(limit)][:limit]

    def retry(
        self,
        what: Sequence[str] = (),
        *,
        stage: str | None = None,
        kinds: Sequence[str] | None = None,
    ) -> int:
        """Let failed and skipped stages start afresh; returns how many.

        what: assets (SHA-1) or paths; none means all. Raises NotFound for an unknown one.
        """
        if stage is not None and stage not in {known.name for known in self._plan().stages}:
            raise InvalidInput(f"there is no stage {stage!r}", hint="`dampipe status` lists them.")
        if not what:
            count = self._catalog.retries.retry(None, kinds, stage)
        else:
            assets, locations = [], []
            for name in what:
                location, asset = self.assets.find(name)
                locations += [LocationId(location)] if location is not None else []
                assets += [AssetId(asset)] if asset is not None else []
            count = self._catalog.retries.retry(assets, kinds, stage)
            count += self._catalog.retries.retry_locations(locations)
        if count:
            self._carrier().notify("sweep")
        return count

    def check(self) -> tuple[str, str]:
        """Whether the catalogue and the broker answer: "ok", or what is wrong."""
        return _word(self._catalog.check), _word(lambda: self._carrier().check())


def _word(check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        return str(error)
    return "ok"
