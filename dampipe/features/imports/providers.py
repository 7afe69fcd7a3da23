"""How the objects of this feature are made that depend on settings."""

from typing import cast

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.imports.contents import KnownContents
from dampipe.features.imports.facts import FactReader
from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.step import ImportPolicy
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.scanning.service import ScanService
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.toolbox import Toolbox
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.media.probe.prober import Prober
from dampipe.storage.files.stores import FileStores


def import_worker(services: Services) -> ImportWorker:
    """What copies the files of imports."""
    return ImportWorker(
        services.get(ImportRepository),
        services.get(ImportFileRepository),
        services.get(KnownContents),
        services.get(SourceRepository),
        services.get(FileStores),
        lambda: services.get(ScanService),
        services.get(AscMhl),
        services.get(FactReader),
        services.get(TaskTransport),
        services.get(LeaseRenewer),
        services.get(Settings).lease,
        ImportPolicy(spool_quota=int(services.get(Settings).staging_quota * 1e9)),
    )


def fact_reader(services: Services) -> FactReader:
    """What reads camera and time of recording, with the prober of the stages."""
    return FactReader(lambda: cast(Prober, services.get(Toolbox).get(Prober)))
