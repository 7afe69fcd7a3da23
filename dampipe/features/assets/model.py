"""Assets: what is known of each content, and whether its files are there."""

from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from dampipe.features.sources.cards import Card
from dampipe.jobs.model import RunSummary
from dampipe.storage.video import Video


class VersionSummary(BaseModel):
    """One version of an asset."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    name: str
    size: int
    kind: str | None = None
    duration: float | None = None
    """Seconds."""
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    paths: tuple[str, ...] = ()
    """Printable paths of its present locations, followed by those of missing ones."""
    added_at: datetime
    superseded_at: datetime | None = None
    """When another version became the current one; None: this one is current."""

    @classmethod
    def of(cls, row: Row[Any], video: Video) -> Self:
        """From a row of the table `version`, and what belongs to it."""
        ended = row.superseded_at
        return cls(
            **{name: getattr(row, name) for name in ("kind", "duration", "codec", "width", "height")},
            **{name: getattr(video, name) for name in ("sha1", "name", "size", "paths", "added_at")},
            superseded_at=None if ended is None else datetime.fromtimestamp(ended, UTC),
        )


class Details(BaseModel):
    """All that is known of one asset. Features add fields of their own (`Feature.details`)."""

    model_config = ConfigDict(frozen=True)

    video: Video
    """Its current version, or the one that was asked for; sidecars, card and runs are of the same one."""
    versions: tuple[VersionSummary, ...] = ()
    """All versions, newest first."""
    replaces: str | None = None
    """Of a provisional asset: the SHA-1 of the asset whose file was at its path before, until both are compared."""
    sidecars: tuple[str, ...] = ()
    """Printable paths of the sidecar files: metadata, subtitles, thumbnails and proxies of the camera."""
    card: Card | None = None
    """The camera card that the first of its files lies on."""
    runs: tuple[RunSummary, ...]
