"""Cuts: spans of assets in the order of a search's answer, for an editing program."""

from pydantic import BaseModel, ConfigDict

from dampipe.media.info import MediaInfo


class Clip(BaseModel):
    """One span of a file."""

    model_config = ConfigDict(frozen=True)

    asset: str
    path: str
    """Absolute, as `os.fsdecode` gives it: the name need not be UTF-8."""
    name: str
    media: MediaInfo | None
    moment: float
    """Seconds from the start of the file, as are the next two."""
    start: float
    end: float
    score: float
