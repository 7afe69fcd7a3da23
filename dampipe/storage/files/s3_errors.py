"""Errors of S3 and of botocore, translated to those of dampipe: one table, by the codes that servers answer with."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from urllib3.exceptions import HTTPError as Urllib3Error

from dampipe.kernel.errors import (
    Conflict,
    DampipeError,
    ErrorCode,
    InvalidInput,
    NotFound,
    Permanent,
    StorageFull,
    Transient,
)
from dampipe.kernel.paths import printable
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files.connections import without_secrets
from dampipe.storage.files.errors import (
    CLOCK_SKEWED,
    CREDENTIALS_EXPIRED,
    FILE_ARCHIVED,
    FILE_CHANGED,
    FILE_NOT_FOUND,
    STORE_DENIED,
    STORE_FAILED,
    STORE_FULL,
    STORE_UNREACHABLE,
    URL_INVALID,
)

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"})
RENEWABLE = EXPIRED | {"InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"}
"""Codes after which credentials are read again: they may have been renewed meanwhile."""
_BY_CODE: dict[str, tuple[type[DampipeError], ErrorCode]] = {
    **dict.fromkeys(("NoSuchKey", "404", "NotFound", "NoSuchVersion"), (NotFound, FILE_NOT_FOUND)),
    **dict.fromkeys(("PreconditionFailed", "412", "InvalidRange", "416"), (Conflict, FILE_CHANGED)),
    "InvalidObjectState": (Conflict, FILE_ARCHIVED),
    **dict.fromkeys(EXPIRED, (Permanent, CREDENTIALS_EXPIRED)),
    "RequestTimeTooSkewed": (Permanent, CLOCK_SKEWED),
    **dict.fromkeys(
        (
            *("AccessDenied", "403", "401", "Forbidden", "AllAccessDisabled", "AccountProblem", "InvalidSecurity"),
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "NotSignedUp", "InvalidPayer"),
            *("AuthorizationHeaderMalformed", "MissingAuthenticationToken", "UnauthorizedAccess", "Unauthorized"),
        ),
        (Permanent, STORE_DENIED),
    ),
    **dict.fromkeys(
        (
            *("SlowDown", "ServiceUnavailable", "InternalError", "InternalServerError", "RequestTimeout"),
            *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "BandwidthLimitExceeded"),
            *("RequestLimitExceeded", "TooManyRequestsException", "TooManyRequests", "RequestTimeoutException"),
            *("OperationAborted", "ConditionalRequestConflict", "BadDigest", "IncompleteBody"),
            *("500", "502", "503", "504", "429", "408", "409"),
        ),
        (Transient, STORE_UNREACHABLE),
    ),
    **dict.fromkeys(
        ("507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "XMinioStorageQuotaExceeded"),
        (StorageFull, STORE_FULL),
    ),
    "InvalidBucketName": (InvalidInput, URL_INVALID),
}  # fmt: skip
_TRANSIENT = (
    *(boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, boto.ResponseStreamingError),
    *(Urllib3Error, ConnectionError, TimeoutError),
)
_CREDENTIALS = (
    *(
        boto.NoCredentialsError,
        boto.PartialCredentialsError,
        boto.CredentialRetrievalError,
        boto.ProfileNotFound,
    ),
    *(
        boto.NoAuthTokenError,
        boto.TokenRetrievalError,
        boto.SSOError,
        boto.MetadataRetrievalError,
        boto.ConfigNotFound,
    ),
)


def error_code(error: BaseException) -> str:
    """The code of an answer of the server, or its HTTP status; "" for all other errors."""
    if not isinstance(error, boto.ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", "") or _status(error))


def is_broken(error: BaseException) -> bool:
    """Whether a transfer has broken off, and may be continued."""
    return isinstance(error, _TRANSIENT)


@contextmanager
def translated(url: str, connection: Connection, key: str = "") -> Iterator[None]:
    """Translate all errors of botocore. url: of the store."""
    try:
        yield
    except DampipeError:
        raise
    except (boto.BotoCoreError, boto.ClientError, Urllib3Error, ConnectionError, TimeoutError) as error:
        raise translate(error, url, connection, key) from _Masked(error, connection)


class _Masked(Exception):
    """A foreign error as the cause of one of dampipe's: tracebacks show causes, which quote what they were given."""

    def __init__(self, error: Exception, connection: Connection) -> None:
        super().__init__(f"{type(error).__name__}: {without_secrets(error, connection)}")


def translate(error: Exception, url: str, connection: Connection, key: str = "") -> DampipeError:
    """The error of dampipe for one of botocore or urllib3."""
    reason = without_secrets(_reason(error), connection)
    if isinstance(error, boto.ClientError):
        made, code = _by_code(error)
        if made is InvalidInput:
            return InvalidInput(code, url=url, problem=reason)
        storage_class = error.response.get("Error", {}).get("StorageClass", "an archive")
        return made(code, store=url, reason=reason, key=printable(key), storage_class=storage_class)
    if isinstance(error, _CREDENTIALS):
        return Permanent(STORE_DENIED, store=url, reason=reason)
    if isinstance(error, _TRANSIENT):
        return Transient(STORE_UNREACHABLE, store=url, reason=reason)
    if isinstance(error, boto.ParamValidationError):
        return InvalidInput(URL_INVALID, url=url, problem=reason)
    return Permanent(STORE_FAILED, store=url, reason=f"{type(error).__name__}: {reason}")


def _by_code(error: boto.ClientError) -> tuple[type[DampipeError], ErrorCode]:
    """What an answer means: by its code, else by its HTTP status."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _BY_CODE:
        return _BY_CODE[code]
    status = _status(error)
    if code != "NoSuchBucket" and str(status) in _BY_CODE:
        return _BY_CODE[str(status)]
    return (Transient, STORE_UNREACHABLE) if status >= 500 and status != 501 else (Permanent, STORE_FAILED)


def _status(error: boto.ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _reason(error: Exception) -> str:
    """What a server answered, or what a library says, in one line."""
    if isinstance(error, boto.ClientError):
        answer = error.response.get("Error", {})
        code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
        return f"{code}: {message}" if message and message != code else code or str(error)
    return " ".join(str(error).split())
