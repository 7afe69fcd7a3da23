"""Errors of SSH and SFTP servers, translated to those of dampipe."""

import binascii
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from paramiko.ssh_exception import (
    AuthenticationException,
    BadHostKeyException,
    ConfigParseError,
    CouldNotCanonicalize,
    SSHException,
)

from dampipe.kernel.errors import DampipeError, NotFound, Permanent, Transient
from dampipe.kernel.paths import printable
from dampipe.storage.files.errors import (
    FILE_NOT_FOUND,
    HOST_CHANGED,
    HOST_UNKNOWN,
    STORE_DENIED,
    STORE_FAILED,
    STORE_UNREACHABLE,
)
from dampipe.storage.files.sftp_channel import SftpBroken, SftpError, Status

FOREIGN = (SftpError, SftpBroken, SSHException, OSError, EOFError, ConfigParseError, CouldNotCanonicalize)
"""What paramiko and the channel raise."""


class UnknownHost(Exception):
    """known_hosts has no key of a host."""

    def __init__(self, host: str, port: int, key: Any) -> None:
        super().__init__(host)
        self.host = host
        self.port = port
        self.key = key


def fingerprint(key: Any) -> str:
    """The fingerprint of a public key, as ssh shows it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + binascii.b2a_base64(digest, newline=False).decode().rstrip("=")


def is_broken(error: BaseException) -> bool:
    """Whether the same request may work over a new connection."""
    refused = (SftpError, AuthenticationException, BadHostKeyException, ConfigParseError)
    return isinstance(error, FOREIGN) and not isinstance(error, refused)


@contextmanager
def translate_sftp_errors(url: str, key: str = "") -> Iterator[None]:
    """Translate what paramiko and the channel raise; errors of dampipe pass."""
    try:
        yield
    except DampipeError:
        raise
    except (*FOREIGN, UnknownHost) as error:
        raise _translate(error, url, key) from error


def _translate(error: Exception, url: str, key: str) -> DampipeError:
    if isinstance(error, SftpError):
        return _translate_status(error, url, key)
    if isinstance(error, UnknownHost):
        option = "" if error.port == 22 else f"-p {error.port} "
        return Permanent(
            HOST_UNKNOWN,
            store=url,
            algorithm=error.key.get_name(),
            fingerprint=fingerprint(error.key),
            kind=error.key.get_name().removeprefix("ssh-").partition("-")[0],
            address=f"{option}{error.host}",
        )
    if isinstance(error, BadHostKeyException):
        return Permanent(
            HOST_CHANGED,
            store=url,
            algorithm=error.key.get_name(),
            fingerprint=fingerprint(error.key),
            host=error.hostname,
        )
    if isinstance(error, AuthenticationException):
        return Permanent(STORE_DENIED, store=url, reason="it accepts none of the user's keys and passwords")
    if isinstance(error, (ConfigParseError, CouldNotCanonicalize)):
        return Permanent(STORE_FAILED, store=url, reason=f"~/.ssh/config cannot be used: {error}")
    return Transient(STORE_UNREACHABLE, store=url, reason=_reason(error))


def _translate_status(error: SftpError, url: str, key: str) -> DampipeError:
    if error.status == Status.NO_SUCH_FILE:
        return NotFound(FILE_NOT_FOUND, store=url, key=printable(key))
    if error.status == Status.PERMISSION_DENIED:
        return Permanent(STORE_DENIED, store=url, reason=f"{printable(key)}: {error}")
    if error.status in (Status.NO_CONNECTION, Status.CONNECTION_LOST):
        return Transient(STORE_UNREACHABLE, store=url, reason=str(error))
    return Permanent(STORE_FAILED, store=url, reason=str(error))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).partition("\n")[0] or type(error).__name__
