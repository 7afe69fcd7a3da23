"""A blob store in memory, for tests and experiments. Nothing is persisted."""

import io
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import NotFound
from dampipe.storage.blobs.errors import BLOB_NOT_FOUND
from dampipe.storage.blobs.names import checked_name


class MemoryBlobsConfig(BaseModel):
    """Configuration of `get_storage_backend("memory", …, "derivatives")`: no options."""

    model_config = ConfigDict(extra="forbid")


class MemoryBlobs:
    """Blobs of one process."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._times: dict[str, float] = {}

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: has no options."""
        MemoryBlobsConfig.model_validate(config)
        return cls()

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder in the temporary folder of the system."""
        with TemporaryDirectory(prefix="dampipe-") as folder:
            yield Path(folder)

    def sweep(self, older_than: float, dry_run: bool = False) -> int:
        """Does nothing: there are no orphaned folders."""
        return 0

    def put(self, key: str, file: Path) -> int:
        """Read the file and delete it."""
        name = checked_name(key)
        self._blobs[name] = file.read_bytes()
        self._times[name] = time.time()
        file.unlink()
        return len(self._blobs[name])

    def open(self, key: str) -> BinaryIO:
        """A reader over the bytes."""
        return io.BytesIO(self._get(key))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy, deleted when the context ends."""
        content = self._get(key)
        with self.workspace() as folder:
            path = folder / Path(key).name
            path.write_bytes(content)
            yield path

    def size(self, key: str) -> int:
        """Size in bytes."""
        return len(self._get(key))

    def modified(self, key: str) -> float:
        """When the blob was put, in seconds since 1970."""
        self._get(key)
        return self._times[key]

    def exists(self, key: str) -> bool:
        """Whether the blob exists."""
        return checked_name(key) in self._blobs

    def delete(self, key: str) -> None:
        """Delete a blob, if it exists."""
        self._blobs.pop(checked_name(key), None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`."""
        return iter([key for key in list(self._blobs) if key.startswith(prefix)])

    def _get(self, key: str) -> bytes:
        try:
            return self._blobs[checked_name(key)]
        except KeyError:
            raise NotFound(BLOB_NOT_FOUND, key=key) from None
