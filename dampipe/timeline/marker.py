"""Markers: points and spans of a clip's file that a timeline shows with a name and a note."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from dampipe.media.info import Rational

COLORS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink", "white", "black")
"""Colours of markers, those that OpenTimelineIO names."""
DEFAULT_COLOR = "red"


class Reply(BaseModel):
    """An answer to a marker's note."""

    model_config = ConfigDict(frozen=True)

    text: str
    author: str = ""
    at: datetime | None = None


class Marker(BaseModel):
    """A point or a span of a file. Times are exact seconds from the start of the file, each the beginning of a frame."""

    model_config = ConfigDict(frozen=True)

    start: Rational
    end: Rational | None = None
    """Not part of the span; None: a point."""
    name: str = ""
    """One line."""
    note: str = ""
    color: str = ""
    """One of COLORS; "": DEFAULT_COLOR is written."""
    author: str = ""
    at: datetime | None = None
    """When it was written."""
    is_resolved: bool = False
    replies: tuple[Reply, ...] = ()
    key: str = ""
    """What the program that wrote it recognises it by, such as `comment/12/3`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise ValueError(f"a marker from {self.start} to {self.end} s is not a span")
        return self

    @property
    def text(self) -> str:
        """The note with its author and the replies, as people read it in a program that has only one text."""
        parts = [f"{self.author}: {self.note}" if self.author else self.note]
        parts += [f"{one.author}: {one.text}" if one.author else one.text for one in self.replies]
        return "\n".join(filter(None, parts))
