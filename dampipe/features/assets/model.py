"""Sources, locations and assets: where footage is, and what it is.

Paths are `str` as `os.fsdecode` gives them, so a name that is no UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from dampipe.features.scanning.cards import Card
from dampipe.jobs.model import RunSummary
from dampipe.storage.video import Video


class LocationState(StrEnum):
    """Whether the file was there at the last clean walk."""

    PRESENT = "present"
    MISSING = "missing"


class Pruned(BaseModel):
    """What a prune forgets, or would."""

    model_config = ConfigDict(frozen=True)

    locations: int = 0
    """Places where a file was and is no more."""
    assets: int = 0
    """Of which no place is left."""
    vectors: int = 0
    derivatives: int = 0
    bytes: int = 0
    """Of the derivatives, in the blob store."""
    unidentified: int = 0
    """Files that wait for their hash; while there are any, no asset is forgotten."""
    paths: tuple[str, ...] = ()
    """The first of the locations."""
    leftovers: int = 0
    """Derivatives that nothing refers to, of assets that stay; 0 where they were not asked for."""
    leftover_bytes: int = 0


class Details(BaseModel):
    """All that is known of one asset."""

    model_config = ConfigDict(frozen=True)

    video: Video
    tags: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()
    """Printable paths of what belongs to its files: metadata, subtitles, thumbnails and proxies of the camera."""
    card: Card | None = None
    """The camera card that the first of its files lies on."""
    runs: tuple[RunSummary, ...]
