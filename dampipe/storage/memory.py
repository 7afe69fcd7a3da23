"""A catalogue in memory: videos and vectors of one process, for tests and experiments. Nothing is persisted."""

import threading
from collections.abc import Iterable, Mapping, Sequence
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
from dampipe.storage.errors import (
    FILE_NOT_FOUND,
    SHA1_AMBIGUOUS,
    SHA1_INVALID,
    SHA1_TOO_SHORT,
    VIDEO_NOT_FOUND,
)
from dampipe.storage.moment_search import Owner
from dampipe.storage.moments import Moment
from dampipe.storage.vectors.base import OwnerNumbers, VectorBatch, VectorIds
from dampipe.storage.video import Video


@dataclass(frozen=True)
class _Vector:
    sha1: str
    model: str
    time: float
    shot: int
    row: NDArray[np.float16]


class _NoOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MemoryStorage(StorageEngine):
    """A StorageEngine without search by vector, and a VectorCatalog for AutoStorage. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._videos: dict[str, Video] = {}
        self._vectors: dict[int, _Vector] = {}
        self._next = count(1)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: has no options."""
        _NoOptions.model_validate(config)
        return cls()

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""
        file = path.absolute()
        if not file.is_file():
            raise NotFound(FILE_NOT_FOUND, path=printable(file))
        if len(sha1) != 40 or set(sha1) - set("0123456789abcdef"):
            raise InvalidInput(SHA1_INVALID, sha1=sha1)
        with self._lock:
            video = self._videos.get(sha1) or Video(
                sha1=sha1, size=file.stat().st_size, name=printable(file.name), added_at=datetime.now(UTC)
            )
            name = printable(file)
            paths = video.paths if name in video.paths else (*video.paths, name)
            self._videos[sha1] = video.model_copy(update={"paths": paths, "media": media or video.media})
            return self._videos[sha1]

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""
        if len(sha1) < 4:
            raise InvalidInput(SHA1_TOO_SHORT, sha1=sha1)
        found = [video for key, video in self._videos.items() if key.startswith(sha1)]
        if not found:
            raise NotFound(VIDEO_NOT_FOUND, sha1=sha1)
        if len(found) > 1:
            raise InvalidInput(SHA1_AMBIGUOUS, sha1=sha1, count=len(found))
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
        """See VectorCatalog. shots: the number of the shot of each moment; None: each moment is a shot."""
        if rows.ndim != 2 or len(rows) != len(times):
            raise ValueError(f"{len(times)} times need as many rows, not an array of shape {rows.shape}")
        with self._lock:
            asset = self.get_video(sha1).sha1
            self._vectors = {i: v for i, v in self._vectors.items() if (v.sha1, v.model) != (asset, model)}
            numbers = range(len(times)) if shots is None else shots
            for time, shot, row in zip(times, numbers, rows.astype(np.float16), strict=True):
                self._vectors[next(self._next)] = _Vector(asset, model, float(time), shot, row)

    def vectors_after(self, model: str, watermark: int, limit: int) -> VectorBatch:
        """See VectorCatalog."""
        found = [(i, v) for i, v in self._vectors.items() if v.model == model and i > watermark][:limit]
        ids, owners = np.array([i for i, _ in found], np.int64), self._owners_of(v for _, v in found)
        rows = np.array([v.row for _, v in found], np.float32).reshape(len(found), -1 if found else 0)
        return ids, rows, owners

    def vector_count(self, model: str, up_to: int) -> int:
        """See VectorCatalog."""
        return len(self.vector_ids(model, up_to))

    def vector_ids(self, model: str, up_to: int) -> NDArray[np.int64]:
        """See VectorCatalog."""
        return np.array([i for i, v in self._vectors.items() if v.model == model and i <= up_to], np.int64)

    def vector_owners(self, model: str, up_to: int) -> tuple[VectorIds, OwnerNumbers]:
        """See VectorCatalog."""
        ids = self.vector_ids(model, up_to)
        return ids, self._owners_of(self._vectors[i] for i in ids.tolist())

    def number(self, sha1: str) -> int:
        """The number of a video, by which masks select its vectors: videos are numbered from 1 as they were added."""
        return list(self._videos).index(sha1) + 1

    def _owners_of(self, vectors: Iterable[_Vector]) -> OwnerNumbers:
        numbers = {sha1: number for number, sha1 in enumerate(self._videos, 1)}
        return np.array([numbers[vector.sha1] for vector in vectors], np.uint32)

    def owners(self, ids: Sequence[int]) -> dict[int, Owner]:
        """See VectorCatalog."""
        known = ((i, self._vectors[i]) for i in map(int, ids) if i in self._vectors)
        return {i: (vector.sha1, vector.shot) for i, vector in known}

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
