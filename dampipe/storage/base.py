"""The storage port: store and list videos, store and search their vectors.

    StorageEngine
    ├── media-db        videos in a SQL database, no search by vector      (features/assets)
    ├── MemoryStorage   videos in memory, for tests                        (storage/memory.py)
    └── AutoStorage     a catalogue and, if configured, a vector index     (storage/auto.py)

A backend must store videos. Vectors are optional: the default of their methods raises `SearchUnavailable`.
Every backend passes tests/contract/test_storage_engine.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import SearchUnavailable
from dampipe.media.info import MediaInfo
from dampipe.storage.errors import NO_VECTORS
from dampipe.storage.moments import Moment
from dampipe.storage.video import Video


class StorageEngine(ABC):
    """Stores videos and, if the backend can, their vectors."""

    @abstractmethod
    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """Record that the file at `path` has the content `sha1` (40 hexadecimal digits).

        The same content at a second path is one video with two paths. Idempotent. `media`, if given, becomes the
        metadata of the video. Raises `NotFound` if there is no such file.
        """

    @abstractmethod
    def get_video(self, sha1: str) -> Video:
        """The video with this SHA-1, or with the only SHA-1 that begins with these digits (at least 4).

        Raises `NotFound`, or `InvalidInput` if several SHA-1s begin with them.
        """

    @abstractmethod
    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """One page of videos, newest first. `after`: the SHA-1 of the last video of the previous page."""

    def add_vector(self, sha1: str, model: str, times: Sequence[float], vectors: NDArray[np.float32]) -> None:
        """Store one vector per moment: `times` in seconds, `vectors` of shape (len(times), dimension).

        Rows have length 1. Replaces the vectors that the video has for this model. The default raises
        `SearchUnavailable`.
        """
        raise SearchUnavailable(NO_VECTORS, backend=type(self).__name__)

    def search_vector(self, model: str, vector: NDArray[np.float32], limit: int = 10) -> list[Moment]:
        """The moments nearest to `vector` (shape (dimension,)), best first.

        The default raises `SearchUnavailable`.
        """
        raise SearchUnavailable(NO_VECTORS, backend=type(self).__name__)
