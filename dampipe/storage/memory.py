"""The catalogue that forgets: videos and vector rows in this process, for tests and for trying things out."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.paths import printable
from dampipe.media.info import MediaInfo
from dampipe.storage.base import StorageEngine
from dampipe.storage.model_index import VectorOwner
from dampipe.storage.moments import Moment
from dampipe.storage.video import Video


@dataclass(frozen=True)
class _Vector:
    sha1: str
    model: str
    time: float
    shot: int
    row: NDArray[np.float16]


class _Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MemoryStorage(StorageEngine):
    """A StorageEngine without search of its own, and a VectorCatalog for AutoStorage."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._videos: dict[str, Video] = {}
        self._vectors: dict[int, _Vector] = {}
        self._next = count(1)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: takes nothing."""
        _Nothing.model_validate(config)
        return cls()

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""
        place = path.absolute()
        if not place.is_file():
            raise NotFound(f"there is no file {printable(place)}")
        if len(sha1) != 40 or set(sha1) - set("0123456789abcdef"):
            raise InvalidInput(f"{sha1!r} is no SHA-1: 40 hexadecimal digits, lower case")
        with self._lock:
            video = self._videos.get(sha1) or Video(
                sha1=sha1, size=place.stat().st_size, name=printable(place.name), added_at=datetime.now(UTC)
            )
            shown = printable(place)
            paths = video.paths if shown in video.paths else (*video.paths, shown)
            self._videos[sha1] = video.model_copy(update={"paths": paths, "media": media or video.media})
            return self._videos[sha1]

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""
        if len(sha1) < 4:
            raise InvalidInput(f"{sha1!r} is too short: give at least 4 digits of the SHA-1")
        found = [video for known, video in self._videos.items() if known.startswith(sha1)]
        if not found:
            raise NotFound(f"no video has the SHA-1 {sha1}")
        if len(found) > 1:
            raise InvalidInput(f"{len(found)} videos have a SHA-1 that begins with {sha1}: give more digits")
        return found[0]

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""
        newest = list(reversed(self._videos.values()))
        start = 0 if after is None else newest.index(self.get_video(after)) + 1
        return newest[start : start + max(0, limit)]

    def add_vectors(
        self,
        sha1: str,
        model: str,
        times: Sequence[float],
        rows: NDArray[np.float32],
        shots: Sequence[int] | None = None,
    ) -> None:
        """Replace the video's vectors of that model; without `shots` every moment is one of its own."""
        if rows.ndim != 2 or len(rows) != len(times):
            raise ValueError(f"{len(times)} times need as many rows, not {rows.shape}")
        with self._lock:
            asset = self.get_video(sha1).sha1
            self._vectors = {i: v for i, v in self._vectors.items() if (v.sha1, v.model) != (asset, model)}
            numbers = range(len(times)) if shots is None else shots
            for time, shot, row in zip(times, numbers, rows.astype(np.float16), strict=True):
                self._vectors[next(self._next)] = _Vector(asset, model, float(time), shot, row)

    def vectors_after(
        self, model: str, watermark: int, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See VectorCatalog."""
        found = [(i, v.row) for i, v in self._vectors.items() if v.model == model and i > watermark][:limit]
        ids = np.array([i for i, _ in found], np.int64)
        return ids, np.array([row for _, row in found], np.float32).reshape(len(found), -1 if found else 0)

    def vector_count(self, model: str, up_to: int) -> int:
        """See VectorCatalog."""
        return len(self.vector_ids(model, up_to))

    def vector_ids(self, model: str, up_to: int) -> NDArray[np.int64]:
        """See VectorCatalog."""
        return np.array([i for i, v in self._vectors.items() if v.model == model and i <= up_to], np.int64)

    def owners(self, ids: Sequence[int]) -> dict[int, VectorOwner]:
        """See VectorCatalog. Videos are numbered in the order in which they were added."""
        numbers = {sha1: number for number, sha1 in enumerate(self._videos, 1)}
        known = ((i, self._vectors[i]) for i in map(int, ids) if i in self._vectors)
        return {i: VectorOwner(vector.sha1, vector.shot, numbers[vector.sha1]) for i, vector in known}

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """See VectorCatalog."""
        return {i: self._moment(self._vectors[i]) for i in map(int, ids) if i in self._vectors}

    def _moment(self, vector: _Vector) -> Moment:
        video = self._videos[vector.sha1]
        return Moment(
            asset=video.sha1,
            path=video.paths[0],
            time=vector.time,
            score=0.0,
            name=video.name,
            duration=video.media.duration if video.media else None,
            shot=vector.shot,
        )
