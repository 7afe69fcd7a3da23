"""Assets: what is known of each content, and whether its files are there."""

from pydantic import BaseModel, ConfigDict

from dampipe.features.sources.cards import Card
from dampipe.jobs.model import RunSummary
from dampipe.storage.video import Video


class Details(BaseModel):
    """All that is known of one asset. Features add fields of their own (`Feature.details`)."""

    model_config = ConfigDict(frozen=True)

    video: Video
    sidecars: tuple[str, ...] = ()
    """Printable paths of the sidecar files: metadata, subtitles, thumbnails and proxies of the camera."""
    card: Card | None = None
    """The camera card that the first of its files lies on."""
    runs: tuple[RunSummary, ...]
