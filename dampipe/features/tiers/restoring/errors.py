"""What can be wrong with a request to restore files."""

from dampipe.kernel.errors import ErrorCode

WHICH_ASSETS = ErrorCode(
    "restore.which_assets",
    "assets are selected, and files that were not identified, too",
    "Select assets, or ask for the files that wait.",
)
NOT_FOUND = ErrorCode(
    "restore.not_found", "there is no restore {number}", "List the restores to see which exist."
)
NOTHING_ARCHIVED = ErrorCode(
    "restore.nothing_archived",
    "none of the {files} files is in an archive that can be asked for it",
    "See where the copies of an asset are.",
)
COST_NOT_ACCEPTED = ErrorCode(
    "restore.cost_not_accepted",
    "it costs {cost}, and at most {accepted} was accepted",
    "Accept the cost, restore fewer files, or choose a slower speed.",
)
SPEED_UNKNOWN = ErrorCode(
    "restore.speed_unknown",
    "{source} states no cost for the speed {speed}; it does for: {known}",
    "Choose one of these, or state the cost of this speed for the source.",
)
TOO_MANY = ErrorCode("restore.too_many", "{count} files are more than {most}", "Restore them in portions.")
GONE = ErrorCode("restore.gone", "the file is not in the storage any more", "Scan the source.")
CHANGED = ErrorCode(
    "restore.changed",
    "the file was changed since it was identified",
    "Scan the source, then restore it again.",
)
NO_ARCHIVE = ErrorCode(
    "restore.no_archive", "this kind of storage cannot restore files", "Fetch the file with its own tools."
)
LOST = ErrorCode(
    "restore.lost",
    "the storage was asked {times} times, and does not restore the file",
    "See what the storage says of it, then restore it again.",
)
REFUSED = ErrorCode(
    "restore.refused", "the storage refuses: {reason}", "Mend that, then restore the file again."
)
