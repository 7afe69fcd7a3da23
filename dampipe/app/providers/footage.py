"""How footage that is not in a file system of this machine is read."""

from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.staging import Staging
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.staging import FootageStaging
from dampipe.storage.files.stores import FileStores


def footage_cache(services: Services) -> FootageCache:
    """The copies of remote footage on this machine."""
    settings = services.get(Settings)
    return FootageCache(settings.home / "cache" / "footage", int(settings.staging_quota * 1e9))


def staging(services: Services) -> Staging:
    """What fetches remote footage."""
    return FootageStaging(services.get(FileStores).of, services.get(FootageCache))
