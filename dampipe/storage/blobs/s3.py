"""Blobs in a bucket of S3, with the connection that footage in the same bucket uses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ConfigDict, Field

from dampipe.kernel.settings.connection import Connection
from dampipe.storage.blobs.fsspec import CACHE_BYTES, FsspecBlobs


class S3BlobsConfig(Connection):
    """Configuration of `get_storage_backend("s3", …, "derivatives")`. Other keys are options of s3fs."""

    model_config = ConfigDict(extra="allow")

    url: str = Field(pattern="^s3://")
    """Of the bucket, without a user."""
    cache: Path
    cache_bytes: int = Field(CACHE_BYTES, ge=0)


class S3Blobs(FsspecBlobs):
    """A bucket, or a prefix of one."""

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `url`, `cache`, `cache_bytes`, what a connection has, and options of s3fs."""
        parsed = S3BlobsConfig.model_validate(config)
        client: dict[str, Any] = {}
        if parsed.region:
            client["region_name"] = parsed.region
        if parsed.verify is not True:
            client["verify"] = parsed.verify
        options: dict[str, Any] = {
            "endpoint_url": parsed.endpoint_url,
            "profile": parsed.profile,
            "key": parsed.access_key_id,
            "secret": parsed.secret_access_key.get_secret_value(),
            "client_kwargs": client,
            "config_kwargs": parsed.options,
        }
        chosen = {name: value for name, value in options.items() if value} | (parsed.model_extra or {})
        return cls(parsed.url, parsed.cache, cache_bytes=parsed.cache_bytes, **chosen)
