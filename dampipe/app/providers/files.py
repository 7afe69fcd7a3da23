"""Where footage is."""

from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.files.stores import FileStores


def file_stores(services: Services) -> FileStores:
    """The stores of footage, with the connections of the settings."""
    return FileStores(services.get(Settings).connections)
