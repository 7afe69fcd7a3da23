"""What can be wrong with comments."""

from dampipe.kernel.errors import ErrorCode

COMMENT_UNKNOWN = ErrorCode(
    "comment.unknown", "there is no comment {number}", "The list of comments shows their numbers."
)
COMMENT_CHANGED = ErrorCode(
    "comment.changed_meanwhile",
    "comment {number} was changed meanwhile by {by}: its {field} is {theirs!r} now, not {yours!r}",
    "Compare both values, and write the one that is right with the version {version}.",
)
NOT_YOURS = ErrorCode(
    "comment.not_yours",
    "comment {number} is one of {author}, not of {actor}",
    "Its author may edit it, and a manager may delete it.",
)
GUEST_AUDIENCE = ErrorCode(
    "comment.guest_audience",
    "guests write for everybody who sees the asset",
    "Comment without an audience.",
)
NOTHING_SAID = ErrorCode(
    "comment.empty", "the comment says nothing", "Give it a text or a drawing, or a name if it is a marker."
)
TEXT_TOO_LONG = ErrorCode(
    "comment.text_too_long", "the text has {length} characters", "A comment has up to {most}."
)
STILL_TIME = ErrorCode(
    "comment.still_time", "{name} is a still, which has no times", "Comment on it without a time."
)
DRAWING_NEEDS_TIME = ErrorCode(
    "comment.drawing_needs_time",
    "a drawing on {name} needs the time of its frame",
    "Give the time at which the drawing is seen.",
)
NO_PICTURE = ErrorCode("comment.no_picture", "{name} has no picture to draw on", "Comment without a drawing.")
END_ALONE = ErrorCode("comment.end_alone", "the comment has an end and no start", "Give both, or neither.")
REPLY_PART = ErrorCode(
    "comment.reply_part",
    "a reply has no {part} of its own",
    "It belongs to the comment that it answers, with its time.",
)
COLOR_INVALID = ErrorCode("comment.color_invalid", "{color!r} is not a valid colour", "Give one of {colors}.")
DRAWING_INVALID = ErrorCode(
    "comment.drawing_invalid",
    "the drawing is not valid: {problem}",
    "A drawing has shapes, with points from 0 to 1.",
)
NO_DRAWING = ErrorCode("comment.no_drawing", "comment {number} has no drawing")
TIME_INVALID = ErrorCode(
    "comment.time_invalid", "{text!r} is not a valid date or time", "Give it as in 2026-05-17 or with a time."
)
CURSOR_INVALID = ErrorCode(
    "comment.cursor_invalid", "{text!r} is not a place in a list", "Give what the page before named `next`."
)
NOTHING_TO_EXPORT = ErrorCode(
    "comment.nothing_to_export", "no asset is named", "Name the assets whose comments are exported."
)
TOO_MANY_MARKERS = ErrorCode(
    "comment.too_many_markers", "the timeline has {count} markers", "Import up to {most} at a time."
)
VERSION_GONE = ErrorCode(
    "comment.version_gone",
    "the version that comment {number} was made on was deleted, or is not visible",
    "Leave its time as it is, or write a new comment.",
)
NO_SUCH_USER = ErrorCode("comment.no_such_user", "there is no user {name!r}", "Name a user of the library.")
TEXT_INVALID = ErrorCode(
    "comment.text_invalid",
    "{text} holds a character that cannot be stored",
    "Leave out NUL and halves of surrogate pairs.",
)
