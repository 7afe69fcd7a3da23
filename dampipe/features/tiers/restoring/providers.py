"""How the objects of restores are made that depend on settings."""

from dampipe.features.tiers.restoring.queries import RestoreRepository
from dampipe.features.tiers.restoring.worker import RestoreWorker
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.container import Services
from dampipe.storage.files.stores import FileStores


def restore_worker(services: Services) -> RestoreWorker:
    """What asks storages for archived files."""
    return RestoreWorker(
        services.get(RestoreRepository), services.get(TaskTransport), services.get(FileStores).of
    )
