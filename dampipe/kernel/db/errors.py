"""Error codes of the catalogue's database."""

from dampipe.kernel.errors import ErrorCode

URL_INVALID = ErrorCode("catalogue.url_invalid", "the database URL {url!r} is not valid: {problem}")
DRIVER_MISSING = ErrorCode(
    "catalogue.driver_missing",
    "the database URL {url!r} needs the package {package}",
    "Install dampipe with its extra `postgres`.",
)
FULL = ErrorCode(
    "catalogue.disk_full", "no space left for the catalogue {place}", "Free some space; nothing was lost."
)
LOCKED = ErrorCode(
    "catalogue.locked",
    "the catalogue {place} stays locked by another process",
    "If another program holds it open (a backup, a database browser), close it and try again.",
)
NOT_SET_UP = ErrorCode(
    "catalogue.not_set_up", "the catalogue {place} has not been set up", "Start the deployment once."
)
SCHEMA_MISMATCH = ErrorCode(
    "catalogue.schema_mismatch",
    "the catalogue has schema {found}, this dampipe needs {needed}",
    "Run the newest dampipe on all machines; starting the deployment upgrades an older schema.",
)
UNUSABLE = ErrorCode(
    "catalogue.unusable",
    "the catalogue {place} cannot be used: {problem}",
    "Check the setting database_url.",
)
FOLDER_UNUSABLE = ErrorCode(
    "catalogue.folder_unusable",
    "the folder {folder} cannot be written: {problem}",
    "Check the setting home (DAMPIPE_HOME).",
)
LOCK_HELD = ErrorCode("lock.held", "another {task} is already running")
