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
DAMAGED = ErrorCode(
    "catalogue.damaged",
    "the catalogue {place} is damaged: {problem}",
    "Restore it from a backup. Footage and derivatives are not affected; keep the damaged file until the restored "
    "catalogue works.",
)
LOST = ErrorCode(
    "catalogue.lost",
    "the catalogue {place} is {state}, but {folder} holds derivatives of a library",
    "Restore the catalogue from a backup. To begin a new library instead, move the derivatives away first.",
)
DATABASE_ABSENT = ErrorCode(
    "catalogue.database_absent",
    "the server {server} has no database {name!r}",
    "An administrator of the server creates it with: CREATE DATABASE {name} OWNER {user}; its tables are made when "
    "the deployment starts.",
)
LOGIN_REFUSED = ErrorCode(
    "catalogue.login_refused",
    "the server {server} refuses the user {user!r}: {problem}",
    "Check user and password in the setting database_url, and that the server lets this user in from here "
    "(pg_hba.conf).",
)
SERVER_UNREACHABLE = ErrorCode(
    "catalogue.unreachable",
    "the database server {server} cannot be reached: {problem}",
    "Check that it runs and accepts connections from this machine, and host and port in the setting database_url.",
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
