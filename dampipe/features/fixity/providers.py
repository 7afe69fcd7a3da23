"""How the objects of this feature are made that depend on settings."""

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.queue import FixityQueue
from dampipe.features.fixity.worker import FixityWorker
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.plan import Plan
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.files.stores import FileStores


def fixity_worker(services: Services) -> FixityWorker:
    """What verifies files, on the queue of the stage that reads them first."""
    return FixityWorker(
        services.get(FixityQueue),
        services.get(WorkerRepository),
        services.get(TaskTransport),
        services.get(Plan).first.queue,
        services.get(LeaseRenewer),
        services.get(Settings).lease,
        services.get(FileStores).of,
    )


def ascmhl(services: Services) -> AscMhl:
    """The program that writes ASC MHL manifests."""
    return AscMhl(services.get(Settings).ascmhl)
