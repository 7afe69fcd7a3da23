"""What can be wrong with a search, a model or the export of a result."""

from dampipe.kernel.errors import ErrorCode

ONLY_UNWANTED = ErrorCode(
    "search.only_unwanted", "only unwanted words are given: {words}", "Add what to look for."
)
WORDS_NEEDED = ErrorCode("search.words_needed", "a search of {only} needs words", "Add words to look for.")
SORT_OF_LISTS = ErrorCode(
    "search.sort_of_lists",
    "what words, pictures and moments find is ranked, and cannot be sorted by {sort}",
    "Give filters alone.",
)
SORT_OF_CURRENT = ErrorCode(
    "search.sort_of_current", "superseded versions cannot be sorted by {sort}", "List current versions."
)
PART_INVALID = ErrorCode(
    "search.part_invalid",
    "{part} is not a part of a picture",
    "Give left, top, width and height as fractions of the picture, from 0 to 1.",
)
NO_VECTORS = ErrorCode(
    "search.no_vectors",
    "{name} has no vectors of the model that answers",
    "An asset without pictures has none; others get them once they are embedded.",
)
BEYOND_END = ErrorCode(
    "search.beyond_end", "there is no {time} in {name}: it is {duration} long", "Give a time before its end."
)
VISION_UNAVAILABLE = ErrorCode("search.vision_unavailable", "pictures cannot be searched: {reason}")
MODEL_UNAVAILABLE = ErrorCode("model.unavailable", "the model cannot be used: {reason}")
UNKNOWN_MODEL = ErrorCode(
    "model.not_found", "no vectors of a model {name!r} exist", "The list of models shows which have vectors."
)
MODEL_IN_USE = ErrorCode(
    "model.in_use", "{name} is in use", "Its vectors can be removed once another model answers searches."
)
MODEL_FROM_ENVIRONMENT = ErrorCode(
    "model.from_environment",
    "DAMPIPE_MODEL is set in the environment and takes precedence",
    "Change it there.",
)
EXPORT_NO_FOLDER = ErrorCode(
    "export.no_folder", "there is no folder {folder}", "Create it, or write to another folder."
)
EXPORT_FAILED = ErrorCode("export.failed", "{path} cannot be written: {reason}")
PICTURE_UNREADABLE = ErrorCode("picture.unreadable", "{name} cannot be read", "Use a JPEG, PNG or WebP file.")
PICTURE_BUSY = ErrorCode(
    "picture.busy",
    "other pictures are being read, and there is no room for another",
    "Try again in a few seconds.",
)
PICTURE_NO_SPACE = ErrorCode(
    "picture.no_space",
    "the picture cannot be kept in {folder} while it is read: {reason}",
    "Free some space there, or set TMPDIR to another folder.",
)
NO_CLIPS = ErrorCode(
    "search.no_clips", "none of the selected assets has a file", "Select assets whose files are in a source."
)
