"""The blob store that forgets: for tests and for trying things out."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import NotFound
from dampipe.storage.blobs.names import checked


class MemoryBlobsConfig(BaseModel):
    """What `get_storage_backend("memory-blobs", …)` takes: nothing."""

    model_config = ConfigDict(extra="forbid")


class MemoryBlobs:
    """Blobs in this process."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: takes nothing."""
        MemoryBlobsConfig.model_validate(config)
        return cls()

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A temporary folder of the system."""
        with TemporaryDirectory(prefix="dampipe-") as folder:
            yield Path(folder)

    def sweep(self, older_than: float) -> int:
        """Nothing is ever left."""
        return 0

    def put(self, key: str, file: Path) -> int:
        """Reads the file and removes it."""
        name = checked(key)
        self._blobs[name] = file.read_bytes()
        file.unlink()
        return len(self._blobs[name])

    def open(self, key: str) -> BinaryIO:
        """Over the bytes."""
        return io.BytesIO(self._get(key))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy, as long as the context lasts."""
        content = self._get(key)
        with self.workspace() as folder:
            path = folder / Path(key).name
            path.write_bytes(content)
            yield path

    def size(self, key: str) -> int:
        """Bytes."""
        return len(self._get(key))

    def exists(self, key: str) -> bool:
        """Whether the blob is there."""
        return checked(key) in self._blobs

    def delete(self, key: str) -> None:
        """An unknown name is no error."""
        self._blobs.pop(checked(key), None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with `prefix`."""
        return iter([key for key in list(self._blobs) if key.startswith(prefix)])

    def _get(self, key: str) -> bytes:
        try:
            return self._blobs[checked(key)]
        except KeyError:
            raise NotFound(f"there is no blob {key}") from None
