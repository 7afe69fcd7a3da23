"""Cuts as a file for editing programs, or as a table: what formats there are; one file beside this writes each."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.timeline import fcpxml, otio, table
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import Count


class Format(StrEnum):
    """What a file of cuts may be, by its suffix."""

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
    """The format that a file's name asks for. Raises InvalidInput."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix in list(Format):
        return Format(suffix)
    raise InvalidInput(
        f"{path.name} is no timeline", hint="End its name in .otio, .fcpxml, .xml, .edl or .csv."
    )


def render(cuts: Sequence[Clip], form: Format, title: str) -> str:
    """The cuts one after the other as the text of a file.

    In and out points are frames of the source, counted from its start time code. Raises `Unavailable` where
    OpenTimelineIO is not installed.
    """
    try:
        package = import_module("opentimelineio")
    except ImportError as error:
        raise Unavailable(
            f"timelines cannot be written: {error}", hint="pip install 'dampipe[otio]'"
        ) from error
    count = Count(package, cuts)
    if form is Format.CSV:
        return table.render(cuts, count)
    if form is Format.FCPXML:
        return fcpxml.render(cuts, count, title)
    return otio.render(package, cuts, count, title, form)
