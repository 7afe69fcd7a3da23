"""Blobs on any file system of fsspec, by URL: S3 and MinIO, SMB, SFTP and others.

Atomicity: an object store shows an object only after its upload is complete, so `put` uploads under the final name.
On other file systems it uploads under a temporary name, then renames. Over SMB a rename cannot replace a file: an
existing blob is deleted first and is missing for a moment. Durability is that of the remote file system.
"""

import hashlib
import io
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self, cast
from uuid import uuid4

import fsspec
from pydantic import BaseModel, ConfigDict, Field

from dampipe.kernel.errors import NotFound
from dampipe.kernel.masking import mask_url
from dampipe.storage.blobs import workspace
from dampipe.storage.blobs.cache import LocalCache
from dampipe.storage.blobs.errors import BLOB_NOT_FOUND
from dampipe.storage.blobs.names import checked_name, is_name
from dampipe.storage.blobs.remote_errors import translate_errors

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "adl", "oss", "cos", "obs"})
CACHE_BYTES = 10 * 2**30
_CHANGED = ("mtime", "last_write_time", "LastModified", "last_modified", "created")
"""Fields with the time of the last change; which of them exist depends on the file system."""
_VERSION = ("size", "ETag", "etag", "LastModified", "last_modified", "last_write_time", "mtime", "created")
"""Fields that distinguish versions of a blob; which of them exist depends on the file system."""


_TIMES = ("LastModified", "last_modified", "mtime", "last_write_time", "updated", "created")
"""Fields that say when a blob was written; which of them exist depends on the file system."""


class FsspecConfig(BaseModel):
    """Configuration of `get_storage_backend("fsspec", …, "derivatives")`. Other keys are options of the file system."""

    model_config = ConfigDict(extra="allow")

    url: str = Field(pattern="://")
    cache: Path
    cache_bytes: int = Field(CACHE_BYTES, ge=0)


class FsspecBlobs:
    """A folder or bucket at a URL. `options` are those of the fsspec file system (key, secret, endpoint_url …).

    cache: local folder for copies, at most `cache_bytes` in total. Raises `InvalidInput` for an unknown scheme, or one
    whose package is not installed.
    """

    def __init__(self, url: str, cache: Path, *, cache_bytes: int = CACHE_BYTES, **options: object) -> None:
        self._url = mask_url(url.rstrip("/"))
        """As it is shown in errors."""
        self._identity = url.rstrip("/")
        with translate_errors(self._url):
            self._fs, root = fsspec.core.url_to_fs(url, **options)
        self._root = str(root).rstrip("/")
        scheme = url.partition("://")[0]
        self._atomic = scheme in OBJECT_STORES
        self._cache = LocalCache(Path(cache), cache_bytes)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `url`, `cache`, `cache_bytes`, and options of the file system."""
        parsed = FsspecConfig.model_validate(config)
        options: Any = parsed.model_extra or {}
        return cls(parsed.url, parsed.cache, cache_bytes=parsed.cache_bytes, **options)

    def workspace(self) -> AbstractContextManager[Path]:
        """A private folder in the local cache."""
        return workspace.private_folder(self._cache.temporary)

    def sweep(self, older_than: float, dry_run: bool = False) -> int:
        """Delete orphaned workspaces of this machine, and unfinished uploads, that are older than that in seconds.

        Returns their number. dry_run: only count them.
        """
        found = workspace.sweep(self._cache.temporary, older_than, dry_run)
        return found + (
            0 if self._atomic else self._sweep_uploads(older_than * workspace.UNLOCKED_TIMES, dry_run)
        )

    def _sweep_uploads(self, older_than: float, dry_run: bool) -> int:
        """Uploads of any machine, which have no lock; those whose age the file system does not say are kept."""
        found = 0
        with translate_errors(self._url):
            folder = f"{self._root}/.tmp"
            self._fs.invalidate_cache(folder)
            if not self._fs.exists(folder):
                return 0
            for info in self._fs.ls(folder, detail=True):
                changed = next((info[name] for name in _CHANGED if info.get(name) is not None), None)
                seconds = changed.timestamp() if isinstance(changed, datetime) else changed
                if isinstance(seconds, (int, float)) and time.time() - seconds > older_than:
                    if not dry_run:
                        self._fs.rm_file(info["name"])
                    found += 1
        return found

    def put(self, key: str, file: Path) -> int:
        """Upload the file. The local file is kept."""
        final = self._path(key)
        with translate_errors(self._url, key):
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
        """A reader that fetches blocks with read-ahead, without downloading the whole blob."""
        path = self._path(key)
        self.size(key)
        with translate_errors(self._url, key):
            source = self._fs.open(path, "rb")
        return cast(BinaryIO, io.BufferedReader(_Reader(source, self._url, key), 1 << 16))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy in the local cache, downloaded unless this version is cached."""
        info = self._info(key)
        version = [str(info[name]) for name in _VERSION if info.get(name) is not None]
        name = hashlib.sha256("\n".join([self._identity, key, *version]).encode()).hexdigest()

        def download(target: Path) -> None:
            with translate_errors(self._url, key):
                self._fs.get_file(self._path(key), str(target))

        with self._cache.get(name, Path(key).suffix, download) as path:
            yield path

    def size(self, key: str) -> int:
        """Size in bytes."""
        return int(self._info(key)["size"])

    def modified(self, key: str) -> float:
        """When the blob was written, in seconds since 1970; 0.0 for a file system that does not say."""
        info = self._info(key)
        for name in _TIMES:
            written = info.get(name)
            if isinstance(written, datetime):
                return written.timestamp()
            if isinstance(written, (int, float)):
                return float(written)
        return 0.0

    def exists(self, key: str) -> bool:
        """Whether the blob exists."""
        try:
            self._info(key)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Delete a blob, if it exists."""
        path = self._path(key)
        try:
            with translate_errors(self._url, key):
                self._fs.rm_file(path)
        except NotFound:
            return

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`, in no particular order."""
        above = prefix.rpartition("/")[0]
        if above and not is_name(above):
            return
        start = f"{self._root}/{above}".rstrip("/")
        with translate_errors(self._url):
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
        return f"{self._root}/{checked_name(key)}"

    def _info(self, key: str) -> Mapping[str, Any]:
        path = self._path(key)
        with translate_errors(self._url, key):
            self._fs.invalidate_cache(path.rpartition("/")[0])
            info: Mapping[str, Any] = self._fs.info(path)
        if info["type"] != "file":
            raise NotFound(BLOB_NOT_FOUND, key=key)
        return info


class _Reader(io.RawIOBase):
    """A remote file that translates its errors."""

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
        with translate_errors(self._url, self._key):
            content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
