"""Imports over a catalogue in one process: the service, the worker, and the messages between them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.imports.contents import KnownContents
from dampipe.features.imports.facts import FactReader
from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.leftovers import ImportLeftovers
from dampipe.features.imports.model import FileState, ImportFileReport, ImportReport, ImportRequest
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.service import ImportService
from dampipe.features.imports.step import ImportPolicy
from dampipe.features.imports.sweep import ImportSweep
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.scanning.service import ScanService
from dampipe.features.sources.places import ReachablePlaces
from dampipe.jobs.lease import LeaseRenewer
from dampipe.kernel.access import LOCAL
from dampipe.kernel.visibility import EVERYTHING
from dampipe.media.probe.prober import Prober
from dampipe.storage.files.stores import FileStores
from tests.support.catalog import Catalog
from tests.support.null_transport import NullTransport

QUICK = ImportPolicy(portion=0.3, blocked_delay=0.0, retry_delay=0.0, check_interval=0.0)


class _All:
    def of(self, actor: object) -> Any:
        return EVERYTHING


class Importing:
    """One deployment; its messages are dropped, and `work` does what the sweep asks for."""

    def __init__(
        self,
        catalog: Catalog,
        policy: ImportPolicy = QUICK,
        ascmhl: str = "",
        stores: FileStores | None = None,
    ) -> None:
        self.catalog = catalog
        stores = stores or FileStores()
        transport: Any = NullTransport(None)  # type: ignore[arg-type]
        visibility: Any = _All()
        self.repository = ImportRepository(catalog.database)
        places = ReachablePlaces(catalog.sources, visibility)
        plan: Any = lambda: None  # noqa: E731
        self.scans = ScanService(
            *(catalog.scans, catalog.holding, catalog.sources),
            *(plan, lambda: transport, visibility, stores, places),
        )
        self.prober = Prober()
        self.worker = ImportWorker(
            self.repository,
            ImportFileRepository(catalog.database),
            KnownContents(catalog.database),
            catalog.sources,
            stores,
            lambda: self.scans,
            AscMhl(ascmhl),
            FactReader(lambda: self.prober),
            transport,
            LeaseRenewer(),
            5.0,
            policy,
        )
        self.service = ImportService(
            self.repository, catalog.sources, places, lambda: transport, visibility, stores
        )
        self.leftovers = ImportLeftovers(catalog.database, catalog.sources, stores)
        self.sweep = ImportSweep(self.repository, transport, self.leftovers)

    def managed(self, name: str, folder: Path) -> Path:
        """A managed source."""
        folder.mkdir(parents=True, exist_ok=True)
        self.catalog.sources.add(name, str(folder), managed=True)
        return folder

    def begin(self, importer: str, origin: Path | str, *to: Path | str, pattern: str = "") -> int:
        request = ImportRequest(
            importer=importer, origin=str(origin), to=tuple(map(str, to)), pattern=pattern
        )
        return self.service.begin(LOCAL, request).number

    def work(self, number: int, portions: int = 200) -> ImportReport:
        """Work until the import is over or blocked; each portion is one message."""
        for _ in range(portions):
            self.worker.portion(number)
            report = self.report(number)
            if report.is_stopped:
                break
        return report

    def run(self, importer: str, origin: Path | str, *to: Path | str, pattern: str = "") -> ImportReport:
        return self.work(self.begin(importer, origin, *to, pattern=pattern))

    def report(self, number: int) -> ImportReport:
        return self.service.report(LOCAL, number)

    def files(self, number: int, states: Sequence[FileState] = ()) -> dict[str, ImportFileReport]:
        return {file.path: file for file in self.service.files(LOCAL, number, states)}

    def close(self) -> None:
        self.prober.close()
        self.catalog.database.close()
