"""What can be wrong with an undo."""

from dampipe.kernel.errors import ErrorCode

EDIT_UNKNOWN = ErrorCode(
    "undo.unknown", "there is no edit {number}", "The list of edits shows their numbers."
)
NOTHING_TO_UNDO = ErrorCode(
    "undo.nothing", "{actor} has changed nothing that can be undone", "Name the number of an edit."
)
UNDONE_ALREADY = ErrorCode(
    "undo.done",
    "edit {number} was undone already",
    "Undo the edit that undid it to make the change once more.",
)
NOT_YOURS = ErrorCode(
    "undo.not_yours",
    "edit {number} is one of {owner}, not of {actor}",
    "A manager may undo what others did.",
)
