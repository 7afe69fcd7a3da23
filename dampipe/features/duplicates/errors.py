"""What can be wrong with a request about near duplicates."""

from dampipe.kernel.errors import ErrorCode

NOT_A_PAIR = ErrorCode(
    "duplicate.not_found",
    "{first} and {second} are not a pair of near duplicates that can be dismissed",
    "The list of near duplicates shows which there are.",
)
