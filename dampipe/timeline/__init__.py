"""Export of clips as a timeline for editing programs, or as a table. Each module of this package writes one format."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.timeline import edl, fcpxml, otio, table, xmeml
from dampipe.timeline.clip import Clip
from dampipe.timeline.errors import FORMAT_UNKNOWN, PACKAGE_MISSING
from dampipe.timeline.frames import FrameCounter


class Format(StrEnum):
    """Format of a timeline file, by its suffix."""

    OTIO = "otio"
    FCPXML = "fcpxml"
    XML = "xml"
    EDL = "edl"
    CSV = "csv"


MEDIA_TYPES = {
    Format.OTIO: "application/vnd.pixar.opentimelineio+json",
    Format.FCPXML: "application/xml",
    Format.XML: "application/xml",
    Format.EDL: "text/plain",
    Format.CSV: "text/csv",
}


def format_of(path: Path) -> Format:
    """The format for the suffix of a path. Raises InvalidInput."""
    suffix = path.suffix.lower().lstrip(".").replace("fcpxmld", "fcpxml")  # a bundle with such a file in it
    if suffix in list(Format):
        return Format(suffix)
    raise InvalidInput(FORMAT_UNKNOWN, name=path.name)


class Rendered(NamedTuple):
    """A timeline as text."""

    text: str
    warnings: tuple[str, ...]
    """What was left out or converted, one sentence per file."""
    clips: int = 0
    """How many clips it has."""


def render(clips: Sequence[Clip], form: Format, title: str) -> Rendered:
    """A file with the clips in sequence, as text.

    In and out points are frames of the source, counted from its start time code. A time code that is not valid at the
    rate of its file, and a clip that cannot be written, cause a warning; they never stop the export. Markers of clips
    are written so that `reading.read_timeline` gives them back whole. Raises `Unavailable` if OpenTimelineIO, which
    writes .otio, is not installed.
    """
    counter = FrameCounter(clips)
    warnings = counter.warnings
    if form is Format.CSV:
        text = table.render(counter)
    elif form is Format.FCPXML:
        text = fcpxml.render(counter, title)
    elif form is Format.EDL:
        text = edl.render(counter, title)
        if len(counter.clips) > edl.MAX_EVENTS:
            warnings += (f"many programs read only the first {edl.MAX_EVENTS} events of an EDL",)
    elif form is Format.XML:
        text = xmeml.render(counter, title)
    else:
        text = otio.render(_package(), counter, title)
    return Rendered(text, warnings, len(counter.clips))


def _package() -> Any:
    try:
        return import_module("opentimelineio")
    except ImportError as error:
        raise Unavailable(PACKAGE_MISSING, reason=str(error)) from error
