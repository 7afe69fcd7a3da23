"""Blobs wherever fsspec reaches: S3 and MinIO, SMB, SFTP and the rest, by URL.

How a blob appears whole: an object store shows an object only when its upload is complete, so `put`
uploads it under its name. Everywhere else it goes to a temporary name first and is then renamed. Over
SMB a rename cannot replace: there an existing blob of the same name is removed first, so that for a
moment it is missing. How soon the bytes are on a disk is up to the place.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self, cast
from uuid import uuid4

import fsspec
from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.errors import NotFound
from dampipe.storage.blobs import workspace
from dampipe.storage.blobs.cache import LocalCache
from dampipe.storage.blobs.names import checked, is_name
from dampipe.storage.blobs.remote_errors import translated

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "adl", "oss", "cos", "obs"})
CACHE_BYTES = 10 * 2**30
_VERSION = ("size", "ETag", "etag", "LastModified", "last_modified", "last_write_time", "mtime", "created")
"""What tells one version of a blob from another, as far as a place gives it."""


class FsspecConfig(BaseModel):
    """What `get_storage_backend("fsspec", …)` takes; all other keys are the place's own options."""

    model_config = ConfigDict(extra="allow")

    url: str = Field(pattern="://")
    cache: Path
    cache_bytes: int = Field(CACHE_BYTES, ge=0)


class FsspecBlobs:
    """A folder or bucket at a URL; `options` go to its fsspec file system (key, secret, endpoint_url …).

    `cache` is a local folder for copies of at most `cache_bytes`. Raises `InvalidInput` for a scheme
    that does not exist or whose package is not installed.
    """

    def __init__(self, url: str, cache: Path, *, cache_bytes: int = CACHE_BYTES, **options: object) -> None:
        self._url = url.rstrip("/")
        with translated(self._url):
            self._fs, root = fsspec.core.url_to_fs(url, **options)
        self._root = str(root).rstrip("/")
        scheme = url.partition("://")[0]
        self._atomic = scheme in OBJECT_STORES
        self._cache = LocalCache(Path(cache), cache_bytes)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `url`, `cache`, `cache_bytes`, and the place's own options."""
        wanted = FsspecConfig.model_validate(config)
        options: Any = wanted.model_extra or {}
        return cls(wanted.url, wanted.cache, cache_bytes=wanted.cache_bytes, **options)

    def workspace(self) -> AbstractContextManager[Path]:
        """A private folder inside the local cache."""
        return workspace.private_folder(self._cache.temporary)

    def sweep(self, older_than: float) -> int:
        """Remove workspaces of dead processes that nobody has touched for so many seconds."""
        return workspace.sweep(self._cache.temporary, older_than)

    def put(self, key: str, file: Path) -> int:
        """Uploads; the file stays where it is."""
        final = self._path(key)
        with translated(self._url, key):
            if self._atomic:
                self._fs.put_file(str(file), final)
            else:
                self._put_and_rename(file, final)
        return file.stat().st_size

    def _put_and_rename(self, file: Path, final: str) -> None:
        temporary = f"{self._root}/.tmp/{uuid4().hex}"
        self._fs.makedirs(f"{self._root}/.tmp", exist_ok=True)
        self._fs.makedirs(final.rpartition("/")[0], exist_ok=True)
        try:
            self._fs.put_file(str(file), temporary)
            try:
                self._fs.mv(temporary, final)
            except FileExistsError:
                self._fs.rm_file(final)
                self._fs.mv(temporary, final)
        except BaseException:
            if self._fs.exists(temporary):
                self._fs.rm_file(temporary)
            raise

    def open(self, key: str) -> BinaryIO:
        """Reads ahead in blocks; nothing is downloaded as a whole."""
        path = self._path(key)
        self.size(key)
        with translated(self._url, key):
            source = self._fs.open(path, "rb")
        return cast(BinaryIO, io.BufferedReader(_Reader(source, self._url, key), 1 << 16))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy in the local cache, downloaded unless this version is there already."""
        info = self._info(key)
        version = [str(info[name]) for name in _VERSION if info.get(name) is not None]
        name = hashlib.sha256("\n".join([self._url, key, *version]).encode()).hexdigest()

        def download(target: Path) -> None:
            with translated(self._url, key):
                self._fs.get_file(self._path(key), str(target))

        with self._cache.get(name, Path(key).suffix, download) as path:
            yield path

    def size(self, key: str) -> int:
        """Bytes."""
        return int(self._info(key)["size"])

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""
        try:
            self._info(key)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """An unknown name is no error."""
        path = self._path(key)
        try:
            with translated(self._url, key):
                self._fs.rm_file(path)
        except NotFound:
            return

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no order."""
        above = prefix.rpartition("/")[0]
        if above and not is_name(above):
            return
        start = f"{self._root}/{above}".rstrip("/")
        with translated(self._url):
            self._fs.invalidate_cache()
            try:
                found = self._fs.find(start)
            except FileNotFoundError:
                return
        for path in found:
            key = str(path).removeprefix(self._root).lstrip("/")
            if key.startswith(prefix) and is_name(key):
                yield key

    def _path(self, key: str) -> str:
        return f"{self._root}/{checked(key)}"

    def _info(self, key: str) -> Mapping[str, Any]:
        path = self._path(key)
        with translated(self._url, key):
            self._fs.invalidate_cache(path.rpartition("/")[0])
            info: Mapping[str, Any] = self._fs.info(path)
        if info["type"] != "file":
            raise NotFound(f"there is no blob {key}")
        return info


class _Reader(io.RawIOBase):
    """A distant file whose errors are ours."""

    def __init__(self, source: Any, url: str, key: str) -> None:
        self._source = source
        self._url = url
        self._key = key

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell())

    def readinto(self, buffer: Any) -> int:
        with translated(self._url, self._key):
            content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
