"""A clip as a timeline names it, and what is common to the formats in reading one."""

import os
import re
from datetime import datetime
from fractions import Fraction
from typing import Self
from urllib.parse import unquote_to_bytes, urlsplit

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.paths import is_valid
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo, Rational
from dampipe.media.timecode import DROP_RATES, Timecode, base_of, label
from dampipe.timeline.frames import RATES, own_rate, time_of
from dampipe.timeline.marker import Marker, Reply
from dampipe.timeline.marker_text import Joined
from dampipe.timeline.reading.limits import MAX_TEXT

LONGEST_RATE = 1000
MAX_NOTE = 100_000
"""Characters of a note that another program wrote."""


class SourceMarker(BaseModel):
    """A marker of a clip, as far as the timeline has it."""

    model_config = ConfigDict(frozen=True)

    timecode: str
    """Label of its first frame in the source."""
    timecode_out: str = ""
    """Label of the frame after it; "": a point, or the format does not say."""
    name: str = ""
    note: str = ""
    color: str = ""
    author: str = ""
    at: datetime | None = None
    is_resolved: bool = False
    replies: tuple[Reply, ...] = ()
    start: Rational | None = None
    """Exact seconds from the start of the file, where dampipe wrote it and it was not moved since; so is `end`."""
    end: Rational | None = None
    key: str = ""
    """What the program that wrote it recognises it by; "": dampipe did not write it."""
    is_edited: bool = False
    """Whether another program has changed the note of a marker that dampipe wrote."""

    @classmethod
    def of(cls, found: Joined) -> Self:
        """From what a format shows, and the record of it if dampipe wrote it."""
        shown, marker = found.shown, found.marker
        if marker is None:
            return cls(
                timecode=shown.code,
                timecode_out=shown.end_code,
                name=shown.name[:MAX_TEXT],
                note=shown.note[:MAX_NOTE],
                color=shown.color,
                is_resolved=bool(shown.is_resolved),
            )
        return cls(
            timecode=shown.code,
            timecode_out=found.end_code,
            name=marker.name,
            note=shown.note[:MAX_NOTE] if found.has_other_note else marker.note,
            color=marker.color,
            author=marker.author,
            at=marker.at,
            is_resolved=marker.is_resolved if shown.is_resolved is None else shown.is_resolved,
            replies=() if found.has_other_note else marker.replies,
            start=marker.start if found.is_in_place else None,
            end=marker.end if found.is_in_place else None,
            key=marker.key,
            is_edited=found.has_other_note,
        )

    def marker(self, clock: FrameClock, media: MediaInfo, rate: Fraction | None = None) -> Marker | None:
        """The marker in a version with that clock; None if the version has no such frame.

        rate: at which the timeline counts frames of files without a rate of their own, if it is known.
        """
        start, end = self.start, self.end
        if start is None:
            counted = own_rate(media) or rate or clock.rate
            first = behind = None
            if counted is not None:
                first, behind = (
                    _frame(text, clock, media, counted) for text in (self.timecode, self.timecode_out)
                )
            if first is None or first >= clock.times.count:
                return None
            start = clock.time(first).seconds
            end = None if behind is None or behind <= first else _begin(behind, clock)
        same = ("name", "note", "color", "author", "at", "is_resolved", "replies", "key")
        return Marker(start=start, end=end, **{name: getattr(self, name) for name in same})


def _frame(text: str, clock: FrameClock, media: MediaInfo, rate: Fraction) -> int | None:
    """The number of the frame with a label of the timeline: at the count of frames, the version ends; None: before it.

    Timelines count from the start of a file, in which the sound may be earlier than the picture.
    """
    try:
        code = Timecode.parse(text)
    except ValueError:
        return None
    seconds = time_of(code, media, rate)
    if seconds is None:
        return None
    times = clock.times
    end = times.end * times.time_base
    if seconds >= end - times.tolerance:
        return times.count if seconds < end + 1 / rate else None
    return times.nearest(seconds)


def _begin(frame: int, clock: FrameClock) -> Fraction:
    return clock.end.seconds if frame >= clock.times.count else clock.time(frame).seconds


class SourceClip(BaseModel):
    """A span of a file that a timeline uses, as far as the timeline says which."""

    model_config = ConfigDict(frozen=True)

    number: int = 0
    """From 1, in the order of the timeline."""
    name: str = ""
    paths: tuple[str, ...] = ()
    """Where the timeline says the file is, maybe on another machine: with slashes, as `os.fsdecode` gives bytes."""
    reel: str = ""
    timecode_in: str = ""
    """Label of the first frame in the source; so is `timecode_out`, of the frame after the last one."""
    timecode_out: str = ""
    rate: Rational | None = None
    """Frames per second at which these labels are counted, if the timeline says so."""
    sha1: str = ""
    """Of the file's content, where dampipe wrote the timeline."""
    title: str = ""
    """What the span is called, if that is not the name of the file."""
    note: str = ""
    markers: tuple[SourceMarker, ...] = ()
    uses: int = 0
    """How often the timeline has this span: picture and sound are two uses."""


def path_of(address: str) -> str:
    """The path that an address means; "" for what is not a file, or not a path.

    >>> path_of("file://localhost/Volumes/My%20Disk/a.mov"), path_of("file:///C:/x/a.mov"), path_of("C:\\\\x\\\\a.mov")
    ('/Volumes/My Disk/a.mov', 'C:/x/a.mov', 'C:/x/a.mov')
    >>> path_of("https://example.org/a.mov"), path_of("")
    ('', '')
    """
    text = address.strip()
    if not text or len(text) > MAX_TEXT:
        return ""
    if text.lower().startswith("file:"):
        try:
            parts = urlsplit(text)
        except ValueError:
            return ""
        text = os.fsdecode(unquote_to_bytes(parts.path))
        if parts.netloc and parts.netloc.lower() != "localhost":
            text = f"//{parts.netloc}{text}"
        if re.match(r"/[A-Za-z]:", text):
            text = text[1:]
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text):
        return ""
    if re.match(r"[A-Za-z]:\\|\\\\", text):
        text = text.replace("\\", "/")
    return text if is_valid(text) else ""


def content_of(text: object) -> str:
    """A SHA-1, if the text is one.

    >>> content_of("A" * 40) == "a" * 40, content_of("x"), content_of(None)
    (True, '', '')
    """
    return text.lower() if isinstance(text, str) and re.fullmatch("[0-9a-fA-F]{40}", text) else ""


def line(text: object) -> str:
    """A name as one line, cut at MAX_TEXT."""
    return " ".join(text.split())[:MAX_TEXT] if isinstance(text, str) else ""


def rate_of(value: Fraction | float) -> Fraction | None:
    """The exact rate that a number of frames per second means; None for one that cannot be.

    >>> rate_of(29.97), rate_of(23.976023976), rate_of(25.0), rate_of(0)
    (Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25, 1), None)
    """
    try:
        rate = Fraction(value)
    except (ValueError, OverflowError, TypeError):
        return None
    if not 1 <= rate <= LONGEST_RATE:
        return None
    nearest = min(RATES, key=lambda one: abs(one - rate))
    return nearest if abs(nearest - rate) < Fraction(1, 100) else rate.limit_denominator(1001)


def label_of(frames: int, rate: Fraction | None, *, dropped: bool = False) -> str:
    """The label of a frame counted from midnight; "" for one that has none."""
    if rate is None or frames < 0:
        return ""
    return str(label(frames, base_of(rate), dropped=dropped and rate in DROP_RATES))
