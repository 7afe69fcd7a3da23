"""Error codes of blob stores. `store` is the folder or URL of the store."""

from dampipe.kernel.errors import ErrorCode

BLOB_NOT_FOUND = ErrorCode("blob.not_found", "there is no blob {key}")
BLOB_UNREADABLE = ErrorCode("blob.unreadable", "the blob {key} cannot be read: {reason}")
STORE_NOT_FOUND = ErrorCode(
    "blob.store_not_found", "{store} does not exist", "Check the setting `blobs_url`."
)
STORE_FULL = ErrorCode(
    "blob.store_full", "no space left in {store}", "Free some space, then retry the failed files."
)
STORE_UNREACHABLE = ErrorCode("blob.store_unreachable", "{store} does not answer: {reason}")
STORE_DENIED = ErrorCode(
    "blob.store_denied",
    "{store} denies access: {reason}",
    "Check the credentials in the setting `blobs_options`.",
)
STORE_FAILED = ErrorCode("blob.store_failed", "{store} cannot be used: {reason}")
STORE_URL_INVALID = ErrorCode(
    "blob.store_url_invalid", "{store}: {reason}", "Check the scheme of the URL in the setting `blobs_url`."
)
