"""Subclips as values. No I/O."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dampipe.features.alignment.model import Fate, TimeReport
from dampipe.features.subclips.errors import END_TWICE
from dampipe.kernel.errors import InvalidInput
from dampipe.timeline import Format

MAX_NAME = 300
MAX_NOTE = 10_000
MOST_SHOWN = 1_000
"""Subclips of one page."""
MOST_CREATED = 1_000
"""Subclips of one request."""
MOST_EXPORTED = 10_000
Value: TypeAlias = str | int | float | bool
Values: TypeAlias = Value | tuple[Value, ...] | None
"""What a field is given: one value or several; None: none."""


class Span(BaseModel):
    """Times of a version as people write them: seconds ("12.5"), ticks ("300@1001/24000") or time code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: str | None = None
    """The first frame: the one that is shown at that time."""
    end: str | None = None
    """The first frame after the span, which is not part of it."""
    last: str | None = None
    """Instead of `end`: the last frame, which is part of it, as editing programs mark an out point."""

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if self.end is not None and self.last is not None:
            raise InvalidInput(END_TWICE)
        return self


class NewSubclip(Span):
    """A subclip that is to be created. Without an end it is one frame."""

    asset: str
    """The version that the times are of: SHA-1, its first digits, a path or a file name."""
    start: str
    name: str
    note: str = ""
    fields: Mapping[str, Values] = {}


class SubclipEdit(Span):
    """What is to be changed of a subclip. A span is read as times of the version that the subclip is anchored at."""

    name: str | None = None
    note: str | None = None
    fields: Mapping[str, Values] = {}
    """By key; None or (): the field has no value afterwards."""
    if_version: int | None = None
    """The version of the subclip that the edit was made from; None: whichever it is."""


class CarriedReport(BaseModel):
    """Where a subclip is in the current version of its asset."""

    model_config = ConfigDict(frozen=True)

    fate: Fate
    text: str = ""
    """What became of it: "moved +312 frames", "no longer there", "pending"; "" where it did not move."""
    moved: int | None = None
    """Frames."""
    is_cut: bool = False
    """Whether frames at its start or end are gone."""
    start: TimeReport | None = None
    end: TimeReport | None = None
    """Not part of it."""


class SubclipReport(BaseModel):
    """A subclip."""

    model_config = ConfigDict(frozen=True)

    id: int
    asset: str
    """SHA-1 of the current version of its asset."""
    asset_name: str
    """Name of a file of it."""
    anchored_at: str | None
    """SHA-1 of the version that `start` and `end` are of; None: it was deleted, or is not visible."""
    start: TimeReport
    end: TimeReport
    """The first frame after the subclip: not part of it."""
    last: TimeReport
    """The last frame of it."""
    duration: float
    """Seconds."""
    carried: CarriedReport
    name: str
    note: str = ""
    fields: dict[str, Value | tuple[Value, ...]] = {}
    """By key; a tuple for fields that take several values."""
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    version: int
    """Counts the edits."""


class SubclipPage(BaseModel):
    """Some subclips of a list."""

    model_config = ConfigDict(frozen=True)

    subclips: tuple[SubclipReport, ...]
    after: str | None = None
    """Where the next page begins; None: this is the last one."""


class SubclipsDeleted(BaseModel):
    """How many subclips were deleted."""

    model_config = ConfigDict(frozen=True)

    deleted: int
    edit: int | None = None
    """Its number, with which it can be undone."""


class SubclipQuery(BaseModel):
    """Which subclips are meant: all for which everything holds that is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str | None = None
    """Those of one asset, in the order of their times; else newest first."""
    text: str = ""
    """Their name or note contains it."""
    where: tuple[str, ...] = ()
    """Comparisons of their fields, such as `rating>=3`."""
    filters: Mapping[str, tuple[str, ...]] = {}
    """Filters of a search that their asset passes."""
    ids: tuple[int, ...] | None = None
    """Only these."""


class SubclipExport(SubclipQuery):
    """Subclips that become a timeline."""

    format: Format
    title: Annotated[str, Field(max_length=200)] = "Subclips"
    territory: str = ""
    medium: str = ""
    reason: str = ""
