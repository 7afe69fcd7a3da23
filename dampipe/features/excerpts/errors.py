"""Why a part of an original cannot be copied."""

from dampipe.kernel.errors import ErrorCode

HANDLES_INVALID = ErrorCode(
    "excerpt.handles_invalid",
    "{text!r} is not a valid length of handles",
    "Give seconds, as in 1s or 0.5s, or frames, as in 12f.",
)
END_TWICE = ErrorCode(
    "excerpt.end_twice",
    "the end of a part was given twice",
    "Give either its last frame or the first frame after it.",
)
NO_FACTS = ErrorCode(
    "excerpt.not_probed", "{name} has not been probed, so that its times are not known", "Process it first."
)
FILE_EXISTS = ErrorCode("excerpt.file_exists", "{path} exists already", "Choose another name.")
OTHER_SUFFIX = ErrorCode(
    "excerpt.other_suffix",
    "an excerpt of {name} is a file of the same kind",
    "Choose a name that ends in {suffix}, or a folder.",
)
NO_FOLDER = ErrorCode("excerpt.no_folder", "there is no folder {folder}")
NOT_WRITTEN = ErrorCode("excerpt.not_written", "the excerpt cannot be written: {reason}")
TOO_MUCH_TO_FETCH = ErrorCode(
    "excerpt.too_much_to_fetch",
    "{name} is of a kind that is fetched whole ({gigabytes:.1f} GB), which is too much for one request",
    "Download the original, or copy the part on the command line.",
)
FAILED = ErrorCode("excerpt.failed", "no part of {name} can be copied: {reason}")
BUSY = ErrorCode("excerpt.busy", "the server is copying parts of other files", "Try again in a minute.")
