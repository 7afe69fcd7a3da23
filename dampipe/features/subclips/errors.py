"""What can be wrong with subclips."""

from dampipe.kernel.errors import ErrorCode

SUBCLIP_UNKNOWN = ErrorCode(
    "subclip.not_found", "there is no subclip {number}", "The list of subclips shows which exist."
)
SUBCLIP_CHANGED = ErrorCode(
    "subclip.changed_meanwhile",
    "{field} of the subclip was changed meanwhile by {by}: it is {theirs} now, not {yours}",
    "Compare both values, and write the one that is right.",
)
NAME_INVALID = ErrorCode(
    "subclip.name_invalid",
    "{name!r} is not a valid name of a subclip",
    "Give one line of up to {most} printable characters.",
)
NOTE_INVALID = ErrorCode(
    "subclip.note_invalid",
    "the note of the subclip has {count} characters, or some that cannot be printed",
    "Give up to {most} printable characters.",
)
END_TWICE = ErrorCode(
    "subclip.end_twice",
    "the end of the subclip is given twice",
    "Give either its last frame, or the end, which is not part of it.",
)
NO_VERSION = ErrorCode(
    "subclip.no_version",
    "the span of the subclip {number} cannot be changed: the version that it is of was deleted",
    "Create another subclip.",
)
HAS_NO_TIMES = ErrorCode("subclip.still", "{name} is a still: it has no spans")
PAGE_INVALID = ErrorCode(
    "subclip.page_invalid", "{after!r} is not the end of a page", "Begin with the first page."
)
NOTHING_TO_EXPORT = ErrorCode(
    "subclip.nothing_to_export",
    "no subclip can be exported: none was found, or no file of them is known",
    "Name subclips, or change the filters.",
)
FILTER_FORM = ErrorCode(
    "subclip.filter_form",
    "{text!r} is not a filter of assets",
    "Give its name and a value, as in tag=interview.",
)
