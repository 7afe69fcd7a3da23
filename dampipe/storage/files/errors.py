"""Error codes of the storage of footage. `store` is the root of a source: a folder, or a URL without credentials."""

from dampipe.kernel.errors import ErrorCode

FILE_NOT_FOUND = ErrorCode("file.not_found", "{store} has no file {key}", "Scan the source again.")
FILE_CHANGED = ErrorCode(
    "file.changed", "{key} in {store} has changed since it was scanned", "Scan the source again."
)
FILE_DIFFERS = ErrorCode(
    "file.differs",
    "the bytes of {key} in {store} are not those that were identified there",
    "Verify the file: it may be damaged.",
)
FILE_EXISTS = ErrorCode("file.exists", "{store} already has a file {key}", "Choose another name.")
FILE_ARCHIVED = ErrorCode(
    "file.archived",
    "{key} in {store} is archived (storage class {storage_class})",
    "Restore it first; that can take hours.",
)
FILE_RESTORING = ErrorCode(
    "file.restoring", "{key} in {store} is being restored from the archive", "It can be read in some hours."
)
TOO_LARGE_TO_STAGE = ErrorCode(
    "staging.too_large",
    "the file has {gigabytes} GB, but copies of remote footage may take {quota} GB on this machine",
    "Raise the setting staging_quota of the worker, or free some space on its disk; then retry.",
)
CACHE_FULL = ErrorCode(
    "staging.full",
    "{folder} has no space for another copy of remote footage: {megabytes} MB are lacking",
    "Free some space on its disk, or raise the setting staging_quota; the work is retried automatically.",
)
STORE_UNREACHABLE = ErrorCode(
    "source.unreachable", "{store} does not answer: {reason}", "Check that the server can be reached."
)
STORE_DENIED = ErrorCode(
    "source.denied",
    "{store} denies access: {reason}",
    "Check the credentials: the environment, the profile, or the connection in dampipe.toml.",
)
CREDENTIALS_EXPIRED = ErrorCode(
    "source.credentials_expired",
    "the credentials for {store} have expired: {reason}",
    "Log in again (with AWS: `aws sso login`), or replace the session token.",
)
CLOCK_SKEWED = ErrorCode(
    "source.clock_skewed",
    "{store} refuses requests because this machine's clock is wrong: {reason}",
    "Set the clock of this machine, by NTP for example, then retry.",
)
STORE_UNORDERED = ErrorCode(
    "source.unordered",
    "{store} does not list its files in the order of their keys",
    "Use another kind of storage; directory buckets (S3 Express) are not supported.",
)
STORE_FAILED = ErrorCode("source.failed", "{store} cannot be used: {reason}")
STORE_FULL = ErrorCode("source.full", "no space left in {store}", "Free some space, then retry.")
HOST_UNKNOWN = ErrorCode(
    "source.host_unknown",
    "{store}: the host is not known; it states the key {algorithm} {fingerprint}",
    "Ask the owner of the host for the fingerprint of its key. If it is this one, connect to it once with ssh, which "
    "writes it into known_hosts.",
)
HOST_CHANGED = ErrorCode(
    "source.host_changed",
    "{store}: the host states another key than the known one: {algorithm} {fingerprint}",
    "Another machine may pretend to be the host. If the host was set up anew, delete its line in known_hosts.",
)
URL_INVALID = ErrorCode(
    "source.url_invalid", "{url} is not a valid address of footage: {problem}", "See docs/sources.md."
)
READ_ONLY = ErrorCode(
    "source.read_only",
    "{store} cannot be written to",
    "Declare the source as managed, if its kind of storage can be written to.",
)
