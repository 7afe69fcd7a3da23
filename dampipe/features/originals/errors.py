"""Why an original cannot be had, or something may not leave."""

from dampipe.kernel.errors import ErrorCode

MISSING = ErrorCode(
    "original.missing", "no file of {name} is left", "Bring the file back to its folder, and scan that."
)
OFFLINE = ErrorCode(
    "original.offline",
    "{name} cannot be read at the moment: {reason}",
    "Its volume may not be mounted on the server. Try again later.",
)
CHANGED = ErrorCode(
    "original.changed",
    "{name} is not as it was when its content was identified",
    "Scan its folder: what is there now may be another version.",
)
ARCHIVED = ErrorCode(
    "original.archived",
    "{name} is in an archive and has to be restored before it can be read (storage class {storage_class})",
    "Have it restored where it is stored; that can take hours. Its proxy plays meanwhile.",
)
RESTORING = ErrorCode(
    "original.restoring",
    "{name} is being restored from an archive",
    "Try again in some hours. Its proxy plays meanwhile.",
)
NOT_RELEASED = ErrorCode(
    "release.refused",
    "not released: {reason}",
    "Someone with the scope `override` may release it, giving a reason that is recorded.",
)
