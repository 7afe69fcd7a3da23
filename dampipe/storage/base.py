"""The contract upstream code sees: videos in, videos and vectors out.

    StorageEngine
    ├── Catalog         videos, no vectors           (storage/catalog)
    └── AutoStorage     a catalogue and, where there is one, a vector index (storage/auto.py)

A backend must keep videos; vectors are optional, so their methods have a default that says so.
Every backend passes tests/contract/test_storage_engine.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import SearchUnavailable
from dampipe.media.info import MediaInfo
from dampipe.storage.moments import Moment
from dampipe.storage.video import Video


class StorageEngine(ABC):
    """Keeps videos and, where it can, their vectors."""

    @abstractmethod
    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """Record that the file at `path` has the content `sha1` (40 hexadecimal digits).

        The same content at a second path is the same video with two paths; adding again changes
        nothing. `media`, when given, is kept as its metadata. Raises `NotFound` if there is no such file.
        """

    @abstractmethod
    def get_video(self, sha1: str) -> Video:
        """The video with that SHA-1, or the only one that begins with it (at least 4 digits).

        Raises `NotFound`, or `InvalidInput` when several begin so.
        """

    @abstractmethod
    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """Videos, the newest first; `after` is the SHA-1 of the last one of the page before."""

    def add_vector(self, sha1: str, model: str, times: Sequence[float], vectors: NDArray[np.float32]) -> None:
        """Keep one vector a moment: `times` in seconds, `vectors` of shape (len(times), dimension).

        Rows have length 1. Replaces what the video had for that model. Default: this backend has no vectors.
        """
        raise SearchUnavailable(f"{type(self).__name__} keeps no vectors")

    def search_vector(self, model: str, vector: NDArray[np.float32], limit: int = 10) -> list[Moment]:
        """The moments nearest to `vector` (shape (dimension,)), best first.

        Default: this backend has no vectors.
        """
        raise SearchUnavailable(f"{type(self).__name__} keeps no vectors")
