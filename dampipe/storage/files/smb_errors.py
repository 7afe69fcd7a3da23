"""Errors of SMB servers, translated to those of dampipe: one table, by NT status."""

from collections.abc import Iterator
from contextlib import contextmanager

from smbprotocol.exceptions import (
    SMBAuthenticationError,
    SMBException,
    SMBOSError,
    SMBResponseException,
)
from smbprotocol.header import NtStatus

from dampipe.kernel.errors import Conflict, DampipeError, NotFound, Permanent, StorageFull, Transient
from dampipe.kernel.paths import printable
from dampipe.storage.files.errors import (
    FILE_EXISTS,
    FILE_NOT_FOUND,
    STORE_DENIED,
    STORE_FAILED,
    STORE_FULL,
    STORE_UNREACHABLE,
)

QUOTA_EXCEEDED = 0xC0000044

MISSING = frozenset(
    {
        NtStatus.STATUS_BAD_NETWORK_NAME,
        NtStatus.STATUS_NO_SUCH_FILE,
        NtStatus.STATUS_NOT_FOUND,
        NtStatus.STATUS_OBJECT_NAME_INVALID,
        NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
        NtStatus.STATUS_OBJECT_PATH_INVALID,
        NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
        NtStatus.STATUS_OBJECT_PATH_SYNTAX_BAD,
        NtStatus.STATUS_DELETE_PENDING,
        NtStatus.STATUS_NOT_A_DIRECTORY,
        NtStatus.STATUS_FILE_IS_A_DIRECTORY,
        NtStatus.STATUS_STOPPED_ON_SYMLINK,
    }
)
_DENIED = {
    NtStatus.STATUS_ACCESS_DENIED: "access denied",
    NtStatus.STATUS_PRIVILEGE_NOT_HELD: "access denied",
    NtStatus.STATUS_LOGON_FAILURE: "wrong user or password",
    NtStatus.STATUS_WRONG_PASSWORD: "wrong user or password",
    NtStatus.STATUS_PASSWORD_EXPIRED: "the password has expired",
    NtStatus.STATUS_NONE_MAPPED: "unknown user",
    0xC0000064: "wrong user or password",
    0xC000006E: "the account is restricted",
    0xC000006F: "the account may not log in at this time of day",
    0xC0000072: "the account is disabled",
    0xC0000193: "the account has expired",
    0xC0000224: "the password must be changed",
    0xC0000234: "the account is locked",
    0xC000015B: "the account may not log in over the network",
}
BROKEN = frozenset(
    {
        NtStatus.STATUS_NETWORK_NAME_DELETED,
        NtStatus.STATUS_FILE_CLOSED,
        NtStatus.STATUS_INVALID_HANDLE,
        NtStatus.STATUS_USER_SESSION_DELETED,
        0xC000035C,  # the session has expired
        0xC000020C,  # the connection was disconnected
    }
)
"""The session or the handle is gone, but a new one works: the server was restarted, or a ticket has expired."""
_TRANSIENT = BROKEN | {
    NtStatus.STATUS_SHARING_VIOLATION,
    NtStatus.STATUS_INSUFFICIENT_RESOURCES,
    NtStatus.STATUS_INSUFF_SERVER_RESOURCES,
    NtStatus.STATUS_REQUEST_NOT_ACCEPTED,
    NtStatus.STATUS_IO_TIMEOUT,
    NtStatus.STATUS_DFS_UNAVAILABLE,
    NtStatus.STATUS_SERVER_UNAVAILABLE,
    NtStatus.STATUS_CANCELLED,
    NtStatus.STATUS_INTERNAL_ERROR,
    0xC0000054,  # a range is locked
    0xC00000CE,  # too many sessions
    0xC0000185,  # an error of the server's disk
}


def status_of(error: BaseException) -> int:
    """The NT status that the server answered with; 0 if it did not answer."""
    if isinstance(error, SMBOSError):
        return int(error.ntstatus)
    return int(error.status) if isinstance(error, SMBResponseException) else 0


def is_broken(error: BaseException) -> bool:
    """Whether the same request may work over a new connection."""
    status = status_of(error)
    if status:
        return status in BROKEN
    # The library raises ValueError where it cannot connect, and SMBException where the connection is closed.
    return isinstance(error, (SMBException, OSError, ValueError)) and not isinstance(
        error, SMBAuthenticationError
    )


@contextmanager
def translate_smb_errors(url: str, key: str = "") -> Iterator[None]:
    """Translate what smbprotocol raises; errors of dampipe pass."""
    try:
        yield
    except DampipeError:
        raise
    except (SMBException, OSError, ValueError) as error:
        raise _translate(error, url, key) from error


def _translate(error: Exception, url: str, key: str) -> DampipeError:
    status = status_of(error)
    key = printable(key)
    if status in MISSING:
        return NotFound(FILE_NOT_FOUND, store=url, key=key)
    if status == NtStatus.STATUS_OBJECT_NAME_COLLISION:
        return Conflict(FILE_EXISTS, store=url, key=key)
    if status in _DENIED:
        return Permanent(STORE_DENIED, store=url, reason=_DENIED[status])
    if isinstance(error, SMBAuthenticationError):
        # What the library says may quote the user and what it was given.
        return Permanent(STORE_DENIED, store=url, reason="no way to log in; give a user and a password")
    if "authenticated as a guest" in str(error):
        reason = "it does not know this user, and would let them in as a guest"
        return Permanent(STORE_DENIED, store=url, reason=reason)
    if status in (NtStatus.STATUS_DISK_FULL, QUOTA_EXCEEDED):
        return StorageFull(STORE_FULL, store=url)
    if status in _TRANSIENT or not status:
        return Transient(STORE_UNREACHABLE, store=url, reason=_reason(error, status))
    return Permanent(STORE_FAILED, store=url, reason=_reason(error, status))


def _reason(error: Exception, status: int) -> str:
    if status:
        names = (name for name, value in vars(NtStatus).items() if value == status)
        return next(names, f"NT status {status:#010x}")
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(error).partition("\n")[0] or type(error).__name__
