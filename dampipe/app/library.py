"""The use cases: what one can do with a library of footage. Every face calls this and nothing below it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from dampipe.app.upkeep import Upkeep
from dampipe.features.assets.catalog import Catalog
from dampipe.features.assets.service import AssetService, DetailFields
from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.service import FixityService
from dampipe.features.fixity.worker import FixityWorker
from dampipe.features.scanning.control import ScanControl
from dampipe.features.scanning.model import Enqueued, ScanProgress
from dampipe.features.scanning.sync import NightlyPolicy, SyncService
from dampipe.features.search.model_service import ModelService
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.plan import Plan
from dampipe.jobs.sweep import Sweep
from dampipe.kernel import container as kernel
from dampipe.kernel.errors import BrokerDown, DampipeError, InvalidInput, NotFound
from dampipe.kernel.paths import printable

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
        plan: Callable[[], Plan],
        carrier: Callable[[], TaskTransport],
        models: ModelService,
        sweep: Callable[[], Sweep],
        verifier: Callable[[], FixityWorker],
        nightly: NightlyPolicy,
        manifests: AscMhl,
        assets: AssetService | None = None,
    ) -> None:
        self._catalog = catalog
        self._plan = plan
        self._carrier = carrier
        self.models = models
        """Which models there are, and which one answers."""
        self._sweep = sweep
        details = DetailFields()
        self.assets = assets or AssetService(catalog.assets, catalog.sources, details, kernel.Container())
        """Single assets: what is known of them, their derivatives and tags."""
        self.manifests = manifests
        """Proving by ASC MHL that a folder is what it was."""
        self.verify = FixityService(catalog, carrier, verifier)
        """Reading files again, to see whether they still are what they were."""
        self.sync = SyncService(catalog, carrier, sweep, self.verify, nightly)
        """Bringing the library up to its sources."""
        self.scans = ScanControl(catalog, plan, carrier)
        """Scans under way."""
        self.upkeep = Upkeep(catalog)
        """Sources."""

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

    def moments_of(self, sha1: str) -> int:
        """How many moments of an asset can be found with the present model."""
        return self._catalog.vectors.count_of(sha1, self.models.answering().fingerprint)

    def check(self) -> tuple[str, str]:
        """Whether the catalogue and the broker answer: "ok", or what is wrong."""
        return _word(self._catalog.check), _word(lambda: self._carrier().check())


def _word(check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        return str(error)
    return "ok"
