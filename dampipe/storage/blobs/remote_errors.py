"""What goes wrong at a distant place, as our errors: one table, the most specific first."""

from collections.abc import Iterator
from contextlib import contextmanager

from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound, Permanent, Transient
from dampipe.storage.blobs.local import as_ours
from dampipe.storage.registry import missing

_TRANSIENT = frozenset(
    {
        "FSTimeoutError",
        *("EndpointConnectionError", "HTTPClientError", "ConnectTimeoutError", "ReadTimeoutError"),
        *("ClientConnectionError", "ClientPayloadError", "ServerTimeoutError"),
        *("SSHException", "NoValidConnectionsError", "SMBConnectionClosed", "SMBException"),
    }
)
"""By the names of the class and its bases, so that no optional package is imported for it."""
_CREDENTIALS = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError", "AuthenticationException"),
        *("LogonFailure", "SMBAuthenticationError", "SpnegoError"),
    }
)


@contextmanager
def translated(url: str, key: str = "") -> Iterator[None]:
    """Foreign errors, as ours."""
    try:
        yield
    except DampipeError:
        raise
    except Exception as error:
        raise _as_ours(error, url, key) from error


def _as_ours(error: Exception, url: str, key: str) -> DampipeError:
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, FileNotFoundError):
        return NotFound(f"there is no blob {key}" if key else f"there is no place {url}")
    if names & _CREDENTIALS or isinstance(error, PermissionError):
        return Permanent(
            f"{url} does not let us in: {_line(error)}", hint="check the options of the blob store"
        )
    if isinstance(error, (TimeoutError, ConnectionError)) or names & _TRANSIENT:
        return Transient(f"{url} does not answer: {_line(error)}")
    if isinstance(error, ImportError):
        return missing(url.partition("://")[0], _named(error))
    if isinstance(error, OSError):
        return as_ours(error, url)
    if isinstance(error, ValueError) and "rotocol" in str(error):
        return InvalidInput(f"{url}: {_line(error)}")
    return Permanent(f"{url} cannot be used: {type(error).__name__}: {_line(error)}")


def _named(error: ImportError) -> ImportError:
    """The error with the missing module's name; fsspec tells it only in the cause."""
    cause = error.__cause__ or error.__context__
    return cause if error.name is None and isinstance(cause, ImportError) else error


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
