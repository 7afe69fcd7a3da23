"""Error codes of timelines."""

from dampipe.kernel.errors import ErrorCode

FORMAT_UNKNOWN = ErrorCode(
    "timeline.format_unknown",
    "{name} does not have the suffix of a timeline format",
    "End its name in .otio, .fcpxml, .xml, .edl or .csv.",
)
PACKAGE_MISSING = ErrorCode(
    "timeline.package_missing",
    "timelines cannot be written: {reason}",
    "Install OpenTimelineIO with `pip install 'dampipe[otio]'`.",
)
TIMELINE_UNREADABLE = ErrorCode(
    "timeline.unreadable",
    "{name} cannot be read as a timeline: {reason}",
    "Export it again as OTIO, FCPXML, Final Cut Pro 7 XML, EDL or CSV.",
)
TIMELINE_TOO_LARGE = ErrorCode(
    "timeline.too_large", "{name} is too large: it has more than {limit}", "Export a part of it."
)
