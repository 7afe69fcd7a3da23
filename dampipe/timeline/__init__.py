"""Export of clips as a timeline for editing programs, or as a table. Each module of this package writes one format."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.timeline import fcpxml, otio, table
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
    suffix = path.suffix.lower().lstrip(".")
    if suffix in list(Format):
        return Format(suffix)
    raise InvalidInput(FORMAT_UNKNOWN, name=path.name)


def render(clips: Sequence[Clip], form: Format, title: str) -> str:
    """The text of a file with the clips in sequence.

    In and out points are frames of the source, counted from its start time code. Raises `Unavailable` if OpenTimelineIO
    is not installed.
    """
    try:
        package = import_module("opentimelineio")
    except ImportError as error:
        raise Unavailable(PACKAGE_MISSING, reason=str(error)) from error
    counter = FrameCounter(package, clips)
    if form is Format.CSV:
        return table.render(clips, counter)
    if form is Format.FCPXML:
        return fcpxml.render(clips, counter, title)
    return otio.render(package, clips, counter, title, form)
