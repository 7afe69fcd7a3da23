"""Errors of remote file systems, translated to those of dampipe: one table, most specific first."""

from collections.abc import Iterator
from contextlib import contextmanager

from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound, Permanent, Transient
from dampipe.storage.blobs.errors import (
    BLOB_NOT_FOUND,
    STORE_DENIED,
    STORE_FAILED,
    STORE_NOT_FOUND,
    STORE_UNREACHABLE,
    STORE_URL_INVALID,
)
from dampipe.storage.blobs.local import translate_os_error
from dampipe.storage.registry import missing_package

_TRANSIENT = frozenset(
    {
        "FSTimeoutError",
        *("EndpointConnectionError", "HTTPClientError", "ConnectTimeoutError", "ReadTimeoutError"),
        *("ClientConnectionError", "ClientPayloadError", "ServerTimeoutError"),
        *("SSHException", "NoValidConnectionsError", "SMBConnectionClosed", "SMBException"),
    }
)
"""Names of exception classes and their bases, so that optional packages need not be imported."""
_CREDENTIALS = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError", "AuthenticationException"),
        *("LogonFailure", "SMBAuthenticationError", "SpnegoError"),
    }
)


@contextmanager
def translate_errors(url: str, key: str = "") -> Iterator[None]:
    """Translate all errors other than those of dampipe."""
    try:
        yield
    except DampipeError:
        raise
    except Exception as error:
        raise _translate(error, url, key) from error


def _translate(error: Exception, url: str, key: str) -> DampipeError:
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, FileNotFoundError):
        return NotFound(BLOB_NOT_FOUND if key else STORE_NOT_FOUND, key=key, store=url)
    if names & _CREDENTIALS or isinstance(error, PermissionError):
        return Permanent(STORE_DENIED, store=url, reason=_line(error))
    if isinstance(error, (TimeoutError, ConnectionError)) or names & _TRANSIENT:
        return Transient(STORE_UNREACHABLE, store=url, reason=_line(error))
    if isinstance(error, ImportError):
        return missing_package(url.partition("://")[0], _with_name(error))
    if isinstance(error, OSError):
        return translate_os_error(error, url)
    if isinstance(error, ValueError) and "rotocol" in str(error):
        return InvalidInput(STORE_URL_INVALID, store=url, reason=_line(error))
    return Permanent(STORE_FAILED, store=url, reason=f"{type(error).__name__}: {_line(error)}")


def _with_name(error: ImportError) -> ImportError:
    """The import error that has the name of the missing module; with fsspec that is the cause."""
    cause = error.__cause__ or error.__context__
    return cause if error.name is None and isinstance(cause, ImportError) else error


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
