"""Clips: spans of files for a timeline, in their order."""

from pydantic import BaseModel, ConfigDict

from dampipe.media.info import MediaInfo
from dampipe.timeline.marker import Marker


class Clip(BaseModel):
    """A span of a file. Times are seconds from its start."""

    model_config = ConfigDict(frozen=True)

    asset: str
    path: str
    """Absolute path as returned by `os.fsdecode`; it may contain bytes that are not valid UTF-8."""
    name: str
    media: MediaInfo | None
    moment: float | None = None
    """The time that a search found; None: the clip was not found by one."""
    start: float
    end: float
    score: float | None = None
    """Of the moment."""
    title: str = ""
    """What people call the span; "": the name of the file."""
    note: str = ""
    markers: tuple[Marker, ...] = ()
    """Of its file, within the span or not; a marker shows where it is in the file."""
