"""The errors of sidecars."""

from dampipe.kernel.errors import ErrorCode

TREE_NEEDS_FOLDER = ErrorCode(
    "sidecar.tree_needs_folder",
    "a parallel tree needs a folder",
    "Give the absolute path of a folder that exists.",
)
FOLDER_NOT_NEEDED = ErrorCode(
    "sidecar.folder_not_needed",
    "sidecars beside the footage, or none, need no folder",
    "Leave the folder out, or choose a parallel tree.",
)
TREE_OVERLAPS = ErrorCode(
    "sidecar.tree_overlaps",
    "{folder} lies in {other}, or the other way round",
    "Choose a folder that neither footage nor other sidecars are in.",
)
NOTHING_WAITS = ErrorCode(
    "sidecar.nothing_waits",
    "nothing is to be written for {asset}",
    "Its sidecars are written already, or those of its source are not.",
)
