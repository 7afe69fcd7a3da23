"""The connection to an SSH server: as ssh does, by ~/.ssh/config, known_hosts, the agent and the user's keys."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import paramiko
from paramiko.ssh_exception import AuthenticationException

from dampipe.storage.files.sftp_channel import SftpChannel
from dampipe.storage.files.sftp_errors import FOREIGN, UnknownHost, is_broken

logging.getLogger("paramiko").setLevel(logging.CRITICAL)
"""What it warns of, broken connections and refused logins, is raised as well."""
T = TypeVar("T")

PORT = 22
CONNECT_SECONDS = 30.0
ALIVE_SECONDS = 15
"""How often an idle connection sends something, so that firewalls do not forget it."""
WINDOW = 8 * 2**20
"""Bytes that the server may send before they are taken."""
PACKET = 2**15
JUMPS = 8
"""Most hosts on the way; more are a loop."""


@dataclass(frozen=True, slots=True)
class SshLogin:
    """How to log in; what is empty is found where ssh finds it."""

    host: str
    """A name of ~/.ssh/config, or a host."""
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    """Of the user, or of the key file if there is one."""
    key_file: str = ""
    known_hosts: str = ""
    stored_password: Callable[[str], str | None] = field(default=lambda _: None, repr=False)
    """The password of a user in the keyring, asked for only if no key is accepted."""


class SftpSession:
    """Opens the channel on first use, and again when it is gone. Safe to use from several threads, which share it."""

    def __init__(self, login: SshLogin) -> None:
        self._login = login
        self._lock = threading.Lock()
        self._clients: list[Any] = []
        """The client of the server, and those of the hosts on the way to it."""
        self._channel: SftpChannel | None = None

    def channel(self) -> SftpChannel:
        """The open channel."""
        with self._lock:
            if self._channel is None or not self._channel.is_open:
                self._drop()
                try:
                    self._channel = self._open()
                except BaseException:
                    self._drop()
                    raise
            return self._channel

    def again(self, operation: Callable[[SftpChannel], T]) -> T:
        """Do something; if the connection turns out to be broken, do it once more over a new one."""
        try:
            return operation(self.channel())
        except FOREIGN as error:
            if not is_broken(error):
                raise
            self.reset()
        return operation(self.channel())

    def reset(self) -> None:
        """Forget the connection."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            with suppress(*FOREIGN):
                channel.close()
        while self._clients:
            with suppress(*FOREIGN):
                self._clients.pop().close()

    def _open(self) -> SftpChannel:
        client = self._connect(self._login, JUMPS)
        transport = client.get_transport()
        channel = transport.open_session(WINDOW, PACKET, timeout=CONNECT_SECONDS)
        channel.invoke_subsystem("sftp")
        return SftpChannel(channel)

    def _connect(self, login: SshLogin, jumps: int) -> Any:
        config = _config().lookup(login.host)
        host = config.get("hostname", login.host)
        port = login.port or int(config.get("port", PORT))
        user = login.user or config.get("user") or None
        keys = [login.key_file] if login.key_file else config.get("identityfile", [])
        client = paramiko.SSHClient()
        self._clients.append(client)
        client.set_missing_host_key_policy(_Refuse(host, port))
        for file in _known_hosts(login.known_hosts, config):
            if file.is_file():
                client.load_system_host_keys(str(file))
        only = config.get("identitiesonly", "no") == "yes" or bool(login.key_file)
        arguments: dict[str, Any] = {
            "hostname": config.get("hostkeyalias", host),
            "port": port,
            "username": user,
            "key_filename": [str(Path(key).expanduser()) for key in keys if Path(key).expanduser().is_file()],
            "passphrase": login.password if login.key_file and login.password else None,
            "allow_agent": not only,
            "look_for_keys": not only,
            "timeout": CONNECT_SECONDS,
            "banner_timeout": CONNECT_SECONDS,
            "auth_timeout": CONNECT_SECONDS,
        }
        password = None if login.key_file else login.password or None

        def attempt(password: str | None) -> None:
            client.connect(**arguments, password=password, sock=self._way(config, host, port, jumps))

        try:
            attempt(password)
        except AuthenticationException:
            stored = None if password else login.stored_password(user or "")
            if not stored:
                raise
            attempt(stored)
        client.get_transport().set_keepalive(ALIVE_SECONDS)
        return client

    def _way(self, config: Any, host: str, port: int, jumps: int) -> Any:
        """What to connect over: hosts on the way, a program, or a socket of its own."""
        jump = config.get("proxyjump", "none")
        if jump.lower() != "none" and jumps:
            *first, last = jump.split(",")
            if first:
                # The hosts before the last one are its way, whatever the configuration says of it.
                raise paramiko.SSHException(
                    "more than one host in ProxyJump; give that host a ProxyJump of its own"
                )
            user, _, address = last.strip().rpartition("@")
            name, colon, number = address.rpartition(":")
            through = SshLogin(
                name if colon else address,
                int(number) if colon else None,
                user,
                known_hosts=self._login.known_hosts,
            )
            transport = self._connect(through, jumps - 1).get_transport()
            return transport.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=CONNECT_SECONDS
            )
        command = config.get("proxycommand", "none")
        if command.lower() != "none":
            return paramiko.ProxyCommand(command)
        return _socket(host, port)


class _Refuse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        raise UnknownHost(self._host, self._port, key)


def _config() -> Any:
    file = Path("~/.ssh/config").expanduser()
    return paramiko.SSHConfig.from_path(str(file)) if file.is_file() else paramiko.SSHConfig()


def _known_hosts(file: str, config: Any) -> list[Path]:
    if file:
        return [Path(file).expanduser()]
    own = config.get("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2").split()
    return [Path("/etc/ssh/ssh_known_hosts"), *(Path(os.path.expandvars(name)).expanduser() for name in own)]


def _socket(host: str, port: int) -> Any:
    return socket.create_connection((host, port), CONNECT_SECONDS)
