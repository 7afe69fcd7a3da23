"""Clips: spans of assets for a timeline, in the order of the search result."""

from pydantic import BaseModel, ConfigDict

from dampipe.media.info import MediaInfo


class Clip(BaseModel):
    """A span of a file. Times are seconds from its start."""

    model_config = ConfigDict(frozen=True)

    asset: str
    path: str
    """Absolute path as returned by `os.fsdecode`; it may contain bytes that are not valid UTF-8."""
    name: str
    media: MediaInfo | None
    moment: float
    """The time that the search found."""
    start: float
    end: float
    score: float
