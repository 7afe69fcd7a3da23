"""The connection to one share of an SMB server."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from smbclient._io import SMBRawIO
from smbclient._pool import ClientConfig
from smbprotocol import MAX_PAYLOAD_SIZE
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBAuthenticationError, SMBConnectionClosed, SMBException
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from dampipe.storage.files.smb_errors import is_broken
from dampipe.storage.files.smb_names import Wide

logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)
"""What it warns of, broken connections, is raised as well."""
T = TypeVar("T")
Raw = TypeVar("Raw", bound=SMBRawIO)

CONNECT_SECONDS = 30.0
SILENCE_SECONDS = 30
"""After this time without a word the server is asked whether it is there; after as long again it is taken for dead."""
CREDITS = 1024
"""Units of 64 KiB that may be asked for at the same time by all threads together."""
CREDIT_WAIT = 0.005
"""Seconds between two looks whether other threads have given credits back."""


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in to a server."""

    host: str
    port: int
    user: str | None
    """With its domain; None: the Kerberos ticket of this process, else as a guest."""
    password: str | None = field(repr=False)

    def arguments(self) -> dict[str, Any]:
        """The arguments of smbprotocol."""
        return {
            "username": self.user,
            "password": self.password,
            "port": self.port,
            "connection_timeout": CONNECT_SECONDS,
        }


_GUEST = "guest"


class SmbSession:
    """Opens files by their UNC paths; connects on first use, and again when the connection is gone.

    Safe to use from several threads, which share one connection.
    """

    def __init__(self, login: Login) -> None:
        self._login = login
        self._as_guest = False
        self._cache: dict[str, Connection] = {}
        self._lock = threading.Lock()
        self._prepared: Connection | None = None

    def raw(self, kind: type[Raw], path: str, **options: Any) -> Raw:
        """A file or folder that is not open yet; its share is connected. options: of smbclient."""
        with self._lock:
            try:
                made = self._make(kind, path, options)
            except SMBAuthenticationError:
                if self._login.user is not None:
                    raise
                self._drop_all()
                self._as_guest = True
                made = self._make(kind, path, options)
        made.fd.file_name = Wide(made.fd.file_name)
        return made

    def again(self, operation: Callable[[], T]) -> T:
        """Do something; if the connection turns out to be broken, do it once more over a new one."""
        try:
            return operation()
        except (SMBException, OSError, ValueError) as error:
            if not is_broken(error):
                raise
            self.reset()
        return operation()

    def reset(self) -> None:
        """Forget the connection, which is broken."""
        with self._lock:
            self._drop_all()

    def close(self) -> None:
        """Log off and disconnect."""
        with self._lock:
            for connection in self._take():
                with suppress(SMBException, OSError, ValueError):
                    connection.disconnect(timeout=5)

    def _make(self, kind: type[Raw], path: str, options: dict[str, Any]) -> Raw:
        arguments = self._login.arguments()
        if self._as_guest:
            self._log_in_as_guest(path)
            arguments |= {"username": _GUEST}
        made: Raw = kind(path, connection_cache=self._cache, **arguments, **options)
        connection = made.fd.connection
        if connection is not self._prepared:
            connection._receive_timeout = SILENCE_SECONDS
            connection.echo(made.fd.tree_connect.session.session_id, CONNECT_SECONDS, CREDITS)
            self._prepared = connection
        return made

    def _log_in_as_guest(self, path: str) -> None:
        """Connect to the share of a path without signing, since a guest has no key to sign with.

        smbclient would take no empty password, and would sign what was negotiated.
        """
        name = f"{self._login.host.lower()}:{self._login.port}"
        known = self._cache.get(name)
        if known is not None and known.transport.connected:
            return
        guid = ClientConfig().client_guid
        connection = Connection(guid, self._login.host, self._login.port, require_signing=False)
        connection.connect(timeout=CONNECT_SECONDS)
        self._cache[name] = connection
        session = Session(connection, _GUEST, "", require_encryption=False, auth_protocol="ntlm")
        session.connect()
        share = "\\".join(path.split("\\")[:4])
        TreeConnect(session, share).connect(require_secure_negotiate=False)

    def _drop_all(self) -> None:
        for connection in self._take():
            with suppress(SMBException, OSError, ValueError):
                connection.disconnect(close=False)

    def _take(self) -> list[Connection]:
        connections = list(self._cache.values())
        self._cache.clear()
        self._prepared = None
        return connections


def send(raw: SMBRawIO, message: Any) -> Any:
    """Send a message about an open file, as soon as there are credits for it; returns the request."""
    tree = raw.fd.tree_connect
    connection = raw.fd.connection
    charge = connection._calculate_credit_charge(message)
    waiting = threading.Event()
    while connection.transport.connected:
        window = connection.sequence_window
        if window["high"] - window["low"] >= charge:
            try:
                return connection.send(message, tree.session.session_id, tree.tree_connect_id)
            except SMBException as error:
                if "credits are available" not in str(error):
                    raise
        waiting.wait(CREDIT_WAIT)  # other threads have the credits, and give them back with each answer
    raise SMBConnectionClosed("the connection is closed")


def call(raw: SMBRawIO, message: tuple[Any, Callable[[Any], T]]) -> T:
    """Send a message about an open file and wait for its answer."""
    request, receive = message
    return receive(send(raw, request))


def pipelined(
    raw: SMBRawIO, messages: Iterator[tuple[Any, Callable[[Any], T]]], depth: int
) -> Generator[T, None, None]:
    """Send messages while at most `depth` are unanswered; yields the answers in order."""
    waiting: deque[tuple[Any, Callable[[Any], T]]] = deque()
    try:
        for message, receive in messages:
            waiting.append((send(raw, message), receive))
            if len(waiting) >= depth:
                yield _answer(waiting)
        while waiting:
            yield _answer(waiting)
    finally:
        for request, receive in waiting:  # their answers must be taken, or the library keeps them for ever
            with suppress(SMBException, OSError, ValueError):
                receive(request)


def _answer(waiting: deque[tuple[Any, Callable[[Any], T]]]) -> T:
    request, receive = waiting.popleft()
    return receive(request)


def block_size(limit: int) -> int:
    """How much to ask for at once where the server allows `limit` bytes."""
    return max(min(limit, 2**20), MAX_PAYLOAD_SIZE if limit >= MAX_PAYLOAD_SIZE else limit)
