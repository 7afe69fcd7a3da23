"""Where derivatives are kept."""

from pathlib import Path

from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.storage.files.connections import parse, resolve, store_config
from dampipe.storage.registry import get_storage_backend


def blob_store(services: Services) -> BlobStore:
    """The store of derivatives: a folder, a bucket, or what else fsspec opens."""
    settings = services.get(Settings)
    url, options = settings.blobs, settings.blobs_options
    if "://" in url:
        config = {"url": url, "cache": str(settings.home / "cache" / ".blobs"), **options}
        if url.startswith("s3://"):
            address, connection = parse(url), resolve(url, settings.connections)[1]
            bare = f"s3://{address.authority}/{address.path}".rstrip("/")
            config = {**store_config(url, connection), **config, "url": bare}
            del config["root"]
            return get_storage_backend("s3", config, "derivatives")  # type: ignore[return-value]
        return get_storage_backend("fsspec", config, "derivatives")  # type: ignore[return-value]
    return LocalBlobs(Path(url))
