"""What can be wrong with a request for a part of the library."""

from dampipe.kernel.errors import ErrorCode

SORT_INVALID = ErrorCode(
    "library.sort_invalid",
    "the library cannot be sorted by {key!r}",
    "It is sorted by {keys}, each also in descending order: -date.",
)
BUCKET_UNKNOWN = ErrorCode(
    "library.bucket_unknown",
    "there is no bucket {key!r} in this list",
    "Read the buckets again: assets may have been added, deleted or moved.",
)
PLACE_TWICE = ErrorCode(
    "library.place_twice",
    "a part of the list begins at a bucket or at an asset, not at both",
    "Give one of them.",
)
ASSET_NOT_LISTED = ErrorCode(
    "library.asset_not_listed",
    "the asset {sha1} is not in this list",
    "Take away a filter, or ask for an asset that passes it.",
)
