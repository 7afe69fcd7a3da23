"""Excerpts as values. No I/O."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePath
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from dampipe.features.excerpts.errors import END_TWICE, HANDLES_INVALID
from dampipe.features.excerpts.events import OriginalExcerpted
from dampipe.features.originals.scopes import ORIGINALS
from dampipe.kernel.access import Scope
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.outbox import NewEvent
from dampipe.kernel.paths import printable
from dampipe.kernel.release import DOWNLOAD
from dampipe.media.excerpt.span import Excerpt, WantedSpan

_HANDLES = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(s|f)?", re.ASCII)


class ExcerptRequest(BaseModel):
    """Which part of which original."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    """SHA-1, its first digits, a path or a file name."""
    start: str
    """The first frame: seconds, ticks of a time base or time code."""
    end: str | None = None
    """The first frame after the part, which is not part of it. Without an end it is one frame."""
    last: str | None = None
    """Instead of `end`: the last frame, which is part of it."""
    handles: str = "0"
    """How much more before and after it, as far as the file has it: `1s`, or frames: `12f`."""
    territory: str = ""
    medium: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if self.end is not None and self.last is not None:
            raise InvalidInput(END_TWICE)
        return self


class ExcerptReport(BaseModel):
    """A part of an original that was copied."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    """Of the original."""
    name: str
    """Of the file that was written, where it was saved or as what it is to be saved."""
    size: int
    """Bytes."""
    start: float
    """Seconds of the original at which the excerpt begins."""
    first_frame: int | None
    """Number of its first frame in the original; None for sound."""
    frames: int | None
    """How many it has; None for sound."""
    timecode: str | None
    """Of its first frame."""
    earlier_frames: int
    """By how many frames it begins before what was asked for, since a key frame is there."""
    fetched: int | None
    """Bytes that were fetched from the storage of the file; None: it is on this machine, or was fetched before."""
    whole: bool
    """Whether the file was fetched as a whole."""
    warnings: tuple[str, ...] = ()


def parse_handles(text: str, rate: Fraction | None) -> Fraction:
    """Seconds of handles: `1s`, `0.5`, or `12f` of frames. Raises InvalidInput.

    >>> parse_handles("12f", Fraction(24)), parse_handles("1.5s", None)
    (Fraction(1, 2), Fraction(3, 2))
    """
    found = _HANDLES.fullmatch(text.strip())
    if found is None or (found[2] == "f" and (rate is None or "." in found[1])):
        raise InvalidInput(HANDLES_INVALID, text=text)
    return Fraction(found[1]) / (rate if found[2] == "f" and rate is not None else 1)


def file_name(wanted: WantedSpan, code: str | None) -> str:
    """The name to save an excerpt under: `A001_01-00-12-12.mov`, by the time code or the seconds of its start."""
    path = PurePath(printable(wanted.name))
    mark = f"{float(wanted.start):.3f}s" if code is None else re.sub("[:;]", "-", code)
    return f"{path.stem}_{mark}{path.suffix}"


@dataclass
class MadeExcerpt:
    """What was copied, and how."""

    excerpt: Excerpt
    fetched: int | None
    whole: bool


@dataclass(frozen=True)
class ExcerptRelease:
    """A part of an original that is to leave; nothing is copied before it was released."""

    version: int
    asset: int
    sha1: str
    path: str
    wanted: WantedSpan
    make: Callable[[], MadeExcerpt] = field(repr=False)

    purpose: ClassVar[str] = DOWNLOAD
    scope: ClassVar[Scope] = ORIGINALS
    is_divisible: ClassVar[bool] = False
    window: ClassVar[None] = None

    @property
    def assets(self) -> tuple[int, ...]:
        """See Outgoing."""
        return (self.asset,)

    def event(self) -> NewEvent:
        """See Outgoing."""
        payload = OriginalExcerpted(
            path=printable(self.path),
            start=float(self.wanted.start),
            end=float(self.wanted.end),
            purpose=DOWNLOAD,
        )
        return NewEvent(payload, asset=self.asset, sha1=self.sha1)

    def open(self, cleared: AssetSet) -> MadeExcerpt:
        """See Outgoing."""
        return self.make()
