"""Where derivatives are kept."""

from pathlib import Path

from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.registry import get_storage_backend


def blob_store(services: Services) -> BlobStore:
    """The store of derivatives: a folder, or what fsspec opens."""
    settings = services.get(Settings)
    url, options = settings.blobs, settings.blobs_options
    if "://" in url:
        config = {"url": url, "cache": str(settings.home / "cache" / ".blobs"), **options}
        return get_storage_backend("fsspec", config, "derivatives")  # type: ignore[return-value]
    return LocalBlobs(Path(url))
