"""What can be wrong with a backup."""

from dampipe.kernel.errors import ErrorCode

NO_BACKUP = ErrorCode("backup.not_found", "there is no backup {path}", "Name the file of a backup.")
BACKUP_EXISTS = ErrorCode(
    "backup.exists",
    "{path} exists already",
    "Choose another name, or a folder, which gets a file with the time.",
)
BACKUP_DAMAGED = ErrorCode(
    "backup.damaged",
    "{path} is not a complete backup: {reason}",
    "Use another backup; nothing was changed.",
)
BACKUP_NEWER = ErrorCode(
    "backup.newer", "{path} was made by a newer dampipe ({version})", "Install that version or a newer one."
)
BACKUP_FULL = ErrorCode(
    "backup.no_space",
    "no space is left in {folder}; nothing was kept",
    "Free some space, or choose another disk.",
)
BACKUP_FAILED = ErrorCode(
    "backup.failed", "the backup cannot be written to {folder}: {reason}", "Choose another folder."
)
CATALOGUE_DAMAGED = ErrorCode(
    "backup.catalogue_damaged",
    "the catalogue {place} is damaged: {reason}",
    "Restore the latest backup that was made before.",
)
PROGRAM_MISSING = ErrorCode(
    "backup.program_missing",
    "{program} is not installed, which a catalogue in PostgreSQL needs",
    "Install the client programs of PostgreSQL, of the server's version or a newer one, where this runs.",
)
PROGRAM_FAILED = ErrorCode(
    "backup.program_failed", "{program} failed: {reason}", "Its version must be the server's or newer."
)
HOME_IN_USE = ErrorCode(
    "restore.deployment_running",
    "a deployment is running for {place}",
    "Stop it; a restore replaces what it works with.",
)
HOME_NOT_EMPTY = ErrorCode(
    "restore.not_empty",
    "{place} is not empty: {found}",
    "Restore into an empty home folder, or confirm that its catalogue is moved aside.",
)
OTHER_DATABASE = ErrorCode(
    "restore.other_database",
    "the backup is of a catalogue in {found}, and database_url names one in {expected}",
    "Set database_url to an empty database of the same kind.",
)
