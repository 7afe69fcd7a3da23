"""What can be wrong with a tag."""

from dampipe.kernel.errors import ErrorCode

INVALID_TAG = ErrorCode(
    "tag.invalid",
    "{name!r} is not a valid tag",
    "Give one word or a few, {max_length} printable characters at most.",
)
UNKNOWN_TAG = ErrorCode(
    "tag.not_found", "no asset has the tag {name!r}", "The list of tags shows which exist."
)
