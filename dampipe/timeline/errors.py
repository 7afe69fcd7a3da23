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
